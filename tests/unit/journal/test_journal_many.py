"""A journal of very many devices: what is done often does not read them all."""

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.journal import Journal
from support.journal_files import connection, store
from support.values import START, numbered

MANY = 2000


def instructions_of(journal: Journal, decision: Decision) -> int:
    """How many instructions SQLite needs to store a decision."""
    count = 0

    def another() -> int:
        nonlocal count
        count += 1
        return 0

    connection(journal).set_progress_handler(another, 1)
    store(journal, decision)
    connection(journal).set_progress_handler(None, 1)
    return count


def test_whom_the_list_keeps_is_not_read_to_forget_others(journal: Journal) -> None:
    """Each answer of the cloud forgets some; it must not take longer with each device."""
    kept = [Device(name, DeviceState.ASSOCIATED, START - 100) for name in numbered(MANY)]
    store(journal, Decision(tuple(kept)))
    old = [Device(one.name, one, START - 100) for one in (DeviceState.FAILED, DeviceState.LEFT)]
    store(journal, Decision(tuple(old)))
    forgets = Decision(forget_before=START - 50, forgets_associated=False)
    assert instructions_of(journal, forgets) < MANY
    names = [*numbered(MANY), *(one.thing_name for one in old)]
    assert len(journal.devices(names)) == MANY
