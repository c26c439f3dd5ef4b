"""Where every other thread puts what the main thread has to know."""

import queue
from collections import Counter, deque
from collections.abc import Callable
from enum import Enum, auto

from client_device_associator.cloud.port import CallAnswered
from client_device_associator.core.values import dataclass, replace
from client_device_associator.messages.announcement import MAX_PAYLOAD_BYTES
from client_device_associator.messages.payload import bytes_in_memory
from client_device_associator.messages.topic import MAX_TOPIC_BYTES
from client_device_associator.pipeline.events import (
    ClaimArrived,
    Event,
    HealthRequested,
    MessageArrived,
    NoticeGiven,
    Origin,
    PublishAcknowledged,
    RosterRequested,
)
from client_device_associator.pipeline.fair_queue import FairQueue
from client_device_associator.pipeline.sender import sender_of
from client_device_associator.reporting.notices import MessageUnreadable

MAX_MESSAGES = 12_000
"""Messages that may wait to be read. One sender may have a third of them, see `FairQueue`."""

MAX_BYTES = 6 * 1024 * 1024
"""Bytes of messages that may wait to be read; the same holds for these."""

MAX_OVERFLOW = 50
"""Topics of messages beyond the bound that are answered at a time; the others are counted."""

GATHER_SECONDS = 0.07
"""How long a message waits for others to share its synced commit, while they keep coming: a commit
costs the flash of a core device a write. The contract leaves 100 ms, of which up to 20 are over
when a message is read."""

FIRST_GATHER_SECONDS = 0.001
"""The same for a message that comes when none has come for GATHER_SECONDS: most often it is alone,
and is not to wait for nobody."""

ANSWER_PATIENCE_SECONDS = 0.035
"""An answer of the cloud waits as long at most for the commit of messages that are gathered: one
commit for both is one write less of the flash."""

MAX_GATHERED, MAX_GATHERED_BYTES = 500, 128 * 1024
"""Messages in one commit. Each may hold a thousand names, and while they are handled nothing else
is: a turn has to be over in a fraction of a second on a slow board as well."""

_NOW = 0.0
"""A steady moment that is past."""


class _Reader(Enum):
    """What the main thread is doing, and so what it must be woken for."""

    BUSY = auto()
    """It looks at the inbox next: it need not be woken."""
    GATHERING = auto()
    """For anything but a message, or when there are enough of them."""
    ASLEEP = auto()
    """For anything."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is handled together.

    Attributes:
        events: Our own ones first, and each kind in order.
        overflow: Where messages came from for which there was no room since the last batch.
    """

    events: tuple[Event, ...] = ()
    overflow: tuple[Origin, ...] = ()


