"""Every metric: one table for those who count, for what is written, and for the documents."""

from enum import Enum

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.result import Reason
from client_device_associator.core.values import dataclass

OTHER = "other"
"""Stands for the values of a label beyond so many: each is a metric of its own, which costs."""


class Unit(str, Enum):
    """Units that CloudWatch knows."""

    COUNT = "Count"
    SECONDS = "Seconds"


@dataclass(frozen=True, slots=True)
class Label:
    """What a counter is divided by.

    Attributes:
        name: The dimension in CloudWatch, and the label in the text file.
        known: Values that are there from the start, with 0, so that a first one is an increase;
            in the text file only.
    """

    name: str
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: In CloudWatch.
        text_name: In the text file, see `Family`. A moment there is an age in CloudWatch: an age
            in a file that is written seldom would be wrong.
        counts: Whether it only grows. CloudWatch gets what has been added since the last time.
        meaning: For a person.
        unit: Of its values in CloudWatch.
        label: What it is divided by. CloudWatch gets the sum as well, for alarms.
    """

    name: str
    text_name: str
    counts: bool
    meaning: str
    unit: Unit = Unit.COUNT
    label: Label | None = None


def _counter(name: str, text_name: str, meaning: str, label: Label | None = None) -> Metric:
    return Metric(name, text_name, counts=True, meaning=meaning, label=label)


def _gauge(name: str, text_name: str, meaning: str, unit: Unit = Unit.COUNT) -> Metric:
    return Metric(name, text_name, counts=False, meaning=meaning, unit=unit)


ANNOUNCEMENTS = _counter(
    "Announcements",
    "announcements",
    "thing names that were announced, by messages or by an operator, repeats included; some may be"
    " rejected later",
)
DEPARTURES = _counter(
    "Departures", "departures", "thing names whose departure was announced, repeats included"
)
ASSOCIATIONS = _counter(
    "Associations", "associations", "client devices that a call has associated, or found so"
)
DISASSOCIATIONS = _counter(
    "Disassociations",
    "disassociations",
    "client devices that a call has disassociated, or found so",
)
FAILURES = _counter(
    "Failures", "failures", "client devices given up, by the code of the cloud", Label("code")
)
REJECTIONS = _counter(
    "Rejections",
    "rejections",
    "announcements that were not taken, by reason",
    Label("reason", tuple(one.value for one in Reason)),
)
CALLS = _counter("Calls", "calls", "calls to AWS IoT Greengrass that are over, however they ended")
CALL_FAILURES = _counter(
    "CallFailures",
    "call_failures",
    "calls that did nothing and are made again, by cause",
    Label("cause", tuple(one.value for one in FailureCause)),
)
THROTTLES = _counter("Throttles", "throttles", "those of them that the cloud has throttled")
QUEUE_LENGTH = _gauge(
    "QueueLength", "queue_length", "client devices that wait to be associated or disassociated"
)
OLDEST_WAITING = _gauge(
    "OldestWaiting",
    "oldest_waiting_timestamp_seconds",
    "since when the first of them waits; in CloudWatch for how long, 0 if none waits",
    Unit.SECONDS,
)
SINCE_ANSWER = _gauge(
    "SecondsSinceAnswer",
    "last_answer_timestamp_seconds",
    "when the cloud did last what a call asked for; in CloudWatch how long ago that is, or the"
    " start if it never did, while client devices wait, 0 if none waits",
    Unit.SECONDS,
)
DEVICES_ASSOCIATED = _gauge(
    "DevicesAssociated",
    "devices_associated",
    "client devices that are associated, as far as the component remembers",
)

COUNTERS = (
    ANNOUNCEMENTS,
    DEPARTURES,
    ASSOCIATIONS,
    DISASSOCIATIONS,
    FAILURES,
    REJECTIONS,
    CALLS,
    CALL_FAILURES,
    THROTTLES,
)
GAUGES = (QUEUE_LENGTH, OLDEST_WAITING, SINCE_ANSWER, DEVICES_ASSOCIATED)
METRICS = (*COUNTERS, *GAUGES)


@dataclass(frozen=True, slots=True)
class Series:
    """A metric, or the part of one with a value of its label."""

    metric: Metric
    label_value: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What is not counted by notices.

    Attributes:
        queue_length: Client devices that wait for a call.
        oldest_since: Since when the first of them waits, in steady seconds; None if none does.
        devices_associated: As far as is known.
    """

    queue_length: int = 0
    oldest_since: float | None = None
    devices_associated: int = 0
