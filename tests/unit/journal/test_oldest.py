import pytest

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.journal import Journal


def store(journal: Journal, *devices: tuple[str, DeviceState, float]) -> None:
    """Devices by name, state and since when."""
    with journal.transaction():
        journal.store(Decision(devices=tuple(Device(*one) for one in devices)))


@pytest.mark.parametrize("most_by_index", [0, 1000])
def test_the_first_of_all_that_wait(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, most_by_index: int
) -> None:
    """Of both queues, whatever lane; those that do not wait do not count, however old."""
    monkeypatch.setattr("client_device_associator.journal.oldest.MOST_BY_INDEX", most_by_index)
    assert journal.oldest_since() is None
    store(
        journal,
        ("done", DeviceState.ASSOCIATED, 1.0),
        ("given up", DeviceState.FAILED, 2.0),
        ("second", DeviceState.PENDING, 6.0),
        ("first", DeviceState.PENDING, 5.0),
        ("leaves", DeviceState.LEAVING, 7.0),
    )
    assert journal.oldest_since() == 5.0
    store(journal, ("leaves", DeviceState.LEAVING, 4.0))
    assert journal.oldest_since() == 4.0
