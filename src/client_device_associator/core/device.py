"""What the journal knows of a client device."""

from dataclasses import dataclass
from enum import Enum

from client_device_associator.core.life import DeviceState


class Origin(Enum):
    """Who has associated a device, as far as is known; the values are what the journal stores."""

    UNKNOWN = 0
    """Nobody yet, or nobody knows."""
    OURS = 1
    """This component."""
    FOREIGN = 2
    """Somebody else: the cloud had it already."""


@dataclass(frozen=True, slots=True)
class Device:
    """One client device as the journal knows it.

    Attributes:
        thing_name: Its name in the AWS IoT registry.
        state: Its state.
        since: Steady seconds at which it entered that state.
        due_at: Steady seconds from which on it may be in a call; only means something while it
            waits for one.
        attempts: Calls in which the cloud answered for this device with an error.
        told_retrying: Whether its announcers have heard `retrying`.
        code: The cloud's last error code for it.
        message: The same, in words.
        lane: By which topic it came; only means something while it waits for a call.
        origin: Who has associated it.
        heard_on: The number of the day on which it was heard last, see `Silence`.
        claimed_at: Steady seconds at which another core device has claimed it, see `Handover`; None
            if none has, or if it was heard here since.
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
    origin: Origin = Origin.UNKNOWN
    heard_on: int = 0
    claimed_at: float | None = None
