"""What tests of devices that move have in common."""

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.policy import Policy
from client_device_associator.journal.journal import Journal
from support.site import HOUR
from support.values import START, policy

DAY = 24 * HOUR
GRACE = 2 * HOUR
ELSEWHERE = "core-2"


def handing_over(**changes: object) -> Policy:
    """Devices are handed over; what is associated is believed for a week."""
    return policy(**{"grace_seconds": GRACE, "trust_seconds": 7 * DAY, **changes})


def store_device(
    journal: Journal, name: str, state: DeviceState, origin: Origin = Origin.OURS
) -> None:
    """The journal has such a device since the start."""
    with journal.transaction():
        journal.store(Decision(devices=(Device(name, state, START, origin=origin),)))
