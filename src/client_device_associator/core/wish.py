"""What can be wished for a client device: that it is associated, or that it is not."""

from collections.abc import Mapping

from client_device_associator.core.life import DeviceEvent, DeviceState
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Status
from client_device_associator.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish, and what it means for a device.

    Attributes:
        operation: What is called for.
        waits: The state of a device for which the call is still to come.
        fulfilled: The state of a device for which there is nothing to do.
        event: What happens to a device that is in neither of them.
        event_if_trusted: What happens to one for which there is nothing to do.
        event_if_done: What happens to one that waits when the call has worked.
        status: Of the result when it is fulfilled.
        supersedes: What those hear who wished for the opposite.
    """

    operation: Operation
    waits: DeviceState
    fulfilled: DeviceState
    event: DeviceEvent
    event_if_trusted: DeviceEvent
    event_if_done: DeviceEvent
    status: Status
    supersedes: str


JOIN = Wish(
    Operation.ASSOCIATE,
    waits=DeviceState.PENDING,
    fulfilled=DeviceState.ASSOCIATED,
    event=DeviceEvent.ANNOUNCED,
    event_if_trusted=DeviceEvent.ANNOUNCED_AND_TRUSTED,
    event_if_done=DeviceEvent.ACCEPTED,
    status=Status.ASSOCIATED,
    supersedes="an announcement of this device came after its departure",
)
LEAVE = Wish(
    Operation.DISASSOCIATE,
    waits=DeviceState.LEAVING,
    fulfilled=DeviceState.LEFT,
    event=DeviceEvent.DEPARTED,
    event_if_trusted=DeviceEvent.DEPARTED_AND_TRUSTED,
    event_if_done=DeviceEvent.RELEASED,
    status=Status.DISASSOCIATED,
    supersedes="a departure of this device came after its announcement",
)
WISHES: Mapping[Operation, Wish] = {wish.operation: wish for wish in (JOIN, LEAVE)}
"""Each by the operation that fulfils it."""


def wish_of(*, leaves: bool) -> Wish:
    """What an announcement asks for, by whether the device has left."""
    return LEAVE if leaves else JOIN
