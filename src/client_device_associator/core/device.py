"""What is known of a client device, and where it is looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from client_device_associator.messages.announcement import Announcement


class DeviceState(Enum):
    """Where a client device stands; the values are what the journal stores."""

    PENDING = 0
    ASSOCIATED = 1
    FAILED = 2


@dataclass(frozen=True, slots=True)
class Device:
    """One client device as the journal knows it.

    Attributes:
        thing_name: Its name in the AWS IoT registry.
        state: Where it stands.
        since: Steady seconds at which it came to that state.
        due_at: Steady seconds from which on it may be in a call; only means something if PENDING.
        attempts: Calls in which the cloud spoke against this device.
        told_retrying: Whether its announcers know that it takes longer.
        code: What the cloud said against it last.
        message: The same, in words.
    """

    thing_name: str
    state: DeviceState
    since: float
    due_at: float = 0.0
    attempts: int = 0
    told_retrying: bool = False
    code: str | None = None
    message: str | None = None


class Ledger(Protocol):
    """The journal as the core sees it: reading only, everything decided so far included."""

    def devices(self, thing_names: Sequence[str]) -> Mapping[str, Device]:
        """Those of the devices that are known."""
        ...

    def waiting(self, thing_names: Sequence[str]) -> Mapping[str, Sequence[Announcement]]:
        """The announcements of these devices whose outcome has not been told yet."""
        ...

    def pending(self) -> int:
        """How many devices wait to be associated."""
        ...

    def due(self, now: float, limit: int) -> Sequence[str]:
        """Thing names of pending devices that may be called for, those longest due first."""
        ...

    def next_due_at(self, count: int = 1) -> float | None:
        """When so many of the pending devices are, or were, due; steady seconds.

        None if there are fewer.
        """
        ...
