"""What becomes of a device whose wish does not come true."""

from client_device_associator.core.device import Device, Origin
from client_device_associator.core.instant import Instant
from client_device_associator.core.life import DeviceEvent, DeviceState, after
from client_device_associator.core.values import replace


def given_up(device: Device, event: DeviceEvent, now: Instant) -> Device:
    """The device once nobody tries any more.

    One that was to leave is associated still, as far as is known, if it was before: it goes on
    counting for `limits.maxDevices`, and the cloud's list tells when it is gone.

    Args:
        device: It waits for a call; with the code and message of why.
        event: GIVEN_UP or REFUSED.
        now: The time.
    """
    if device.state is DeviceState.LEAVING and device.origin is not Origin.UNKNOWN:
        state = after(device.state, DeviceEvent.STAYED)
        return Device(device.thing_name, state, now.steady, lane=device.lane, origin=Origin.UNCLEAR)
    return replace(device, state=after(device.state, event), since=now.steady)