class Inbox:
    """A queue that is bounded for messages from outside, and unbounded for events of our own.

    To wake a thread is by far the most expensive part of taking a message: it costs the nucleus's
    thread, which takes it, some 30 µs, and the whole machine two changes of context. So the reader
    is woken once for all messages that come together.

    It needs no lock: each side first does its own part and then looks at what the other has done,
    and one wake-up too many does no harm. The bell is a `SimpleQueue` because its `put` may be
    called from a signal handler.

    Args:
        steady: The time, in steady seconds.
    """

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._own: deque[Event] = deque()
        self._left: deque[Event] = deque()
        self._answers: deque[Event] = deque()
        self._messages = FairQueue[MessageArrived | ClaimArrived](MAX_MESSAGES, MAX_BYTES)
        self._due_at = self._last_at = _NOW
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._reader = _Reader.BUSY
        self._requested: set[type[Event]] = set()
        self._overflow: deque[Origin] = deque(maxlen=MAX_OVERFLOW)
        self._unreadable: Counter[str] = Counter()
        self.overflowed = 0

    def put(self, event: Event) -> None:
        """Adds an event of our own; any thread and any signal handler may do so."""
        if isinstance(event, PublishAcknowledged) and event.can_wait:
            self._left.append(event)
            return
        if isinstance(event, CallAnswered) and self._is_nearly_due():
            self._answers.append(event)
            if self._messages:
                return
            # They were taken just before: it must not wait for the next ones.
        else:
            self._own.append(event)
        if self._reader is not _Reader.BUSY:
            self._bell.put(None)

    def offer(self, message: MessageArrived | ClaimArrived) -> bool:
        """Adds a message if there is room; called by the IPC thread alone, and never blocks.

        Returns:
            Whether there was room.
        """
        message = _bounded(message)
        size = bytes_in_memory(message.payload, MAX_BYTES)
        if not self._messages:
            now = self._steady()
            comes_alone = now >= self._last_at + GATHER_SECONDS
            self._due_at = now + (FIRST_GATHER_SECONDS if comes_alone else GATHER_SECONDS)
        if not self._messages.offer(sender_of(message), message, size):
            # There is no need to wake a reader that has this much to read.
            if isinstance(message, MessageArrived):
                source = message.source
                self._overflow.append(Origin(message.topic, source.bus, source.is_presence))
            self.overflowed += 1
            return False
        reader = self._reader
        enough = len(self._messages) >= MAX_GATHERED
        if reader is _Reader.ASLEEP or (reader is _Reader.GATHERING and enough):
            self._bell.put(None)
        return True

    def count_unreadable(self, topic_filter: str) -> None:
        """Counts a message that could not be decoded; called by the IPC thread alone."""
        if topic_filter not in self._unreadable:
            self.put(NoticeGiven(MessageUnreadable(topic_filter)))
        self._unreadable[topic_filter] += 1

    @property
    def unreadable(self) -> int:
        """How many messages could not be decoded."""
        return sum(list(self._unreadable.values()))

    def request(self, event: HealthRequested | RosterRequested) -> None:
        """Adds a request, unless one of the kind waits already; called by the IPC thread alone."""
        if type(event) not in self._requested:
            self._requested.add(type(event))
            self.put(event)

    def due_at(self) -> float | None:
        """When what waits is to be handled, in steady seconds; None if nothing waits.

        Messages are gathered for a short while; anything else ends that, but for acknowledgements
        that can wait, and answers of the cloud when it is nearly over: they are taken along.
        """
        if self._own or len(self._messages) >= MAX_GATHERED:
            return _NOW
        if self._answers and not self._messages:
            return _NOW
        return self._due_at if self._messages else None

    def _is_nearly_due(self) -> bool:
        """Whether messages are gathered, and not for long any more."""
        latest = self._steady() + ANSWER_PATIENCE_SECONDS
        return bool(self._messages) and self._due_at <= latest

    def take(self) -> Batch:
        """Takes what is to be handled together."""
        events: list[Event] = []
        while self._own:
            event = self._own.popleft()
            self._requested.discard(type(event))
            events.append(event)
        for waiting in (self._answers, self._left):
            while waiting:
                events.append(waiting.popleft())
        messages = self._messages.take(MAX_GATHERED, MAX_GATHERED_BYTES)
        if messages:
            self._last_at = self._steady()
            events += messages
        overflow: list[Origin] = []
        while self._overflow:
            overflow.append(self._overflow.popleft())
        return Batch(tuple(events), tuple(overflow))

    def wait(self, until: float | None) -> None:
        """Sleeps until something is due, or that steady moment; None for as long as it takes."""
        try:
            while True:
                # First the state is set, then the queue is read: a thread that
                # adds something does it the other way round, so that one of the
                # two sees the other.
                self._reader = _Reader.GATHERING if self._messages else _Reader.ASLEEP
                moments = [at for at in (self.due_at(), until) if at is not None]
                left = min(moments) - self._steady() if moments else None
                if left is not None and left <= 0:
                    return
                try:
                    self._bell.get(timeout=left)
                except queue.Empty:
                    return
        finally:
            self._reader = _Reader.BUSY


def _bounded(message: MessageArrived | ClaimArrived) -> MessageArrived | ClaimArrived:
    """The message; of a payload or topic that is too large only as much as shows that.

    The classic nucleus bounds neither (its `PubSubIPCEventStreamAgent`, and tried).
    """
    if isinstance(message.payload, bytes) and len(message.payload) > MAX_PAYLOAD_BYTES:
        message = replace(message, payload=message.payload[: MAX_PAYLOAD_BYTES + 1])
    if len(message.topic) > MAX_TOPIC_BYTES:
        message = replace(message, topic=message.topic[: MAX_TOPIC_BYTES + 1])
    return message
