"""Carries out what the engine decides; the only thread that touches engine and journal."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from client_device_associator.clock import Clock
from client_device_associator.cloud.worker_process import Worker
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.answer import Trouble, Unanswered
from client_device_associator.core.backoff import DEVICE
from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.engine import CALL_DEADLINE_SECONDS, Engine
from client_device_associator.core.instant import Instant
from client_device_associator.core.result import Status
from client_device_associator.errors import JournalError
from client_device_associator.journal.journal import Journal
from client_device_associator.messages.announcement import Announcement
from client_device_associator.pipeline.events import AnswerArrived, Event, MessageTaken, WorkerEnded
from client_device_associator.pipeline.intake import Reception
from client_device_associator.pipeline.outbox import Outbox
from client_device_associator.reporting.health import Health
from client_device_associator.reporting.operator_log import OperatorLog

WARM_UP_SECONDS = 3.0
"""A worker that will be wanted within this time is started now: importing boto3 takes a while."""

STORE_AGAIN_SECONDS = 5.0
"""A journal that could not be written is tried again after this, or with the next announcement."""


class Conductor:
    """One turn takes the events that came together through engine, journal and outbox.

    Args:
        engine: Decides.
        journal: Stores what was decided, with one commit a turn.
        outbox: Sends the results.
        worker: Makes the calls.
        clock: Where the time comes from.
        log: What operators are told.
        health: What they may ask for.
        worker_idle_seconds: How long a worker is kept without a call.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        journal: Journal,
        outbox: Outbox,
        worker: Worker,
        clock: Clock,
        log: OperatorLog,
        health: Health,
        worker_idle_seconds: float,
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._outbox = outbox
        self._worker = worker
        self._clock = clock
        self._log = log
        self._health = health
        self._reception = Reception(outbox, log, health)
        self._worker_idle_seconds = worker_idle_seconds
        self._worker_used_at = 0.0
        self._calling: Call | None = None
        self._warms_up = True
        self._store_again_at = 0.0
        self._took_up = False

    def reconfigured(self, settings: Settings) -> None:
        """Works on with other settings; nothing that is under way is lost or repeated."""
        self._engine.reconfigured(settings.policy)
        self._outbox.reconfigured(settings)
        self._worker_idle_seconds = settings.worker_idle_seconds

    def try_refused(self) -> None:
        """Sends what the nucleus has refused to take: accessControl may have changed."""
        with suppress(JournalError):  # the next turn meets it again, and says so
            self._journal.send_refused_now(self._clock.now().steady)

    def figures(self) -> Mapping[str, int]:
        """What is counted elsewhere than in the health."""
        with suppress(JournalError):
            return {"pending": self._journal.pending(), "resultsDropped": self._outbox.dropped}
        return {"resultsDropped": self._outbox.dropped}

    def turn(self, events: Sequence[Event], turned_away: Sequence[str]) -> float | None:
        """Handles events and does whatever is due.

        Args:
            events: What has happened, in order.
            turned_away: Topics of messages for which there was no room.

        Returns:
            Seconds until the next turn without an event; None if only an event makes one.
        """
        now = self._clock.now()
        self._take_in(events, turned_away, now)
        try:
            self._try_out(now)
            self._take_up(now)
            wake_at = self._go_on(now)
        except JournalError as error:
            self._storage_failed(error, now)
            wake_at = self._store_again_at
            # Rejections go out all the same: they are what announcers hear of such a disk.
            with suppress(JournalError):
                self._outbox.pump(now)
        return None if wake_at is None else max(0.0, wake_at - self._clock.now().steady)

    def last_turn(self, events: Sequence[Event]) -> None:
        """Stores what has come together with the reason to end, and begins nothing any more.

        So announcements that were heard are there for the next process, and an answer of the cloud
        need not be asked for again.
        """
        self._take_in(events, (), self._clock.now())

    def close(self) -> None:
        """Ends the worker and notes which results were taken; nothing else is left to do."""
        self._worker.end()
        try:
            with self._journal.transaction():
                self._outbox.store(self._clock.now())
        except JournalError as error:
            self._log.storage_lost(str(error))

    def _take_in(self, events: Sequence[Event], turned_away: Sequence[str], now: Instant) -> None:
        announcements = self._reception.read(events, turned_away, now)
        for event in events:
            if isinstance(event, MessageTaken):
                self._outbox.taken(event)
        answers = [answer for event in events if (answer := self._answer(event, now)) is not None]
        self._decide(announcements, answers, now)

    def _try_out(self, now: Instant) -> None:
        """Tries a journal that could not be used, so that nobody has to announce to find out."""
        if self._store_again_at and now.steady >= self._store_again_at:
            self._journal.try_out()
            self._stored()

    def _stored(self) -> None:
        self._store_again_at = 0.0
        self._engine.stored()
        self._log.storage_back()
        self._health.journal(None)

    def _take_up(self, now: Instant) -> None:
        """Makes ready what an earlier process has left, as soon as the journal lets us."""
        if not self._took_up:
            self._journal.take_up(now.steady, DEVICE.cap)
            self._took_up = True

    def _answer(self, event: Event, now: Instant) -> AnswerArrived | None:
        if isinstance(event, AnswerArrived):
            if self._calling is not None and self._calling.call_id == event.call_id:
                self._calling = None
                self._worker_used_at = now.steady
            return event
        if isinstance(event, WorkerEnded) and event.number == self._worker.number:
            self._worker.end()
            # One that dies at once must not be started again and again; the call itself does it.
            self._warms_up = False
            if self._calling is not None:
                return self._unanswered(self._calling, "WorkerEnded", event.reason)
            self._log.worker_ended(event.reason)
        return None

    def _unanswered(self, call: Call, code: str, reason: str) -> AnswerArrived:
        self._calling = None
        message = f"the association worker {reason}"
        return AnswerArrived(call.call_id, Unanswered(Trouble.UNAVAILABLE, code, message))

    def _decide(
        self,
        announcements: Sequence[Announcement],
        answers: Sequence[AnswerArrived],
        now: Instant,
    ) -> None:
        """Lets the engine decide and stores it all in one transaction."""
        storable = self._outbox.must_store and now.steady >= self._store_again_at
        if not (announcements or answers or storable):
            return
        try:
            with self._journal.transaction():
                decisions = [
                    self._store(self._engine.answered(answer.call_id, answer.answer, now))
                    for answer in answers
                ]
                if announcements:
                    decisions.append(self._store(self._engine.announced(announcements, now)))
                noted = self._outbox.must_store
                self._outbox.store(now)
        except JournalError as error:
            self._storage_failed(error, now)
            for answer in answers:
                self._engine.answer_lost(answer.call_id, answer.answer, now)
            self._say([self._engine.storage_failed(announcements, now)], now)
            return
        self._outbox.stored()
        if noted or any(decision.stores for decision in decisions):
            self._stored()
        self._say(decisions, now)

    def _storage_failed(self, error: JournalError, now: Instant) -> None:
        self._log.storage_lost(str(error))
        self._health.journal(str(error))
        self._store_again_at = now.steady + STORE_AGAIN_SECONDS

    def _store(self, decision: Decision) -> Decision:
        if decision.stores:
            self._journal.store(decision)
        return decision

    def _say(self, decisions: Sequence[Decision], now: Instant) -> None:
        for decision in decisions:
            rejected = [one for one in decision.told if one.status is Status.REJECTED]
            told = [one for one in decision.told if one.status is not Status.REJECTED]
            self._reception.reject(rejected, now)
            self._outbox.tell(told)
            self._health.told(told)
            self._health.told(decision.owed)
            for notice in decision.notices:
                self._log.notice(notice)
                self._health.notice(notice, now)

    def _go_on(self, now: Instant) -> float | None:
        """Sends, calls and keeps the worker in shape; returns when to do so again."""
        sends_at = self._outbox.pump(now)
        wakes = [None if sends_at is None else max(sends_at, self._store_again_at)]
        wakes.append(self._store_again_at or None)
        step = self._engine.step(now)
        wakes.append(step.wake_at)
        if step.call is not None:
            self._calling = step.call
            self._warms_up = True
            self._worker.call(step.call)
        elif step.overdue is not None:
            self._worker.end()
            reason = f"did not answer within {CALL_DEADLINE_SECONDS:g} s and was ended"
            self._decide((), [self._unanswered(step.overdue, "WorkerHung", reason)], now)
        elif step.call_expected and step.wake_at is not None and self._warms_up:
            warm_up_at = step.wake_at - WARM_UP_SECONDS
            if now.steady >= warm_up_at:
                self._worker.warm_up()
                return min(wake for wake in wakes if wake is not None)
            wakes.append(warm_up_at)
        wakes.append(self._rest_worker(now))
        return min((wake for wake in wakes if wake is not None), default=None)

    def _rest_worker(self, now: Instant) -> float | None:
        """Ends a worker that has had nothing to do for long; returns when to look again."""
        if not self._worker.number or self._calling is not None:
            return None
        ends_at = self._worker_used_at + self._worker_idle_seconds
        if now.steady < ends_at:
            return ends_at
        self._worker.end()
        return None
