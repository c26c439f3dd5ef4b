"""The state machine: events in, decisions out, and what to do next.

The pipeline hands it every event with the time, stores what it decides in one transaction, and then
asks for the next step. All that must outlive a crash is in the journal; what the engine itself
remembers, a wait and a batch in bisection, can be lost at any moment and costs a repeated call.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from client_device_associator.core import backoff
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    FailureCause,
    ValidationFailed,
)
from client_device_associator.core.bisection import Bisection, bisection_of
from client_device_associator.core.decision import Call, Decision, Step
from client_device_associator.core.enqueue import enqueue
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.notices import CallsFailing, CallsSucceeding
from client_device_associator.core.outcome import postpone, settle
from client_device_associator.core.policy import Policy
from client_device_associator.core.queue_state import QueueState, queue_state
from client_device_associator.core.review import review
from client_device_associator.core.verdicts import Verdicts, is_about_the_core, read_answer

_PACE: Mapping[FailureCause, backoff.Backoff] = {
    FailureCause.THROTTLED: backoff.SERVICE,
    FailureCause.UNAVAILABLE: backoff.SERVICE,
    FailureCause.CREDENTIALS_REFUSED: backoff.SERVICE,
    FailureCause.NO_CREDENTIALS: backoff.TOKEN_EXCHANGE,
    FailureCause.ACCESS_DENIED: backoff.PERMISSION,
    FailureCause.CORE_UNKNOWN: backoff.PERMISSION,
    FailureCause.MISCONFIGURED: backoff.PERMISSION,
}


@dataclass(frozen=True, slots=True)
class _Outage:
    """Calls that failed one after the other, for one cause or for several in turn."""

    cause: FailureCause
    until: float
    failures: Mapping[backoff.Backoff, int]


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the engine remembers between calls; it can be lost at any moment."""

    bisection: Bisection | None = None
    outage: _Outage | None = None


