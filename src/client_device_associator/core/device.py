"""What the journal knows of a client device."""

from enum import Enum

from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.core.values import dataclass


class Origin(Enum):
    """Who has associated a device, as far as is known; the values are what the journal stores."""

    UNKNOWN = 0
    """Nobody yet, or nobody knows."""
    OURS = 1
    """This component."""
    FOREIGN = 2
    """Somebody else: the cloud had it already."""
    UNCLEAR = 3
    """Somebody, maybe: it left while it was to be associated, or it was to leave and that was given
    up. So its place is kept, and nothing is answered from memory. It is neither restored, for the
    last word was that it leaves, nor let go for its silence or to another core device: that may
    have come to nothing just now."""


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
        lane: By which topic it came; only means something while it waits for a call, and for the
            results that are decided with this.
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

    @property
    def may_be_associated(self) -> bool:
        """Whether it is associated, as far as is known, or was before what it waits for."""
        is_known = self.origin is not Origin.UNKNOWN
        return self.state is DeviceState.ASSOCIATED or (self.state in QUEUED and is_known)

    @property
    def holds_place(self) -> bool:
        """Whether it counts for `limits.maxDevices`.

        A stranger that is to leave does not: otherwise departures would keep devices out, or would
        let in those that are announced after them.
        """
        return self.state is DeviceState.PENDING or self.may_be_associated
