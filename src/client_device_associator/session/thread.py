"""The thread that may wait for the nucleus."""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress

from client_device_associator.clock import Clock
from client_device_associator.reporting.notices import DefectFound, Report
from client_device_associator.session.events import SessionEvent
from client_device_associator.session.session import Session

AFTER_DEFECT_SECONDS = 30.0
"""Until a session is built again after an exception that nobody foresaw."""

END_SECONDS = 0.5
"""For the thread to end; it is in the middle of an IPC call at most, which is given up."""

Build = Callable[[Callable[[SessionEvent], None]], Session]
"""Makes a session; it is given where its events go."""


class SessionThread:
    """Hands events to a session, and lets it do what is due.

    Args:
        build: Makes the session; called again after an exception that nobody foresaw, because the
            memory of the one before may be wrong.
        clock: The time.
        report: Takes what an operator may want to know; it must be safe to call on this thread.
    """

    def __init__(self, build: Build, clock: Clock, report: Report) -> None:
        self._build = build
        self._clock = clock
        self._report = report
        self._events: queue.SimpleQueue[SessionEvent | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="session", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; subscriptions end with the connection."""
        self._events.put(None)
        self._thread.join(END_SECONDS)

    def _run(self) -> None:
        while True:
            session = self._build(self._events.put)
            try:
                self._serve(session)
            except Exception as error:  # noqa: BLE001 - a defect must not leave us without subscriptions
                self._report(DefectFound(error))
                # It may be the nucleus's library that fails; closing is of no use then.
                with suppress(Exception):
                    session.close()
                if self._stops_within(AFTER_DEFECT_SECONDS):
                    return
            else:
                return

    def _serve(self, session: Session) -> None:
        """Goes on until it is asked to stop."""
        while True:
            wake_at = session.run_due()
            wait = None if wake_at is None else max(0.0, wake_at - self._clock.now().steady)
            with suppress(queue.Empty):
                event = self._events.get(timeout=wait)
                if event is None:
                    return
                session.handle(event)

    def _stops_within(self, seconds: float) -> bool:
        """Waits; events of the session before mean nothing to the next."""
        end = self._clock.now().steady + seconds
        while (left := end - self._clock.now().steady) > 0:
            with suppress(queue.Empty):
                if self._events.get(timeout=left) is None:
                    return True
        return False