class Engine:
    """Decides when to call the cloud, for which devices, and what its answers mean.

    Args:
        policy: What operators may set; `reconfigure` replaces it.
        journal: Reading only.
        rng: The randomness of backoff; with the same seed it repeats exactly.
    """

    def __init__(self, policy: Policy, journal: JournalView, rng: random.Random) -> None:
        self._policy = policy
        self._journal = journal
        self._rng = rng
        self._memory = self._at_call = _Memory()
        """Now, and when the last call left: an answer that cannot be stored changes nothing."""
        self._heard: frozenset[str] = frozenset()
        """By which lanes announcements have come. Their number is that of announcement topics."""

    def reconfigure(self, policy: Policy) -> None:
        """The settings have changed; a call in flight goes on as it began."""
        self._policy = policy

    def announced(self, announcements: Sequence[Announcement], now: Instant) -> Decision:
        """Client devices ask to be associated."""
        outage = self._memory.outage
        heard = self._heard.union(one.lane for one in announcements)
        self._heard = heard.intersection(self._policy.lanes)
        return enqueue(
            announcements,
            self._journal,
            self._policy,
            now,
            resume_at=outage.until if outage else 0.0,
            lanes=self._heard,
        )

    def answered(self, call: Call, answer: Answer, now: Instant) -> Decision:
        """The call in flight was answered, or has failed."""
        answer = _without_blame(answer)
        if isinstance(answer, CallFailed):
            return self._failed(call, answer, now)
        verdicts = read_answer(call.thing_names, answer)
        decision = settle(verdicts, self._journal, self._policy, now, self._rng)
        if self._memory.outage is not None:
            decision = replace(decision, notices=(CallsSucceeding(), *decision.notices))
        self._memory = _Memory(self._bisect(call, verdicts))
        return decision

    def answer_lost(self, answer: Answer, now: Instant) -> None:
        """What an answer means could not be stored, or not even be found out.

        The devices of the call are still pending and are called again; a wait that the answer asks
        for is kept.
        """
        answer = _without_blame(answer)
        self._memory = self._at_call
        if isinstance(answer, CallFailed):
            self._wait_out(answer, now)

    def state(self, now: Instant, *, in_flight: bool) -> QueueState:
        """What the queue waits for.

        Args:
            now: The time.
            in_flight: Whether a call has left and is not answered.
        """
        bisects, outage = bool(self._memory.bisection), self._memory.outage
        return queue_state(
            in_flight=in_flight,
            waits=outage is not None and now.steady < outage.until,
            bisects=bisects,
            pending=bisects or self._journal.next_due_at() is not None,
        )

    def step(self, now: Instant) -> Step:
        """What to do now; to be asked only while no call is in flight."""
        state = self.state(now, in_flight=False)
        bisection, outage = self._memory.bisection, self._memory.outage
        if state is QueueState.WAITING and outage is not None:
            return Step(wake_at=outage.until)
        if state is QueueState.BISECTING and bisection is not None:
            group, rest = bisection.take(self._policy.max_batch)
            refused = review(group, self._journal, self._policy, now)
            if refused is not None:
                left = bisection.without(refused.settled)
                self._memory = replace(self._memory, bisection=left)
                return Step(refused=refused, wake_at=now.steady)
            self._at_call, self._memory = self._memory, replace(self._memory, bisection=rest)
            return Step(Call(group, bisects=True))
        return self._gather(now)

    def _gather(self, now: Instant) -> Step:
        first_due_at = self._journal.next_due_at()
        if first_due_at is None:
            return Step()
        leaves_at = first_due_at + self._policy.max_wait_seconds
        due = self._journal.due(now.steady, self._policy.max_batch)
        if due and (len(due) >= self._policy.max_batch or now.steady >= leaves_at):
            refused = review(due, self._journal, self._policy, now)
            if refused is not None:
                return Step(refused=refused, wake_at=now.steady)
            self._at_call = self._memory
            return Step(Call(tuple(due)))
        full_at = self._journal.next_due_at(self._policy.max_batch)
        return Step(wake_at=leaves_at if full_at is None else min(leaves_at, full_at))

    def _bisect(self, call: Call, verdicts: Verdicts) -> Bisection | None:
        """What is left to be called after an answer."""
        if not verdicts.suspects:
            return self._memory.bisection
        if call.bisects and self._memory.bisection is not None:
            return self._memory.bisection.split(verdicts.suspects)
        return bisection_of(verdicts.suspects, verdicts.accused)

    def _failed(self, call: Call, failed: CallFailed, now: Instant) -> Decision:
        before = self._memory.outage
        self._memory = self._at_call
        until = self._wait_out(failed, now)
        decision = postpone(call.thing_names, failed, until, self._journal, now)
        if before is not None and before.cause is failed.cause:
            return decision
        failing = CallsFailing(
            failed.cause,
            failed.code,
            failed.message,
            until - now.steady,
            was_answered=failed.was_answered,
        )
        return replace(decision, notices=(failing, *decision.notices))

    def _wait_out(self, failed: CallFailed, now: Instant) -> float:
        """Makes the whole queue wait; returns until when, in steady seconds."""
        # Counted for each pace: two causes that take turns must not shorten the wait, and
        # a cause that needs a person must not start with the longest wait.
        outage = self._memory.outage
        failures = Counter(outage.failures if outage else {})
        pace = _PACE[failed.cause]
        failures[pace] += 1
        wait = max(failed.retry_after, pace.delay(failures[pace], self._rng))
        outage = _Outage(failed.cause, now.steady + wait, failures)
        self._memory = replace(self._memory, outage=outage)
        return outage.until


def _without_blame(answer: Answer) -> Answer:
    """A refusal that is about the core device is the fault of no client device in the call."""
    if isinstance(answer, ValidationFailed) and is_about_the_core(answer):
        return CallFailed(FailureCause.MISCONFIGURED, "ValidationException", answer.message)
    return answer
