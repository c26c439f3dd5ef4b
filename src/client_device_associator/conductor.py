"""Carries out what the engine decides; the only thread that touches engine and journal."""

from collections import Counter
from collections.abc import Sequence

from client_device_associator.clock import Clock
from client_device_associator.cloud.worker_process import Worker
from client_device_associator.core.announcement import (
    Announcement,
    Reading,
    read_announcement,
)
from client_device_associator.core.answer import Trouble, Unanswered
from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.engine import CALL_DEADLINE_SECONDS, Engine
from client_device_associator.core.instant import Instant
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.errors import JournalError
from client_device_associator.events import (
    AnswerArrived,
    Event,
    MessageArrived,
    MessageTaken,
    WorkerEnded,
)
from client_device_associator.journal import Journal
from client_device_associator.operator_log import OperatorLog
from client_device_associator.outbox import Outbox

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
        worker_idle_seconds: float,
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._outbox = outbox
        self._worker = worker
        self._clock = clock
        self._log = log
        self._worker_idle_seconds = worker_idle_seconds
        self._worker_used_at = 0.0
        self._calling: Call | None = None
        self._store_again_at = 0.0

    def turn(self, events: Sequence[Event], turned_away: Sequence[str]) -> float | None:
        """Handles events and does whatever is due.

        Args:
            events: What has happened, in order.
            turned_away: Topics of messages for which there was no room.

        Returns:
            Seconds until the next turn without an event; None if only an event makes one.
        """
        now = self._clock.now()
        reading = self._read(events)
        self._tell_rejected(reading.rejections)
        self._tell_turned_away(turned_away)
        for event in events:
            if isinstance(event, MessageTaken):
                self._taken(event)
        answers = [answer for event in events if (answer := self._answer(event, now)) is not None]
        self._decide(reading.announcements, answers, now)
        try:
            wake_at = self._go_on(now)
        except JournalError as error:
            self._storage_failed(error, now)
            wake_at = self._store_again_at
        return None if wake_at is None else max(0.0, wake_at - self._clock.now().steady)

    def close(self) -> None:
        """Ends the worker and notes which results were taken; nothing else is left to do."""
        self._worker.end()
        try:
            with self._journal.transaction():
                self._outbox.store(self._clock.now())
        except JournalError as error:
            self._log.storage_lost(str(error))

    def _read(self, events: Sequence[Event]) -> Reading:
        announcements: list[Announcement] = []
        rejections: list[Result] = []
        for event in events:
            if isinstance(event, MessageArrived):
                reading = read_announcement(event.template, event.topic, event.payload)
                announcements.extend(reading.announcements)
                rejections.extend(reading.rejections)
        return Reading(tuple(announcements), tuple(rejections))

    def _answer(self, event: Event, now: Instant) -> AnswerArrived | None:
        if isinstance(event, AnswerArrived):
            if self._calling is not None and self._calling.call_id == event.call_id:
                self._calling = None
                self._worker_used_at = now.steady
            return event
        if isinstance(event, WorkerEnded) and event.number == self._worker.number:
            self._worker.end()
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
                self._outbox.store(now)
        except JournalError as error:
            self._storage_failed(error, now)
            self._say([self._engine.storage_failed(announcements, now)])
            return
        self._outbox.stored()
        self._engine.stored()
        self._log.storage_back()
        self._say(decisions)

    def _storage_failed(self, error: JournalError, now: Instant) -> None:
        self._log.storage_lost(str(error))
        self._store_again_at = now.steady + STORE_AGAIN_SECONDS

    def _store(self, decision: Decision) -> Decision:
        if decision.stores:
            self._journal.store(decision)
        return decision

    def _say(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            self._outbox.tell(decision.told)
            for notice in decision.notices:
                self._log.notice(notice)

    def _go_on(self, now: Instant) -> float | None:
        """Sends, calls and keeps the worker in shape; returns when to do so again."""
        sends_at = self._outbox.pump(now)
        wakes = [None if sends_at is None else max(sends_at, self._store_again_at)]
        step = self._engine.step(now)
        wakes.append(step.wake_at)
        if step.call is not None:
            self._calling = step.call
            self._worker.call(step.call)
        elif step.overdue is not None:
            self._worker.end()
            reason = f"did not answer within {CALL_DEADLINE_SECONDS:g} s and was ended"
            self._decide((), [self._unanswered(step.overdue, "WorkerHung", reason)], now)
        elif step.call_expected and step.wake_at is not None:
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

    def _taken(self, event: MessageTaken) -> None:
        error = self._outbox.taken(event)
        if error is not None:
            self._log.results_refused(str(error))
        else:
            self._log.results_taken()

    def _tell_rejected(self, rejections: Sequence[Result]) -> None:
        self._outbox.tell(rejections)
        counts = Counter((one.topic, one.code, one.message) for one in rejections)
        for (topic, code, message), count in counts.items():
            self._log.rejected(topic, f"{code}: {message}", count)

    def _tell_turned_away(self, topics: Sequence[str]) -> None:
        if not topics:
            return
        message = "too many announcements at once; try again later"
        self._outbox.tell(
            [
                Result(topic, Status.REJECTED, code=Reason.OVERLOADED.value, message=message)
                for topic in dict.fromkeys(topics)
            ]
        )
        self._log.overloaded(len(topics))
