"""Departures that nobody has announced."""

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.depart import depart
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import ROSTER_TOPIC
from support.values import START, moment


def test_a_device_that_departs_is_like_one_that_has_left() -> None:
    """It is due at once, in a lane of its own, and the roster's topic gets its result."""
    device = Device(
        "lamp",
        DeviceState.ASSOCIATED,
        START,
        lane="own",
        origin=Origin.OURS,
        heard_on=3,
        claimed_at=START,
    )
    now = moment(60)
    decision = depart([device], "why", now)
    assert decision.devices == (
        Device(
            "lamp",
            DeviceState.LEAVING,
            now.steady,
            due_at=now.steady,
            origin=Origin.OURS,
            heard_on=3,
        ),
    )
    assert decision.waiting == (Announcement("lamp", ROSTER_TOPIC, "why", leaves=True),)
