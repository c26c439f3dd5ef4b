"""One turn of the main thread: take in, decide, store, send, call."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import chain

from client_device_associator.channel.port import Asked, PermissionsAsked
from client_device_associator.cloud.calls import Calls, Landed
from client_device_associator.cloud.port import CallAnswered, WorkerEnded
from client_device_associator.configuration.needed_operations import needed_operations
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.engine import Engine
from client_device_associator.core.enqueue import reject
from client_device_associator.core.handover import Claim
from client_device_associator.core.instant import Instant
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.errors import JournalError
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline import replies
from client_device_associator.pipeline.events import (
    ClaimArrived,
    Event,
    MessageArrived,
    Origin,
    PublishAcknowledged,
    RosterRequested,
)
from client_device_associator.pipeline.intake import Intake
from client_device_associator.pipeline.outboxes import Outboxes
from client_device_associator.pipeline.storage import Storage
from client_device_associator.pipeline.trail import of_step
from client_device_associator.pipeline.trail_writer import TrailWriter
from client_device_associator.pipeline.turn import Turn
from client_device_associator.reporting.metric_notices import call_ended
from client_device_associator.reporting.metric_table import Figures
from client_device_associator.reporting.notices import Report, ResultsDecided

_STORAGE_MESSAGE = "the core device cannot write to its disk; try again later"


class Pipeline:
    """Takes events that came together through engine, journal and outbox, with one commit.

    What it and its parts remember can be lost at any moment: another one, built on the same
    journal, goes on where this one has ended.

    Args:
        intake: Reads.
        engine: Decides.
        journal: Stores what was decided.
        outboxes: Send the results.
        calls: Makes the calls.
        trail: Notes for people what was decided.
        report: Takes what an operator may want to know.
    """

    def __init__(
        self,
        *,
        intake: Intake,
        engine: Engine,
        journal: Journal,
        outboxes: Outboxes,
        calls: Calls,
        trail: TrailWriter,
        report: Report,
    ) -> None:
        self._intake = intake
        self._engine = engine
        self._journal = journal
        self._outboxes = outboxes
        self._calls = calls
        self._trail = trail
        self._report = report
        self._storage = Storage(journal, report)

    def reconfigure(self, settings: Settings) -> None:
        """Goes on with other settings; nothing that is under way is lost or repeated."""
        self._intake.gate = settings.policy.gate
        self._engine.reconfigure(settings.policy)
        self._outboxes.reconfigure(settings)
        self._calls.idle_seconds = settings.worker_idle_seconds
        self._calls.permissions.needed = frozenset(needed_operations(settings))
        self._trail.reconfigure(settings.trail_max_entries)

    def listening(self, now: Instant, *, to_all: bool) -> None:
        """The subscriptions have changed; see `Engine.listening`."""
        self._engine.listening(now, to_all=to_all)

    def send_refused_now(self, now: Instant) -> None:
        """Sends again what the nucleus has refused: accessControl may have changed."""
        try:
            self._journal.send_refused_now(now.steady)
        except JournalError as error:
            self._storage.failed(error, now)

    def figures(self) -> Mapping[str, int]:
        """What is not counted by notices."""
        with suppress(JournalError):
            return {"pending": self._journal.pending(), **self._outboxes.figures()}
        return self._outboxes.figures()

    def metric_figures(self) -> Figures | None:
        """What metrics do not get from notices; None if the journal cannot be read."""
        with suppress(JournalError):
            return Figures(
                queue_length=self._journal.pending(),
                oldest_since=self._journal.oldest_since(),
                devices_associated=self._journal.occupied(),
            )
        return None

    def turn(
        self, events: Sequence[Event], overflow: Sequence[Origin], now: Instant
    ) -> float | None:
        """Handles events and does whatever is due.

        Args:
            events: What has happened, in order.
            overflow: Where messages came from for which there was no room.
            now: The time.

        Returns:
            Steady seconds of the next turn without an event; None if only an event causes one.
        """
        self.take_in(events, overflow, now)
        try:
            return self._go_on(now)
        except JournalError as error:
            self._storage.failed(error, now)
            return self._hold_on(now)

    def take_in(self, events: Sequence[Event], overflow: Sequence[Origin], now: Instant) -> bool:
        """Stores what has come, and starts nothing new.

        Returns:
            Whether it could be stored.
        """
        messages: list[MessageArrived] = []
        claims: list[Claim] = []
        landed: list[Landed] = []
        asked: list[Asked] = []
        for event in events:
            match event:
                case MessageArrived():
                    messages.append(event)
                case ClaimArrived():
                    claims.extend(event.source.read(event.topic, event.payload))
                case PublishAcknowledged():
                    self._outboxes.acknowledged(event)
                case RosterRequested():
                    self._engine.list_requested(now)
                case Asked():
                    asked.append(event)
                case PermissionsAsked():
                    replies.tell_permissions(event, self._calls.permissions.ask(now))
                case CallAnswered() | WorkerEnded():
                    call = self._calls.handle(event, now)
                    landed += [call] if call else []
        announced = self._intake.read(messages, overflow, now)
        return self._decide(announced, landed, now, claims, asked)

    def end(self) -> None:
        """Ends the worker, with whatever it is doing."""
        self._calls.end()

    def store_sent(self, now: Instant) -> None:
        """Stores which results were taken, before the process ends; not on a disk that fails."""
        if self._storage.try_again_at is not None:
            return
        try:
            with self._journal.transaction():
                self._outboxes.store(now)
                self._trail.store()
        except JournalError as error:
            self._storage.failed(error, now)

    def _decide(
        self,
        announcements: Sequence[Announcement],
        landed: Sequence[Landed],
        now: Instant,
        claims: Sequence[Claim] = (),
        asked: Sequence[Asked] = (),
    ) -> bool:
        """Lets the engine decide and stores it all in one transaction; False if that failed."""
        for call, answer in landed:
            self._report(call_ended(call, answer))
        may_store = self._storage.try_again_at is None
        came = announcements or landed or claims or asked
        if not (came or (self._outboxes.must_store and may_store)):
            return True
        turn = Turn(self._engine, self._store, self._intake.gate, now)
        try:
            with self._journal.transaction():
                turn.decide(landed, claims, asked, announcements)
                stores = turn.stores or self._outboxes.must_store
                self._outboxes.store(now)
                if stores:
                    self._trail.store(chain.from_iterable(turn.entries))
        except JournalError as error:
            self._storage.failed(error, now)
            for call, answer in landed:
                self._engine.answer_lost(call, answer, now)
            self._publish(reject(announcements, Reason.STORAGE, _STORAGE_MESSAGE), now)
            replies.refuse(asked)
            return False
        self._outboxes.stored()
        if stores:
            self._trail.stored()
            self._storage.succeeded()
        for decision in turn.decisions:
            self._publish(decision, now)
        for one, ruling in turn.rulings:
            replies.tell(one, ruling, self._report, now)
        return True

    def _store(self, decision: Decision) -> None:
        if decision.stores:
            self._journal.store(self._outboxes.with_copies(decision))

    def _store_now(self, decision: Decision, now: Instant) -> None:
        """Stores a decision that no event has led to; raises JournalError."""
        with self._journal.transaction():
            self._store(decision)
            self._trail.store(of_step(decision, now))
        self._trail.stored()
        self._publish(decision, now)

    def _publish(self, decision: Decision, now: Instant) -> None:
        """Sends and reports what was decided, now that it is on disk."""
        rejected: list[Result] = []
        others: list[Result] = []
        for result in decision.transient:
            (rejected if result.status is Status.REJECTED else others).append(result)
        self._intake.reject(rejected, now)
        self._intake.leave_unanswered(decision.unanswered, now)
        self._outboxes.send(others)
        # The next message of these counts, however much traffic there is of them.
        unsure = (one.thing_name for one in decision.devices if one.claimed_at is not None)
        self._intake.forget_seen((*decision.forgotten, *unsure))
        answers = (one for one in (*others, *decision.durable) if not one.is_claim)
        statuses = Counter(result.status for result in answers)
        if statuses:
            self._report(ResultsDecided(statuses))
        for notice in decision.notices:
            self._report(notice)

    def _go_on(self, now: Instant) -> float | None:
        """Sends, calls and looks after the worker; returns when to do so again."""
        if not self._storage.is_usable(now):
            return self._hold_on(now)
        self._write_trail(now)
        wakes = [self._outboxes.run_due(now), self._trail.wake_at(now)]
        overdue = self._calls.overdue(now)
        if overdue is not None:
            self._decide((), [overdue], now)
            return now.steady
        self._calls.check_permission(now)
        next_call_at: float | None = None
        if not self._calls.in_flight:
            step = self._engine.step(now)
            if step.decided is not None:
                self._store_now(step.decided, now)
            if step.call is not None:
                self._calls.start(step.call, now)
            next_call_at = step.wake_at
        wakes += [next_call_at, self._calls.run_due(next_call_at, now)]
        return min((at for at in wakes if at is not None), default=None)

    def _write_trail(self, now: Instant) -> None:
        """Writes and shortens the trail, if that is worth a transaction of its own."""
        if not self._trail.is_due(now):
            return
        with self._journal.transaction():
            self._trail.store()
            self._trail.trim()
        self._trail.stored()

    def _hold_on(self, now: Instant) -> float | None:
        """What can be done while the journal cannot be used; returns when to try it again."""
        # Rejections go out all the same: they are what announcers hear about such a disk.
        with suppress(JournalError):
            self._outboxes.run_due(now)
        overdue = self._calls.overdue(now)
        if overdue is not None and self._decide((), [overdue], now):
            return now.steady  # the journal can be used again
        wakes = (self._storage.try_again_at, self._calls.run_due(None, now))
        return min((at for at in wakes if at is not None), default=None)
