"""How long the session's thread waits, and what ends its waits, in simulated time."""

import queue
import threading
from collections.abc import Callable
from typing import cast

import pytest

from client_device_associator.reporting.notices import DefectFound, Notice
from client_device_associator.session.events import ConfigurationChanged, SessionEvent
from client_device_associator.session.session import Session
from client_device_associator.session.thread import (
    AFTER_DEFECT_SECONDS,
    END_SECONDS,
    SessionThread,
)
from support.fakes import FakeClock

CHANGED = ConfigurationChanged()
PASSES = "nothing comes: the time of the wait passes"
STOP = None


class Events:
    """The queue of a thread; what comes is known beforehand, and how long it waits remembered."""

    def __init__(self, clock: FakeClock, *comes: object) -> None:
        self.waits: list[float | None] = []
        self._clock = clock
        self._comes = list(comes)

    def put(self, event: SessionEvent | None) -> None:
        """Nobody reads it."""

    def get(self, timeout: float | None) -> object:
        """The next that comes."""
        self.waits.append(timeout)
        comes = self._comes.pop(0)
        if comes == PASSES:
            self._clock.seconds += timeout or 0.0
            raise queue.Empty
        self._clock.seconds += 1
        return comes


class FakeSession:
    """A session that is due after some seconds each time, and remembers what it is given."""

    def __init__(self, clock: FakeClock, due: list[float | Exception | None]) -> None:
        self.handled: list[SessionEvent] = []
        self.turns = 0
        self._clock = clock
        self._due = due

    def run_due(self) -> float | None:
        """Does what is due."""
        self.turns += 1
        due = self._due.pop(0)
        if isinstance(due, Exception):
            raise due
        return None if due is None else self._clock.steady() + due

    def handle(self, event: SessionEvent) -> None:
        """Takes an event."""
        self.handled.append(event)

    def close(self) -> None:
        """Fails, as a library may that has failed before."""
        raise ConnectionError


def run(
    clock: FakeClock, events: Events, *due: float | Exception | None
) -> tuple[FakeSession, list[Notice], int]:
    """Runs a thread to its end; its session, what was reported, and how often it was built."""
    notices: list[Notice] = []
    session = FakeSession(clock, list(due))
    built = 0

    def build(_post: Callable[[SessionEvent], None]) -> Session:
        nonlocal built
        built += 1
        return cast("Session", session)

    thread = SessionThread(build, clock, notices.append)
    thread._events = cast("queue.SimpleQueue[SessionEvent | None]", events)  # noqa: SLF001 - simulated
    thread._run()  # noqa: SLF001 - what the thread does
    return session, notices, built


@pytest.fixture
def clock() -> FakeClock:
    """The time."""
    return FakeClock()


def test_it_waits_until_something_is_due_or_comes(clock: FakeClock) -> None:
    """Without end if only an event makes a turn necessary, and not at all if it is late already."""
    events = Events(clock, PASSES, CHANGED, CHANGED, PASSES, STOP)
    session, notices, _ = run(clock, events, 0.25, None, 7.0, -3.0, None)
    assert events.waits == [0.25, None, 7.0, 0.0, None]
    assert session.handled == [CHANGED, CHANGED]
    assert session.turns == 5
    assert notices == []


def test_after_a_defect_it_waits_for_its_whole_pause(clock: FakeClock) -> None:
    """Events of the session before mean nothing; nor does a session that fails to close."""
    defect = ZeroDivisionError("x")
    events = Events(clock, CHANGED, CHANGED, PASSES, STOP)
    session, notices, built = run(clock, events, defect, None)
    assert events.waits == [AFTER_DEFECT_SECONDS - passed for passed in (0, 1, 2)] + [None]
    assert session.handled == []
    assert notices == [DefectFound(defect)]
    assert built == 2


def test_the_last_second_of_the_pause_is_waited_for(clock: FakeClock) -> None:
    """And not a moment more: at its end nothing is asked."""
    events = Events(clock, *[CHANGED] * int(AFTER_DEFECT_SECONDS), STOP)
    run(clock, events, ZeroDivisionError("x"), None)
    assert events.waits[-2:] == [1.0, None]


def test_a_stop_ends_the_pause(clock: FakeClock) -> None:
    """No session is built for it."""
    _, _, built = run(clock, Events(clock, CHANGED, STOP), ZeroDivisionError("x"))
    assert built == 1


def test_a_session_that_hangs_holds_up_no_stop(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor the end of the process: it is in a call of the nucleus that may never be answered."""
    monkeypatch.setattr("client_device_associator.session.thread.END_SECONDS", END_SECONDS / 100)
    answered = threading.Event()

    def hang(_post: Callable[[SessionEvent], None]) -> Session:
        answered.wait()
        return cast("Session", FakeSession(clock, [None]))

    thread = SessionThread(hang, clock, lambda _: None)
    assert thread._thread.daemon  # noqa: SLF001 - the process does not wait for it
    thread.start()
    thread.stop()
    assert thread._thread.is_alive()  # noqa: SLF001 - it hangs
    answered.set()
    thread._thread.join()  # noqa: SLF001 - nothing is left behind
