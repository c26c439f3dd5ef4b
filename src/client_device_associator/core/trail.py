"""What has happened to a device, as it is kept for people: the trail."""

from collections.abc import Mapping
from enum import Enum

from client_device_associator.core.values import dataclass, field


class TrailEvent(str, Enum):
    """What happened; the values are what the journal stores, and what exports show."""

    ANNOUNCED = "announced"
    DEPARTURE_ANNOUNCED = "departureAnnounced"
    REJECTED = "rejected"
    """Its announcement was not taken."""
    ASSOCIATED = "associated"
    DISASSOCIATED = "disassociated"
    RETRYING = "retrying"
    """The cloud answered with an error, or the call failed; it is tried again."""
    FAILED = "failed"
    REFUSED = "refused"
    """It was not admitted any more when its call was about to leave."""
    SUPERSEDED = "superseded"
    """It waited for the opposite of what was announced then."""
    CLAIMED = "claimed"
    """Another core device has heard it, and has associated it."""
    HANDED_OVER = "handedOver"
    """It is to be disassociated, for it is with another core device."""
    SILENT = "silent"
    """It is to be disassociated, for it was not heard for so many days."""
    APPEARED = "appeared"
    """Somebody else has associated it."""
    VANISHED = "vanished"
    """Somebody else has disassociated it."""
    RESTORED = "restored"
    """The same, and it is to be associated again."""
    RETRIED = "retried"
    """A person has made its next call due at once."""
    FORGOTTEN = "forgotten"
    """A person has let this component forget it."""


Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One thing that has happened to one device.

    Attributes:
        at: When, in epoch seconds on the wall clock.
        thing_name: The device; "" if nobody was named.
        event: What.
        detail: More about it, by names in camelCase; which of them there are depends on the event.
    """

    at: float
    thing_name: str
    event: TrailEvent
    detail: Mapping[str, Scalar] = field(default_factory=dict)
