"""Looks at the devices that are associated."""

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.journal import Journal
from support.journal_files import connection
from support.values import START

ASSOCIATED, LEAVING = DeviceState.ASSOCIATED, DeviceState.LEAVING


def store(journal: Journal, *devices: Device) -> None:
    """These are in the journal."""
    with journal.transaction():
        journal.store(Decision(devices=devices))


def names(devices: object) -> list[str]:
    """Of some devices, in order."""
    assert isinstance(devices, list)
    return [one.thing_name for one in devices]


def test_portions_come_in_the_order_of_names(journal: Journal) -> None:
    """Each goes on after the last name of the one before; others are left out."""
    made = [
        Device(name, ASSOCIATED, START, heard_on=9 - index)
        for index, name in enumerate(("c", "a", "d", "b"))
    ]
    store(journal, *made, Device("aa", LEAVING, START))
    assert names(journal.associated("", 2)) == ["a", "b"]
    assert names(journal.associated("b", 9)) == ["c", "d"]


def test_those_silent_for_longest_come_first(journal: Journal) -> None:
    """Of our own; those heard on the day itself are not silent."""
    store(
        journal,
        *(
            Device(f"{9 - day}-day-{day}", ASSOCIATED, START, origin=Origin.OURS, heard_on=day)
            for day in (3, 1, 2, 4)
        ),
        Device("theirs", ASSOCIATED, START, origin=Origin.FOREIGN),
        Device("leaving", LEAVING, START, origin=Origin.OURS),
    )
    assert names(journal.silent(4, 2)) == ["8-day-1", "7-day-2"]
    assert names(journal.silent(4, 9)) == ["8-day-1", "7-day-2", "6-day-3"]


def test_those_claimed_first_come_first(journal: Journal) -> None:
    """As long as they are associated."""
    store(
        journal,
        *(Device(f"in-{wait}", ASSOCIATED, START, claimed_at=START + wait) for wait in (3, 1, 2)),
        Device("stays", ASSOCIATED, START),
        Device("leaving", LEAVING, START, claimed_at=START),
    )
    assert journal.first_claimed_at() == START + 1
    assert names(journal.claimed(START, 9)) == []
    assert names(journal.claimed(START + 2, 9)) == ["in-1", "in-2"]
    assert names(journal.claimed(START + 3, 1)) == ["in-1"]


def test_usually_nobody_is_claimed(journal: Journal) -> None:
    """Nothing is waited for then."""
    store(
        journal, Device("stays", ASSOCIATED, START), Device("going", LEAVING, START, claimed_at=1)
    )
    assert journal.first_claimed_at() is None


def test_no_claim_is_in_the_future(journal: Journal) -> None:
    """The clock may have been set back between two processes; what is past stays as it is."""
    store(
        journal,
        Device("later", ASSOCIATED, START, claimed_at=START + 1e9),
        Device("past", ASSOCIATED, START, claimed_at=START - 5),
    )
    journal.recover(START, 300.0)
    found = journal.devices(["later", "past"])
    assert [found[name].claimed_at for name in ("later", "past")] == [START, START - 5]


def test_nobody_is_looked_at_who_is_not_claimed(journal: Journal) -> None:
    """There may be 100,000 others, and it is asked for in each turn."""
    statements: list[str] = []
    connection(journal).set_trace_callback(statements.append)
    journal.first_claimed_at()
    journal.claimed(START, 100)
    journal.recover(START, 300.0)
    connection(journal).set_trace_callback(None)
    looking = [one for one in statements if "claimed_at" in one]
    assert len(looking) == 3
    for one in looking:
        plan = connection(journal).execute(f"EXPLAIN QUERY PLAN {one}")
        assert "device_claimed" in " ".join(row[-1] for row in plan), one
