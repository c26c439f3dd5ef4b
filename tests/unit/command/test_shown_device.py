from client_device_associator.command.shown_device import STATE_NAMES, device_document
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.messages.encoding import iso
from support.values import START


def test_a_device_that_waits() -> None:
    """When it is due, by what it came, and what went wrong."""
    device = Device(
        "d",
        DeviceState.PENDING,
        START,
        due_at=START + 5,
        attempts=2,
        code="Code",
        message="in words",
        lane="shared",
    )
    assert device_document(device) == {
        "thingName": "d",
        "state": "pending",
        "since": iso(START),
        "dueAt": iso(START + 5),
        "attempts": 2,
        "code": "Code",
        "message": "in words",
        "entry": "shared",
        "origin": "unknown",
    }


def test_a_device_that_does_not_wait() -> None:
    """Whatever only means something while it waits is left out."""
    device = Device(
        "d",
        DeviceState.ASSOCIATED,
        START,
        due_at=START,
        lane="shared",
        origin=Origin.OURS,
        claimed_at=START + 1,
    )
    assert device_document(device) == {
        "thingName": "d",
        "state": "associated",
        "since": iso(START),
        "origin": "ours",
        "claimedAt": iso(START + 1),
    }


def test_every_state_that_is_stored_has_a_name() -> None:
    """A device that is unknown has no row."""
    assert set(STATE_NAMES.values()) == set(DeviceState) - {DeviceState.UNKNOWN}
