"""How the main thread sleeps, and what wakes it."""

import queue
import threading
from collections.abc import Callable

import pytest

from client_device_associator.pipeline.events import MessageArrived, StopRequested
from client_device_associator.pipeline.inbox import (
    GATHER_SECONDS,
    MAX_GATHERED,
    Batch,
    Inbox,
    _Reader,
)
from support.fakes import FakeClock
from support.values import arrived


@pytest.fixture
def clock() -> FakeClock:
    """The time."""
    return FakeClock()


@pytest.fixture
def inbox(clock: FakeClock) -> Inbox:
    """Nothing has come."""
    return Inbox(clock.steady)


def message() -> MessageArrived:
    """A message."""
    return arrived(b"{}", "t")


def test_waiting_ends_at_its_moment(inbox: Inbox, clock: FakeClock) -> None:
    """Without anything to take."""
    inbox.wait(clock.steady())
    assert inbox.take() == Batch()


def test_waiting_ends_with_what_is_there_already(inbox: Inbox) -> None:
    """An event that came before the wait is not missed."""
    inbox.put(StopRequested(0.0))
    inbox.wait(None)
    assert inbox.take().events == (StopRequested(0.0),)


@pytest.mark.parametrize("add", ["event", "messages"])
def test_another_thread_ends_the_waiting(inbox: Inbox, clock: FakeClock, add: str) -> None:
    """With an event at once; messages wake it once, and it goes on gathering until they are due."""
    waiting = threading.Event()

    def wait() -> None:
        waiting.set()
        inbox.wait(None)

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait()
    if add == "event":
        inbox.put(StopRequested(0.0))
    else:
        for _ in range(MAX_GATHERED):
            inbox.offer(message())
        clock.seconds += GATHER_SECONDS
    thread.join(10)
    assert not thread.is_alive()
    assert inbox.take().events


@pytest.mark.parametrize(
    ("reader", "rings"),
    [(_Reader.BUSY, 0), (_Reader.GATHERING, 1), (_Reader.ASLEEP, MAX_GATHERED)],
)
def test_a_reader_is_woken_once_for_messages_that_come_together(
    inbox: Inbox, reader: _Reader, rings: int
) -> None:
    """To wake it is the most expensive part of taking a message; asleep it wakes at the first."""
    inbox._reader = reader  # noqa: SLF001 - as if a thread did this
    for _ in range(MAX_GATHERED):
        inbox.offer(message())
    assert inbox._bell.qsize() == rings  # noqa: SLF001 - how often it would have been woken


class Bell:
    """Wakes the reader when something has been done instead of waiting; remembers for how long."""

    def __init__(self, *happens: Callable[[], None]) -> None:
        self.waits: list[float | None] = []
        self._happens = list(happens)

    def put(self, _: None) -> None:
        """It rings, and nobody sleeps."""

    def get(self, timeout: float | None) -> None:
        """The next thing happens; after the last one there is none, as when time is up."""
        self.waits.append(timeout)
        if not self._happens:
            raise queue.Empty
        self._happens.pop(0)()


def test_a_message_is_waited_for_and_then_for_others(inbox: Inbox, clock: FakeClock) -> None:
    """Without end for the first one, and for those that share its commit as long as it may wait."""
    readers: list[_Reader] = []
    inbox.offer(message())
    inbox.take()

    def offer() -> None:
        readers.append(inbox._reader)  # noqa: SLF001 - what it would be woken for
        inbox.offer(message())

    def let_time_pass() -> None:
        readers.append(inbox._reader)  # noqa: SLF001 - as above
        clock.seconds += GATHER_SECONDS

    inbox._bell = bell = Bell(offer, let_time_pass)  # type: ignore[assignment] # noqa: SLF001 - a thread
    inbox.wait(None)
    assert bell.waits == [None, pytest.approx(GATHER_SECONDS, abs=1e-6)]
    assert readers == [_Reader.ASLEEP, _Reader.GATHERING]
    assert inbox._reader is _Reader.BUSY  # noqa: SLF001 - as above


def test_waiting_lasts_until_its_moment(inbox: Inbox, clock: FakeClock) -> None:
    """And ends there though nothing has come."""
    inbox._bell = bell = Bell()  # type: ignore[assignment] # noqa: SLF001 - as above
    inbox.wait(clock.steady() + 0.25)
    assert bell.waits == [0.25]
