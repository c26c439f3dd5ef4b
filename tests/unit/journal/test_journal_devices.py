"""What the journal says of devices that are associated, or leave, and when it forgets them."""

import pytest

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.journal import Journal
from support.journal_files import store
from support.values import START


def device(state: DeviceState) -> Device:
    """One that is in a state since long, named for it."""
    was_associated = state in (DeviceState.ASSOCIATED, DeviceState.LEAVING)
    origin = Origin.OURS if was_associated else Origin.UNKNOWN
    return Device(state.name, state, START - 100, due_at=START, origin=origin)


@pytest.fixture
def every(journal: Journal) -> Journal:
    """A device in each state."""
    states = [one for one in DeviceState if one is not DeviceState.UNKNOWN]
    store(journal, Decision(tuple(map(device, states))))
    return journal


def test_who_leaves_is_counted_for_as_long_as_the_cloud_has_it(every: Journal) -> None:
    """One that waits to be associated has its place, and does not take one yet."""
    assert (every.pending(), every.occupied(), every.held()) == (2, 2, 3)


def test_what_is_forgotten_is_counted_no_more(every: Journal) -> None:
    """By name, as when a device has vanished."""
    assert every.held() == 3
    store(every, Decision(forgotten=("ASSOCIATED",)))
    assert (every.occupied(), every.held()) == (1, 2)


def test_whoever_waits_is_never_forgotten(every: Journal) -> None:
    """However long ago it was announced, or left."""
    store(every, Decision(forget_before=START))
    assert set(every.devices([one.name for one in DeviceState])) == {"PENDING", "LEAVING"}


def test_who_is_associated_may_be_kept(every: Journal) -> None:
    """If something else than time ends it."""
    store(every, Decision(forget_before=START, forgets_associated=False))
    assert "ASSOCIATED" in every.devices(["ASSOCIATED"])
    assert every.devices(["FAILED", "LEFT"]) == {}


def test_no_device_leaves_later_than_any_should(journal: Journal) -> None:
    """As when the clock was wrong at the time."""
    late = Device("a", DeviceState.LEAVING, START, due_at=START + 1e9)
    store(journal, Decision((late,)))
    journal.recover(START, 300)
    assert journal.devices(["a"])["a"].due_at == START + 300
