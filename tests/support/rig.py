"""The whole component between a real journal and stand-ins for its ports, in simulated time."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from client_device_associator.cloud.port import CallAnswered, Worker
from client_device_associator.component import Component
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.answer import Answer
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline.events import Event, MessageArrived, SettingsInEffect
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.reporting.notices import Notice
from client_device_associator.reporting.operator_log import OperatorLog
from client_device_associator.session.events import SessionEvent
from client_device_associator.session.last_good import LastGood
from client_device_associator.session.session import Session
from support.engine_driver import LongestWaits
from support.fakes import FakeClock, FakeNucleus, FakeWorker
from support.journal_files import connection
from support.values import START, arrived, policy, settings

IDLE_SECONDS = 60.0
"""`workerIdleSeconds` of the default settings."""


class Rig:
    """A component, its surroundings, and the time; nothing happens but what a test does.

    Args:
        directory: Where the journal and the last good configuration are.
        worker: Makes the calls; by default one that a test answers for.

    Attributes:
        states: What was kept of the component's states.
        expects_defects: Whether the test has the component meet exceptions that nobody foresaw.
    """

    def __init__(self, directory: Path, worker: "Callable[[Rig], Worker] | None" = None) -> None:
        self.directory = directory
        self.expects_defects = False
        self.clock = FakeClock()
        self.nucleus = FakeNucleus()
        self.worker = FakeWorker()
        self.inbox = Inbox(self.clock.steady)
        self.notices: list[Notice] = []
        self.states: list[Mapping[str, object]] = []
        self.session_events: list[SessionEvent] = []
        self._log = OperatorLog("core-1", "eu-central-1")
        self.component = Component(
            core_thing_name="core-1",
            nucleus=self.nucleus,
            worker=worker(self) if worker else self.worker,
            inbox=self.inbox,
            journal=lambda on_set_aside: Journal(directory / "journal", on_set_aside),
            last_good=LastGood(directory / "last-good.json"),
            clock=self.clock,
            rng=LongestWaits(),
            log=self._report,
            keep_state=self.states.append,
        )
        self.journal = self.component.journal
        self.loop = self.component.loop

    def close(self) -> None:
        """Lets go of the journal's file."""
        self.journal.close()

    # The main thread

    def configure(self, changed: Settings | None = None) -> float | None:
        """One turn in which settings come into effect: the defaults without lists, or others."""
        return self.turn(SettingsInEffect(changed or settings(policy=policy())))

    def turn(self, *events: Event) -> float | None:
        """One turn with what has been posted and these; returns the seconds until the next one."""
        for event in events:
            if isinstance(event, MessageArrived):
                self.inbox.offer(event)
            else:
                self.inbox.put(event)
        assert self.loop.turn() is None, "it has ended"
        wake_at = self.loop.wake_at
        return None if wake_at is None else max(0.0, round(wake_at - self.clock.steady(), 6))

    def announce(self, *names: str) -> float | None:
        """One turn with an announcement of these."""
        payload = json.dumps({"thingNames": names}).encode()
        return self.turn(arrived(payload))

    def answer(self, answer: Answer) -> float | None:
        """One turn with an answer to the last call."""
        return self.turn(CallAnswered(len(self.worker.calls), answer))

    def pass_turns(self, wait: float | None, until: float) -> None:
        """Turns whenever one is due, until a second, or until only an event causes one."""
        for _ in range(400):
            if wait is None or self.clock.seconds + wait > until:
                self.clock.seconds = until
                return
            self.clock.seconds += wait
            wait = self.turn()
        raise AssertionError("it turns and turns")

    def call(self, *names: str) -> None:
        """Announces these and lets time pass until their call leaves."""
        self.pass_turns(self.announce(*names), self.clock.seconds + 1)

    def results(self) -> list[tuple[str | None, str, str | None]]:
        """Thing name, status and code of every result published; the nucleus takes it all."""
        found: list[tuple[str | None, str, str | None]] = []
        published, self.nucleus.published = self.nucleus.published, []
        for one in published:
            assert isinstance(one.message, bytes)
            found.extend(
                (entry.get("thingName"), entry["status"], entry.get("code"))
                for entry in json.loads(one.message).get("results", ())
            )
            one.on_acknowledged(None)
        return found

    # The session's thread

    def session(self) -> Session:
        """A session; its events wait in `session_events`."""
        return self.component.session(self.session_events.append)

    def handle_all(self, session: Session) -> None:
        """Hands on what the nucleus has reported to the session."""
        while self.session_events:
            session.handle(self.session_events.pop(0))

    def run_due(self, session: Session) -> float | None:
        """Lets a session handle its events and do what is due; the seconds until the next time."""
        self.handle_all(session)
        wake_at = session.run_due()
        return None if wake_at is None else round(wake_at - START - self.clock.seconds, 3)

    def _report(self, notice: Notice) -> None:
        self.notices.append(notice)
        self._log(notice)


def of_kind(notices: Sequence[Notice], kind: type) -> list[Notice]:
    """The notices of one type."""
    return [one for one in notices if isinstance(one, kind)]


def fill_disk(journal: Journal, *, full: bool) -> None:
    """Leaves no room for another page, or room again: SQLite's own small disk."""
    pages = 1 if full else 1_000_000
    connection(journal).execute(f"PRAGMA max_page_count = {pages}")


def lose_results(rig: Rig) -> None:
    """Makes the journal unusable in a way that is easily undone."""
    connection(rig.journal).execute("ALTER TABLE owed RENAME TO away")


def find_results(rig: Rig) -> None:
    """Undoes it."""
    connection(rig.journal).execute("ALTER TABLE away RENAME TO owed")
