"""The notices that are there for metrics, and those that are about metrics."""

from dataclasses import dataclass

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.answer import FailureCause


@dataclass(frozen=True, slots=True)
class AnnouncementsRead:
    """Messages were read: how many things are announced in them, and how many departures."""

    arrivals: int
    departures: int


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A call is over; `failure` is why it did nothing, None if the cloud did what it is for."""

    failure: FailureCause | None


@dataclass(frozen=True, slots=True)
class MetricsRefused:
    """The nucleus refuses metrics, where it has taken them all before."""

    why: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class MetricsLost:
    """AWS's component has not put metrics into CloudWatch.

    Attributes:
        why: Its words.
        are_ours: Whether they were certainly those of this component.
    """

    why: str
    are_ours: bool


@dataclass(frozen=True, slots=True)
class TextfileUnwritable:
    """The file of the metrics cannot be written."""

    path: str
    why: str


MetricNotice = AnnouncementsRead | CallEnded | MetricsRefused | MetricsLost | TextfileUnwritable
