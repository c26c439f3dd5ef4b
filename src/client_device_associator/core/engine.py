"""The state machine: events in, decisions out, and what to do next.

The pipeline hands it every event with the time, stores what it decides in one transaction, and then
asks for the next step. All that must outlive a crash is in the journal; what the engine itself
remembers can be lost at any moment and costs a repeated call.
"""

import random
from collections.abc import Sequence

from client_device_associator.core import operator
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.answer import Answer, CallFailed, FailureCause
from client_device_associator.core.call_queue import CallQueue
from client_device_associator.core.decision import Call, Decision, Step
from client_device_associator.core.enqueue import enqueue
from client_device_associator.core.handover import Claim, Handover
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.operation import Operation
from client_device_associator.core.operator import (
    Announce,
    Forget,
    Request,
    Retry,
    Ruling,
)
from client_device_associator.core.policy import Policy
from client_device_associator.core.queue_state import QueueState
from client_device_associator.core.roster import Roster
from client_device_associator.core.silence import Silence
from client_device_associator.core.values import replace
from client_device_associator.core.wish import WISHES


class Engine:
    """Decides when to call the cloud, for what and for which devices, and what its answers mean.

    Each operation has a queue of its own; there is one call at a time, and they take turns.

    Args:
        policy: What operators may set; `reconfigure` replaces it.
        journal: Reading only.
        rng: The randomness of backoff; with the same seed it repeats exactly.
    """

    def __init__(self, policy: Policy, journal: JournalView, rng: random.Random) -> None:
        self._policy = policy
        self._journal = journal
        self._queues = {
            operation: CallQueue(operation, policy, journal, rng) for operation in WISHES
        }
        self._roster = Roster(policy, journal, rng)
        self._silence = Silence(policy, journal)
        self._handover = Handover(policy, journal)
        self._turn = list(self._queues)
        """Who may call next, the first of them before the others."""
        self._rng = rng
        self._opens_at: float | None = None
        """Steady seconds before which nothing is called, see `Pacing`; known from the first step
        on."""
        self._heard: frozenset[str] = frozenset()
        """By which lanes announcements have come. Their number is that of announcement topics."""

    def reconfigure(self, policy: Policy) -> None:
        """The settings have changed; a call in flight goes on as it began."""
        self._policy = policy
        for queue in self._queues.values():
            queue.reconfigure(policy)
        self._roster.reconfigure(policy)
        self._silence.reconfigure(policy)
        self._handover.reconfigure(policy)

    def announced(self, announcements: Sequence[Announcement], now: Instant) -> Decision:
        """Client devices are to be associated, or have left."""
        heard = self._heard.union(one.lane for one in announcements)
        self._heard = heard.intersection(self._policy.lanes)
        self._silence.heard()
        self._handover.heard(announcements, now)
        return self._enqueue(announcements, now)

    def asked(self, request: Request, now: Instant) -> Ruling:
        """An operator wants something done; no device was heard because of it."""

        def enqueue(announcements: Sequence[Announcement]) -> Decision:
            return self._enqueue(announcements, now)

        match request:
            case Retry():
                names = request.thing_names
                ruling = operator.retry(names, self._journal, self._policy, enqueue, now)
            case Forget():
                ruling = operator.forget(request.thing_names, self._journal)
            case Announce():
                ruling = operator.announce(request.thing_names, self._policy, enqueue)
            case _:  # Reconcile
                ruling = Ruling(list_at=self._roster.request(now))
        if ruling.hurries:
            self._opens_at = now.steady
            for queue in self._queues.values():
                queue.hurry(now)
        return ruling

    def claimed(self, claims: Sequence[Claim], now: Instant) -> Decision:
        """Other core devices have associated client devices."""
        return self._handover.claimed(claims, now)

    def answered(self, call: Call, answer: Answer, now: Instant) -> Decision:
        """The call in flight was answered, or has failed."""
        if not isinstance(answer, CallFailed):
            self._silence.reached()
        if call.operation is Operation.LIST:
            return self._roster.answered(answer, now)
        if isinstance(answer, CallFailed) and answer.cause is FailureCause.THROTTLED:
            self._roster.yields(answer, now)
        decision = self._queues[call.operation].answered(call, answer, now)
        is_kept = self._roster.is_kept or self._silence.is_on or self._handover.is_on
        forgets = decision.forgets_associated and not is_kept
        before = decision.forget_before
        if before is not None:
            before = min(before, self._roster.forgets_before(now))
        return replace(decision, forgets_associated=forgets, forget_before=before)

    def answer_lost(self, call: Call, answer: Answer, now: Instant) -> None:
        """What an answer means could not be stored, or not even be found out."""
        if call.operation is Operation.LIST:
            self._roster.answer_lost()
        else:
            self._queues[call.operation].answer_lost(answer, now)

    def listening(self, now: Instant, *, to_all: bool) -> None:
        """The subscriptions have changed.

        Args:
            now: The time.
            to_all: Whether there is one for each topic of the settings.
        """
        self._silence.listening(now, to_all=to_all)
        self._handover.listening(now, to_all=to_all)

    def list_requested(self, now: Instant) -> None:
        """Somebody wants the cloud's list to be compared with the journal now."""
        self._roster.request(now)

    def state(
        self, now: Instant, *, in_flight: bool, operation: Operation = Operation.ASSOCIATE
    ) -> QueueState:
        """What the devices that wait for an operation wait for.

        Args:
            now: The time.
            in_flight: Whether a call for it has left and is not answered.
            operation: Which one.
        """
        queue = self._queues[operation]
        not_before = max(self._service_resumes_at(), self._opens_at or 0.0)
        return queue.state(now, in_flight=in_flight, not_before=not_before)

    def step(self, now: Instant) -> Step:
        """What to do now; to be asked only while no call is in flight."""
        if self._opens_at is None:
            wait = self._rng.uniform(0, self._policy.pacing.spread_seconds)
            self._opens_at = now.steady + wait
        resumes_at = self._service_resumes_at()
        wakes: list[float] = []
        for operation in self._turn:
            step = self._queues[operation].step(now, max(resumes_at, self._opens_at))
            if step.call is not None:
                self._turn.remove(operation)
                self._turn.append(operation)
            if step.call is not None or step.decided is not None:
                return step
            if step.wake_at is not None:
                wakes.append(step.wake_at)
        for part in (self._silence, self._handover):
            step = part.step(now)
            if step.decided is not None:
                return step
            if step.wake_at is not None:
                wakes.append(step.wake_at)
        # Devices that wait come first: a list of many pages must not keep them waiting.
        step = self._roster.step(now, resumes_at)
        if step.wake_at is not None:
            wakes.append(step.wake_at)
        return replace(step, wake_at=min(wakes, default=None))

    def _enqueue(self, announcements: Sequence[Announcement], now: Instant) -> Decision:
        return enqueue(
            announcements,
            self._journal,
            self._policy,
            now,
            resume_at={operation: queue.resume_at for operation, queue in self._queues.items()},
            lanes=self._heard,
            day=self._silence.day if self._silence.is_on else None,
        )

    def _service_resumes_at(self) -> float:
        """Until when nothing is called because something is wrong that concerns all operations."""
        return max(queue.service_resumes_at for queue in self._queues.values())
