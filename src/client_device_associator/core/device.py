"""What the journal knows of a client device."""

from dataclasses import dataclass

from client_device_associator.core.life import DeviceState


@dataclass(frozen=True, slots=True)
class Device:
    """One client device as the journal knows it.

    Attributes:
        thing_name: Its name in the AWS IoT registry.
        state: Its state.
        since: Steady seconds at which it entered that state.
        due_at: Steady seconds from which on it may be in a call; only means something if PENDING.
        attempts: Calls in which the cloud answered for this device with an error.
        told_retrying: Whether its announcers have heard `retrying`.
        code: The cloud's last error code for it.
        message: The same, in words.
        lane: By which announcement topic it came; only means something if PENDING.
    """

    thing_name: str
    state: DeviceState
    since: float
    due_at: float = 0.0
    attempts: int = 0
    told_retrying: bool = False
    code: str | None = None
    message: str | None = None
    lane: str = ""
