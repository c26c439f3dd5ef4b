"""Departures that nobody has announced: this component has found out that devices are gone."""

from collections.abc import Sequence

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.instant import Instant
from client_device_associator.core.life import DeviceEvent, after
from client_device_associator.core.result import ROSTER_TOPIC
from client_device_associator.core.values import replace


def depart(devices: Sequence[Device], why: str, now: Instant) -> Decision:
    """These are to be disassociated although nobody has said that they leave.

    Args:
        devices: They are associated.
        why: The `id` in the results, which go to the roster's topic.
        now: The time.
    """
    return Decision(
        devices=tuple(
            replace(
                one,
                state=after(one.state, DeviceEvent.DEPARTED),
                since=now.steady,
                due_at=now.steady,
                lane="",
                claimed_at=None,
            )
            for one in devices
        ),
        waiting=tuple(
            Announcement(one.thing_name, ROSTER_TOPIC, why, leaves=True) for one in devices
        ),
    )
