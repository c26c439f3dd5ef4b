"""Results that wait to be sent take turns by the lanes of their devices."""

from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.journal.journal import Journal
from support.journal_files import store
from support.values import START, numbered

FIRST, SECOND = "own", "shared"
"""Lanes."""


def owe(journal: Journal, lane: str, *names: str, bus: Bus = Bus.LOCAL) -> None:
    """Devices that have come by a lane are associated."""
    results = tuple(Result("t", Status.ASSOCIATED, name, bus=bus) for name in names)
    devices = tuple(Device(name, DeviceState.ASSOCIATED, START, lane=lane) for name in names)
    store(journal, Decision(devices=devices, durable=results))


def unsent(journal: Journal, limit: int, busy: tuple[int, ...] = ()) -> list[str | None]:
    """Whose results come next."""
    return [one.result.thing_name for one in journal.unsent(START, limit, busy)]


def test_a_lane_does_not_wait_for_the_end_of_another(journal: Journal) -> None:
    """However many of a crowd wait, who comes later by another lane is the second."""
    crowd = numbered(100, "crowd")
    owe(journal, FIRST, *crowd)
    owe(journal, SECOND, "late-1", "late-2")
    assert unsent(journal, 5) == [crowd[0], "late-1", crowd[1], "late-2", crowd[2]]


def test_the_lane_that_waits_for_the_longest_time_begins(journal: Journal) -> None:
    """Whatever their names are; and what is under way is not counted."""
    owe(journal, SECOND, "a", "b")
    owe(journal, FIRST, "c", "d")
    assert unsent(journal, 9) == ["a", "c", "b", "d"]
    under_way = tuple(one.result_id for one in journal.unsent(START, 2))
    assert unsent(journal, 9, under_way) == ["b", "d"]


def test_results_of_no_device_have_a_turn_as_well(journal: Journal) -> None:
    """Such as those that an operator has had forgotten."""
    owe(journal, FIRST, "a", "b")
    store(journal, Decision(durable=(Result("t", Status.FAILED, "gone"),)))
    assert unsent(journal, 9) == ["a", "gone", "b"]


def test_the_next_moment_is_that_of_all_lanes_of_a_bus(journal: Journal) -> None:
    """A lane whose results were refused does not keep the others waiting."""
    assert journal.next_send_at() is None
    owe(journal, FIRST, "a")
    owe(journal, SECOND, "b")
    owe(journal, SECOND, "c", bus=Bus.IOT_CORE)
    first, second = journal.unsent(START, 9)
    with journal.transaction():
        journal.send_later([first.result_id], START + 9)
    assert (journal.next_send_at() or 0) < 0
    with journal.transaction():
        journal.send_later([second.result_id], START + 5)
    assert journal.next_send_at() == START + 5
    assert (journal.next_send_at(Bus.IOT_CORE) or 0) < 0
    assert unsent(journal, 9) == []


def test_a_lane_gets_its_turn_while_another_is_being_sent(journal: Journal) -> None:
    """Not a turn for each that the other has had before."""
    crowd = numbered(100, "crowd")
    owe(journal, FIRST, *crowd)
    for _ in range(3):
        sent = [one.result_id for one in journal.unsent(START, 20)]
        with journal.transaction():
            journal.sent(sent)
    assert unsent(journal, 1) == [crowd[60]]
    owe(journal, SECOND, "late-1", "late-2")
    assert unsent(journal, 4) == [crowd[60], "late-1", crowd[61], "late-2"]


def test_after_a_restart_what_is_there_keeps_its_order(journal: Journal) -> None:
    """New results come behind it, whatever their lane: the ranks of each lane are not stored."""
    owe(journal, FIRST, "a", "b")
    journal.recover(START, 60)
    owe(journal, FIRST, "c", "d")
    owe(journal, SECOND, "e")
    assert unsent(journal, 9) == ["a", "b", "c", "e", "d"]


def test_results_of_an_earlier_version_keep_their_place(journal: Journal) -> None:
    """It knows no ranks: between what it found and what comes after it."""
    owe(journal, FIRST, "a", "b")
    owe(journal, FIRST, "c")
    (*_, third) = journal.unsent(START, 9)
    with journal.transaction():
        journal._database.write(  # noqa: SLF001 - as that version adds them
            "UPDATE owed SET send_at = 0 WHERE owed_id = ?", (third.result_id,)
        )
    journal.recover(START, 60)
    owe(journal, FIRST, "d")
    assert unsent(journal, 9) == ["a", "b", "c", "d"]
