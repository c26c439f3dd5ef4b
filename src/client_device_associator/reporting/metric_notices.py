"""The notices that are there for metrics and the last call, and those that are about metrics."""

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    FailureCause,
    Listed,
    Succeeded,
    ValidationFailed,
)
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from client_device_associator.core.values import dataclass


@dataclass(frozen=True, slots=True)
class AnnouncementsRead:
    """Messages were read: how many things are announced in them, and how many departures."""

    arrivals: int
    departures: int


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A call is over.

    Attributes:
        failure: Why it did nothing; None if the cloud did what it is for.
        operation: What was asked for.
        names: For how many client devices.
        said: What the answer said of trouble, for a person; empty if it said nothing of any.
        request_id: By which AWS finds the call again; None if there is none.
    """

    failure: FailureCause | None
    operation: Operation = Operation.ASSOCIATE
    names: int = 0
    said: str = ""
    request_id: str | None = None


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


def call_ended(call: Call, answer: Answer) -> CallEnded:
    """What is to be reported of a call that is over."""
    return CallEnded(
        answer.cause if isinstance(answer, CallFailed) else None,
        call.operation,
        len(call.thing_names),
        _said(answer),
        answer.request_id,
    )


def _said(answer: Answer) -> str:
    match answer:
        case Succeeded():
            count = len(answer.error_entries)
            return f"{count} error entries" if count else ""
        case Listed():
            return ""
        case ValidationFailed():
            return f"ValidationException: {answer.message}"
        case _:
            return f"{answer.code}: {answer.message}"


MetricNotice = AnnouncementsRead | CallEnded | MetricsRefused | MetricsLost | TextfileUnwritable
