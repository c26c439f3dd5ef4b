"""A device as readers see it."""

from client_device_associator.core.device import Device
from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.messages.encoding import iso

STATE_NAMES = {
    state.name.lower(): state for state in DeviceState if state is not DeviceState.UNKNOWN
}
"""The states that the journal stores, by their names."""


def device_document(device: Device) -> dict[str, object]:
    """As JSON; what does not apply is left out."""
    waits = device.state in QUEUED
    fields: dict[str, object] = {
        "thingName": device.thing_name,
        "state": device.state.name.lower(),
        "since": iso(device.since),
        "dueAt": iso(device.due_at) if waits else None,
        "attempts": device.attempts or None,
        "code": device.code,
        "message": device.message,
        "entry": device.lane if waits else None,
        "origin": device.origin.name.lower(),
        "claimedAt": None if device.claimed_at is None else iso(device.claimed_at),
    }
    return {key: value for key, value in fields.items() if value is not None}
