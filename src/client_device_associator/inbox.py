"""Where every other thread puts what the engine's thread has to know."""

import queue
import time
from collections import deque

from client_device_associator.events import Event, HealthAsked, MessageArrived

MAX_MESSAGES = 4000
"""Messages that may wait to be read; at about 1 kB each a bounded few megabytes."""

MAX_BYTES = 4 * 1024 * 1024
"""Bytes of binary messages that may wait to be read."""

MAX_TURNED_AWAY = 50
"""Messages beyond the bound that are answered for at a time; the others are only counted."""

GATHER_SECONDS = 0.05
"""How long a first message waits for others to share its synced commit: a commit costs the flash
of a core device a write, and the contract leaves 100 ms."""

MAX_GATHERED = 500
"""Messages in one commit."""


class Inbox:
    """A queue that is bounded for messages from outside, and open for what we tell ourselves.

    `SimpleQueue` because its `put` may be called from a signal handler.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._bytes_in = 0
        self._bytes_out = 0
        self._health_asked = False
        self._turned_away: deque[str] = deque(maxlen=MAX_TURNED_AWAY)

    def put(self, event: Event) -> None:
        """Adds an event of our own making."""
        self._queue.put(event)

    def offer(self, message: MessageArrived) -> None:
        """Adds a message if there is room; called by the IPC thread alone, and never blocks."""
        size = _size(message)
        waiting = self._bytes_in - self._bytes_out
        if self._queue.qsize() >= MAX_MESSAGES or waiting + size > MAX_BYTES:
            self._turned_away.append(message.topic)
            return
        self._bytes_in += size
        self._queue.put(message)

    def ask_for_health(self) -> None:
        """Adds a request for health, unless one waits already; called by the IPC thread alone."""
        if not self._health_asked:
            self._health_asked = True
            self._queue.put(HealthAsked())

    def turned_away(self) -> list[str]:
        """Topics of messages for which there was no room, since this was asked last."""
        topics: list[str] = []
        while self._turned_away:
            topics.append(self._turned_away.popleft())
        return topics

    def gather(self, timeout: float | None) -> list[Event]:
        """Waits for events and takes those that should be handled together.

        Messages are gathered for a short while; once anything else has come, only what is there
        already is taken along.

        Args:
            timeout: Seconds to wait for the first one; None for as long as it takes.

        Returns:
            The events in order; none if the time has passed without any.
        """
        events: list[Event] = []
        try:
            event = self._queue.get(timeout=timeout)
            give_up_at = time.monotonic() + GATHER_SECONDS
            while True:
                events.append(event)
                if isinstance(event, MessageArrived):
                    self._bytes_out += _size(event)
                else:
                    give_up_at = 0.0
                    self._health_asked &= not isinstance(event, HealthAsked)
                if len(events) >= MAX_GATHERED:
                    break
                event = self._queue.get(timeout=max(0.0, give_up_at - time.monotonic()))
        except queue.Empty:
            pass
        return events


def _size(message: MessageArrived) -> int:
    return len(message.payload) if isinstance(message.payload, bytes) else 0
