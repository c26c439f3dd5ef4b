"""Where every other thread puts what the engine's thread has to know."""

import queue
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto

from client_device_associator.messages.announcement import MAX_PAYLOAD_BYTES, Payload
from client_device_associator.pipeline.events import Event, HealthAsked, MessageArrived

MAX_MESSAGES = 4000
"""Messages that may wait to be read; at about 1 kB each a bounded few megabytes."""

MAX_BYTES = 4 * 1024 * 1024
"""Bytes of messages that may wait to be read."""

MAX_TURNED_AWAY = 50
"""Topics of messages beyond the bound that are answered for at a time; the others are counted."""

GATHER_SECONDS = 0.05
"""How long a first message waits for others to share its synced commit: a commit costs the flash
of a core device a write, and the contract leaves 100 ms."""

MAX_GATHERED, MAX_GATHERED_BYTES = 500, 128 * 1024
"""Messages in one commit. Each may hold a thousand names, and while they are dealt with nothing
else is: a turn has to be over in a fraction of a second on a slow board as well."""


class _Reader(Enum):
    """What the engine's thread is doing, and so what it must be woken for."""

    BUSY = auto()
    """It will look by itself: for nothing."""
    GATHERING = auto()
    """For anything but a message, or when there are enough of them."""
    ASLEEP = auto()
    """For anything."""


class Inbox:
    """A queue that is bounded for messages from outside, and open for what we tell ourselves.

    To wake a thread is by far the dearest part of taking a message: it costs the nucleus's thread,
    which takes it, some 30 µs, and the whole machine two changes of context. So the reader is woken
    once for all messages that come together.

    It needs no lock: a deque takes and gives one item at a time, each side first does its own part
    and then looks at what the other has done, and a bell that rings in vain harms nothing. The
    bell is a `SimpleQueue` because its `put` may be called from a signal handler.
    """

    def __init__(self) -> None:
        self._own: deque[Event] = deque()
        self._messages: deque[tuple[MessageArrived, int]] = deque()
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._reader = _Reader.BUSY
        self._bytes_in = 0
        self._bytes_out = 0
        self._health_asked = False
        self._turned_away: deque[str] = deque(maxlen=MAX_TURNED_AWAY)
        self.turned_away_so_far = 0

    def put(self, event: Event) -> None:
        """Adds an event of our own making."""
        self._own.append(event)
        if self._reader is not _Reader.BUSY:
            self._bell.put(None)

    def offer(self, message: MessageArrived) -> None:
        """Adds a message if there is room; called by the IPC thread alone, and never blocks."""
        message = _bounded(message)
        size = _size(message.payload)
        waiting = self._bytes_in - self._bytes_out
        if len(self._messages) >= MAX_MESSAGES or waiting + size > MAX_BYTES:
            # There is no need to wake a reader that has this much to read.
            self._turned_away.append(message.topic)
            self.turned_away_so_far += 1
            return
        self._bytes_in += size
        self._messages.append((message, size))
        reader = self._reader
        enough = len(self._messages) >= MAX_GATHERED
        if reader is _Reader.ASLEEP or (reader is _Reader.GATHERING and enough):
            self._bell.put(None)

    def ask_for_health(self) -> None:
        """Adds a request for health, unless one waits already; called by the IPC thread alone."""
        if not self._health_asked:
            self._health_asked = True
            self.put(HealthAsked())

    def turned_away(self) -> list[str]:
        """Topics of messages for which there was no room, since this was asked last."""
        topics: list[str] = []
        while self._turned_away:
            topics.append(self._turned_away.popleft())
        return topics

    def gather(self, timeout: float | None) -> list[Event]:
        """Waits for events and takes those that should be handled together.

        Messages are gathered for a short while; anything else ends that.

        Args:
            timeout: Seconds to wait for the first one; None for as long as it takes.

        Returns:
            The events, our own ones first, and each kind in order; none if the time has passed
            without any.
        """
        self._sleep(_Reader.ASLEEP, timeout, lambda: bool(self._own or self._messages))
        if self._messages:
            self._sleep(
                _Reader.GATHERING,
                GATHER_SECONDS,
                lambda: bool(self._own) or len(self._messages) >= MAX_GATHERED,
            )
        events: list[Event] = []
        while self._own:
            event = self._own.popleft()
            self._health_asked &= not isinstance(event, HealthAsked)
            events.append(event)
        return events + self._next_messages()

    def _next_messages(self) -> list[Event]:
        messages: list[Event] = []
        taken = 0
        while self._messages and len(messages) < MAX_GATHERED and taken < MAX_GATHERED_BYTES:
            message, size = self._messages.popleft()
            self._bytes_out += size
            taken += size
            messages.append(message)
        return messages

    def _sleep(self, how: _Reader, seconds: float | None, is_enough: Callable[[], bool]) -> None:
        """Sleeps until there is enough to do, or the time has passed."""
        give_up_at = None if seconds is None else time.monotonic() + seconds
        self._reader = how
        try:
            while not is_enough():
                left = None if give_up_at is None else give_up_at - time.monotonic()
                if left is not None and left <= 0:
                    return
                self._bell.get(timeout=left)
        except queue.Empty:
            pass
        finally:
            self._reader = _Reader.BUSY


def _bounded(message: MessageArrived) -> MessageArrived:
    """The message, of one that is too large to be an announcement only what shows that."""
    if not isinstance(message.payload, bytes) or len(message.payload) <= MAX_PAYLOAD_BYTES:
        return message
    return replace(message, payload=message.payload[: MAX_PAYLOAD_BYTES + 1])


def _size(payload: Payload) -> int:
    """Bytes in memory, about; of an object its text, which the IPC library had to read as well."""
    return len(payload) if isinstance(payload, bytes) else len(str(payload))
