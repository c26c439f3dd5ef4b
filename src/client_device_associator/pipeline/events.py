"""What other threads tell the main thread."""

from client_device_associator.channel.port import Asked, Looked, PermissionsAsked
from client_device_associator.cloud.port import WorkerEvent
from client_device_associator.configuration.settings import AnnouncementTopic, Settings
from client_device_associator.core.bus import Bus
from client_device_associator.core.values import dataclass
from client_device_associator.errors import NucleusError
from client_device_associator.messages.claim import ClaimTopic
from client_device_associator.messages.payload import Payload
from client_device_associator.reporting.cloudwatch_metrics import Measurement
from client_device_associator.reporting.notices import Notice


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """A message on one of the announcement topics, not read yet."""

    source: AnnouncementTopic
    topic: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class ClaimArrived:
    """A message in which another core device may claim client devices, not read yet."""

    source: ClaimTopic
    topic: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from that cannot be taken; of presence nobody hears."""

    topic: str
    bus: Bus = Bus.LOCAL
    is_presence: bool = False


@dataclass(frozen=True, slots=True)
class PublishAcknowledged:
    """The nucleus has taken a message of ours, or has refused it.

    Attributes:
        number: Of the message.
        error: Why it was refused; None if it was taken.
        can_wait: Whether the main thread need not be woken for it: it looks soon anyway.
    """

    number: int
    error: NucleusError | None
    can_wait: bool = False


@dataclass(frozen=True, slots=True)
class SettingsInEffect:
    """The configuration was read, and these are in effect from now on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class HealthRequested:
    """Somebody wants to know how the component is."""


@dataclass(frozen=True, slots=True)
class RosterRequested:
    """Somebody wants the cloud's list to be compared now."""


@dataclass(frozen=True, slots=True)
class NoticeGiven:
    """Another thread has something to report; only the main thread reports."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class MeasurementRefused:
    """The nucleus has refused a message with a metric."""

    measurement: Measurement
    why: str


@dataclass(frozen=True, slots=True)
class NucleusLost:
    """There is no connection to the nucleus any more."""


@dataclass(frozen=True, slots=True)
class StopRequested:
    """The nucleus, or a person, wants the component to end; `at` is in steady seconds."""

    at: float


Event = (
    MessageArrived
    | ClaimArrived
    | PublishAcknowledged
    | SettingsInEffect
    | HealthRequested
    | RosterRequested
    | NoticeGiven
    | MeasurementRefused
    | NucleusLost
    | StopRequested
    | Asked
    | Looked
    | PermissionsAsked
    | WorkerEvent
)
