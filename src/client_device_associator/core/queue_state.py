"""The life of the queue: its states, and every transition from one to another."""

from enum import Enum


class QueueState(Enum):
    """What the queue of pending devices waits for; the values are read in the documentation."""

    IDLE = "idle"
    """No device is pending."""
    GATHERING = "gathering"
    """For other devices to join the call, or for the time of those that are tried again."""
    IN_FLIGHT = "in flight"
    """For the answer to a call."""
    BISECTING = "bisecting"
    """For nothing: parts of a batch that was refused are called one after the other."""
    WAITING = "waiting"
    """For the time after a call that failed as a whole."""


class QueueEvent(Enum):
    """What can happen to the queue; the values are read in the documentation."""

    ENQUEUED = "a device is enqueued"
    CALL_LEFT = "a call leaves"
    ANSWERED = "the call is answered"
    CALL_FAILED = "the call fails"
    REFUSED = "devices are not admitted any more"
    WAITED = "the wait is over"
    SUPERSEDED = "the opposite is wished for, or an operator has them forgotten"
    OTHER_FAILED = "a call of the other queue fails"


TRANSITIONS: frozenset[tuple[QueueState, QueueEvent, QueueState]] = frozenset(
    {
        (QueueState.IDLE, QueueEvent.ENQUEUED, QueueState.GATHERING),
        (QueueState.GATHERING, QueueEvent.ENQUEUED, QueueState.GATHERING),
        (QueueState.BISECTING, QueueEvent.ENQUEUED, QueueState.BISECTING),
        (QueueState.WAITING, QueueEvent.ENQUEUED, QueueState.WAITING),
        (QueueState.IN_FLIGHT, QueueEvent.ENQUEUED, QueueState.IN_FLIGHT),
        (QueueState.GATHERING, QueueEvent.CALL_LEFT, QueueState.IN_FLIGHT),
        (QueueState.BISECTING, QueueEvent.CALL_LEFT, QueueState.IN_FLIGHT),
        (QueueState.GATHERING, QueueEvent.REFUSED, QueueState.GATHERING),
        (QueueState.GATHERING, QueueEvent.REFUSED, QueueState.IDLE),
        (QueueState.BISECTING, QueueEvent.REFUSED, QueueState.BISECTING),
        (QueueState.BISECTING, QueueEvent.REFUSED, QueueState.GATHERING),
        (QueueState.BISECTING, QueueEvent.REFUSED, QueueState.IDLE),
        (QueueState.IN_FLIGHT, QueueEvent.ANSWERED, QueueState.IDLE),
        (QueueState.IN_FLIGHT, QueueEvent.ANSWERED, QueueState.GATHERING),
        (QueueState.IN_FLIGHT, QueueEvent.ANSWERED, QueueState.BISECTING),
        (QueueState.IN_FLIGHT, QueueEvent.CALL_FAILED, QueueState.WAITING),
        (QueueState.WAITING, QueueEvent.WAITED, QueueState.GATHERING),
        (QueueState.WAITING, QueueEvent.WAITED, QueueState.BISECTING),
        (QueueState.GATHERING, QueueEvent.SUPERSEDED, QueueState.IDLE),
        (QueueState.WAITING, QueueEvent.SUPERSEDED, QueueState.IDLE),
        (QueueState.BISECTING, QueueEvent.SUPERSEDED, QueueState.GATHERING),
        (QueueState.BISECTING, QueueEvent.SUPERSEDED, QueueState.IDLE),
        (QueueState.IN_FLIGHT, QueueEvent.CALL_FAILED, QueueState.IDLE),
        (QueueState.IDLE, QueueEvent.ENQUEUED, QueueState.WAITING),
        (QueueState.GATHERING, QueueEvent.OTHER_FAILED, QueueState.WAITING),
        (QueueState.BISECTING, QueueEvent.OTHER_FAILED, QueueState.WAITING),
    }
)
"""What is not here cannot happen while the journal stays: if its file is set aside, the queue is
idle. `docs/architecture.md` shows it as a diagram; a test drives the engine through random events
and compares."""


def queue_state(*, in_flight: bool, waits: bool, bisects: bool, pending: bool) -> QueueState:
    """The state that follows from the facts.

    Args:
        in_flight: A call has left and is not answered.
        waits: A call has failed, and its wait is not over.
        bisects: Parts of a batch that was refused are still to be called.
        pending: Some device is pending.
    """
    if in_flight:
        return QueueState.IN_FLIGHT
    if not pending:
        return QueueState.IDLE
    if waits:
        return QueueState.WAITING
    return QueueState.BISECTING if bisects else QueueState.GATHERING
