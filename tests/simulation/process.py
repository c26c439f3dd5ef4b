"""One component process: the real component on simulated ports, and its two threads."""

from collections import deque
from collections.abc import Callable
from pathlib import Path

from client_device_associator.journal.database import OnSetAside, Opener
from client_device_associator.pipeline.events import NucleusLost, StopRequested
from client_device_associator.reporting.notices import DefectFound, Notice
from client_device_associator.session.events import SessionEvent
from client_device_associator.session.last_good import LastGood
from client_device_associator.session.session import Session
from client_device_associator.session.thread import AFTER_DEFECT_SECONDS
from simulation.cloud import Cloud
from simulation.connection import SimulatedNucleus
from simulation.nucleus import LocalNucleus, MessageStream
from simulation.plan import CORE, Message, Plan
from simulation.record import Record
from simulation.watched import WatchedComponent, WatchedInbox, WatchedJournal
from simulation.worker import SimulatedWorker
from simulation.world import FOREVER, ProcessClock, World

TURN_SECONDS = 0.0002
"""What a turn costs at least."""

MAX_SPINS = 50
"""Times that the session may run without an event, and without any time passing."""


class Defect(Exception):  # noqa: N818 - what nobody foresaw
    """An exception that nobody foresaw, made up."""


class Process:
    """From its start to its end.

    Args:
        world: Where time passes.
        plan: The seed's.
        cloud: What it calls.
        nucleus: What has started it.
        record: Notes everything.
        journal: Where its journal is.
        last_good: Where the last good configuration is.
        opener: Opens the journal, on a disk that knows this process's crash points.
        number: Which process it is, from 1.
        crash_point: Raises if the process is to die here.

    Attributes:
        dead: Whether it was killed, or has ended.
        exit_code: Set when the loop has ended.
    """

    def __init__(
        self,
        *,
        world: World,
        plan: Plan,
        cloud: Cloud,
        nucleus: LocalNucleus,
        record: Record,
        journal: Path,
        last_good: Path,
        opener: Opener,
        number: int,
        crash_point: Callable[[str], None],
    ) -> None:
        self.dead = False
        self.exit_code: int | None = None
        self.number = number
        self.clock = ProcessClock(world, crash_point)
        self.inbox = WatchedInbox(self.clock.steady, record)
        self.worker = SimulatedWorker(world, cloud, record, self.inbox.put, crash_point)
        self._world = world
        self._record = record
        self._connection = SimulatedNucleus(
            world=world,
            plan=plan,
            nucleus=nucleus,
            record=record,
            owner=self,
            crash_point=crash_point,
        )

        def open_journal(on_set_aside: OnSetAside) -> WatchedJournal:
            return WatchedJournal(journal, on_set_aside, opener, record)

        self.component = WatchedComponent(
            core_thing_name=CORE,
            nucleus=self._connection,
            worker=self.worker,
            inbox=self.inbox,
            journal=open_journal,
            last_good=LastGood(last_good),
            clock=self.clock,
            rng=world.rng(f"jitter of process {number}"),
            log=self._report,
            keep_state=lambda _: None,
        )
        self.component.record = record
        self.inbox.is_settled = lambda: self.component.is_settled
        self.main = MainThread(self, world, record)
        self.session = SessionThread(self, world, record)

    @property
    def journal(self) -> WatchedJournal:
        """The component's."""
        assert isinstance(self.component.journal, WatchedJournal)
        return self.component.journal

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be handled."""
        return self.inbox.due_at() is None and self._record.flight is None

    def deliver(self, message: Message, stream: MessageStream) -> None:
        """A message arrives."""
        self.inbox.arriving = message
        stream.on_message(message.topic, message.payload)
        self.inbox.arriving = None

    def stop(self) -> None:
        """SIGTERM, as `run` in component.py handles it."""
        self.inbox.put(StopRequested(self.clock.steady()))
        self._connection.given_up = True

    def lose_nucleus(self) -> None:
        """The connection is lost, as `run` in component.py hears of it."""
        self._connection.given_up = True
        self.inbox.put(NucleusLost())

    def die(self) -> None:
        """From now on nothing happens in it."""
        self.dead = self.inbox.is_shut = True
        self.worker.vanish()

    def _report(self, notice: Notice) -> None:
        if self._world.traced:
            self._world.say(f"notice: {str(notice)[:300]}")
        if isinstance(notice, DefectFound):
            if not isinstance(notice.error, Defect):
                raise self._record.broken("NoCrash", repr(notice.error)) from notice.error
            if notice.error is not self.session.defect:
                self._record.defect()


class MainThread:
    """Runs the real loop, turn by turn."""

    def __init__(self, process: Process, world: World, record: Record) -> None:
        self._process = process
        self._world = world
        self._record = record
        self._starts = True

    @property
    def ready_at(self) -> float:
        """When the next turn begins unless something happens first."""
        process = self._process
        if process.dead or process.exit_code is not None:
            return FOREVER
        if self._starts:
            return self._world.time
        moments = (process.inbox.due_at(), process.component.loop.wake_at)
        return min(
            (process.clock.time_of(one) for one in moments if one is not None), default=FOREVER
        )

    def run(self) -> None:
        """One turn; the process ends if the loop says so."""
        process, loop = self._process, self._process.component.loop
        self._starts = False
        process.exit_code = loop.turn()
        self._world.time += TURN_SECONDS
        wait = None if loop.wake_at is None else loop.wake_at - process.clock.steady()
        self._record.turn_ended(wait)
        if process.exit_code is not None:
            loop.end()
            process.journal.close()


class SessionThread:
    """Does with the real session what the real thread does, without its queue's waiting."""

    def __init__(self, process: Process, world: World, record: Record) -> None:
        self._process = process
        self._record = record
        self._world = world
        self._events: deque[SessionEvent] = deque()
        self._session: Session | None = None
        self._wake_at = world.time
        self.defect: Defect | None = None
        self._spins = 0

    @property
    def ready_at(self) -> float:
        """When it has something to do unless an event comes first."""
        if self._process.dead or self._process.exit_code is not None:
            return FOREVER
        return self._world.time if self._session and self._events else self._wake_at

    def run(self) -> None:
        """Handles an event, and does what is due."""
        is_idle, before = not self._events, self._world.time
        try:
            self._run()
            self._spins = self._spins + 1 if is_idle and self._world.time == before else 0
            if self._spins > MAX_SPINS:
                raise self._record.broken("TurnsAreNeeded", "the session spins")
        except Defect as error:
            self.defect = error
            self._process.component.report_from_thread(DefectFound(error))
            session, self._session = self._session, None
            self._record.session_defect()
            if session is not None:
                session.close()
            self._wake_at = self._world.time + AFTER_DEFECT_SECONDS

    def _run(self) -> None:
        if self._session is None:
            self._events.clear()
            self._session = self._process.component.session(self._events.append)
        elif self._events:
            self._session.handle(self._events.popleft())
        wake_at = self._session.run_due()
        self._wake_at = FOREVER if wake_at is None else self._process.clock.time_of(wake_at)
