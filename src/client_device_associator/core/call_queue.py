"""The devices that wait for one operation of the cloud: when to call, for whom, and what then.

What it remembers itself, a wait and a batch in bisection, can be lost at any moment and costs a
repeated call; all else is in the journal.
"""

import random
from collections.abc import Mapping

from client_device_associator.core import backoff
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    FailureCause,
    Listed,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.bisection import Bisection, bisection_of
from client_device_associator.core.decision import Call, Decision, Step
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.notices import CallsFailing, CallsSucceeding
from client_device_associator.core.operation import Operation
from client_device_associator.core.outcome import postpone, settle
from client_device_associator.core.pace import NO_FAILURE, Pace, Place
from client_device_associator.core.policy import Policy
from client_device_associator.core.queue_state import QueueState, queue_state
from client_device_associator.core.review import review
from client_device_associator.core.values import dataclass, replace
from client_device_associator.core.verdicts import Verdicts, is_about_the_core, read_answer
from client_device_associator.core.wish import WISHES

_PACE: Mapping[FailureCause, Pace] = {
    FailureCause.NO_CREDENTIALS: backoff.TOKEN_EXCHANGE,
    FailureCause.ACCESS_DENIED: backoff.PERMISSION,
    FailureCause.CORE_UNKNOWN: backoff.PERMISSION,
    FailureCause.MISCONFIGURED: backoff.PERMISSION,
}
"""Of what concerns this core device alone; all else is the fleet's, see `Pacing`."""

_NOW = 0.0
"""A steady moment that is past."""


@dataclass(frozen=True, slots=True)
class _Outage:
    """Calls that failed one after the other, for one cause or for several in turn.

    Attributes:
        cause: Of the last one.
        until: Steady seconds before which there is no other.
        asked_until: As long the service itself has asked not to be called.
        places: Where they have led, by pace.
    """

    cause: FailureCause
    until: float
    asked_until: float
    places: Mapping[Pace, Place]


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the queue remembers between calls; it can be lost at any moment."""

    bisection: Bisection | None = None
    outage: _Outage | None = None


class CallQueue:
    """Decides when to call for one operation, for which devices, and what the answers mean.

    Args:
        operation: ASSOCIATE or DISASSOCIATE.
        policy: What operators may set; `reconfigure` replaces it.
        journal: Reading only.
        rng: The randomness of backoff; with the same seed it repeats exactly.
    """

    def __init__(
        self, operation: Operation, policy: Policy, journal: JournalView, rng: random.Random
    ) -> None:
        self._operation = operation
        self._waiting = WISHES[operation].waits
        self._policy = policy
        self._journal = journal
        self._rng = rng
        self._memory = self._at_call = _Memory()
        """Now, and when the last call left: an answer that cannot be stored changes nothing."""

    def reconfigure(self, policy: Policy) -> None:
        """The settings have changed; a call in flight goes on as it began."""
        self._policy = policy

    @property
    def resume_at(self) -> float:
        """Steady seconds before which no call is made; long past if nothing is wrong."""
        return self._memory.outage.until if self._memory.outage else _NOW

    @property
    def service_resumes_at(self) -> float:
        """The same, if what is wrong concerns all operations, and not this one's permission."""
        outage = self._memory.outage
        if outage is None or outage.cause is FailureCause.ACCESS_DENIED:
            return _NOW
        return outage.until

    def hurry(self, now: Instant) -> None:
        """A person may have removed what is wrong: the wait ends, unless the service wants it.

        The next one is as long as if this one had not been cut short.
        """
        outage = self._memory.outage
        if outage is not None:
            until = min(outage.until, max(now.steady, outage.asked_until))
            self._memory = replace(self._memory, outage=replace(outage, until=until))

    def answered(self, call: Call, answer: Answer, now: Instant) -> Decision:
        """The call in flight was answered, or has failed."""
        answer = _without_blame(answer)
        if isinstance(answer, CallFailed):
            return self._failed(call, answer, now)
        verdicts = read_answer(call.thing_names, answer, self._operation)
        decision = settle(
            verdicts, self._journal, self._policy, now, self._rng, operation=self._operation
        )
        if self._memory.outage is not None:
            notice = CallsSucceeding(self._operation)
            decision = replace(decision, notices=(notice, *decision.notices))
        self._memory = _Memory(self._bisect(call, verdicts))
        return decision

    def answer_lost(self, answer: Answer, now: Instant) -> None:
        """What an answer means could not be stored, or not even be found out.

        The devices of the call still wait and are called again; a wait that the answer asks for is
        kept.
        """
        answer = _without_blame(answer)
        self._memory = self._at_call
        if isinstance(answer, CallFailed):
            self._wait_out(answer, now)

    def state(self, now: Instant, *, in_flight: bool, not_before: float = _NOW) -> QueueState:
        """What the queue waits for.

        Args:
            now: The time.
            in_flight: Whether a call has left and is not answered.
            not_before: Steady seconds before which the service is not called at all.
        """
        first_due_at = self._journal.next_due_at(self._waiting)
        return self._state(now, first_due_at, in_flight=in_flight, not_before=not_before)

    def step(self, now: Instant, not_before: float = _NOW) -> Step:
        """What to do now; to be asked only while no call is in flight."""
        self._forget_who_waits_no_more()
        first_due_at = self._journal.next_due_at(self._waiting)
        state = self._state(now, first_due_at, in_flight=False, not_before=not_before)
        bisection = self._memory.bisection
        if state is QueueState.WAITING:
            return Step(wake_at=max(self.resume_at, not_before))
        if state is QueueState.BISECTING and bisection is not None:
            group, rest = bisection.take(self._policy.max_batch)
            refused = review(group, self._journal, self._policy, now, self._operation)
            if refused is not None:
                left = bisection.without(refused.settled)
                self._memory = replace(self._memory, bisection=left)
                return Step(decided=refused, wake_at=now.steady)
            self._at_call, self._memory = self._memory, replace(self._memory, bisection=rest)
            return Step(Call(group, bisects=True, operation=self._operation))
        return self._gather(now, first_due_at)

    def _state(
        self, now: Instant, first_due_at: float | None, *, in_flight: bool, not_before: float
    ) -> QueueState:
        bisects = bool(self._memory.bisection)
        return queue_state(
            in_flight=in_flight,
            waits=now.steady < max(self.resume_at, not_before),
            bisects=bisects,
            pending=bisects or first_due_at is not None,
        )

    def _gather(self, now: Instant, first_due_at: float | None) -> Step:
        if first_due_at is None:
            return Step()
        leaves_at = first_due_at + self._policy.max_wait_seconds
        full_at = self._journal.next_due_at(self._waiting, self._policy.max_batch)
        if full_at is not None:
            leaves_at = min(leaves_at, full_at)
        if now.steady >= leaves_at:
            due = self._journal.due(self._waiting, now.steady, self._policy.max_batch)
            refused = review(due, self._journal, self._policy, now, self._operation)
            if refused is not None:
                return Step(decided=refused, wake_at=now.steady)
            self._at_call = self._memory
            return Step(Call(tuple(due), operation=self._operation))
        return Step(wake_at=leaves_at)

    def _forget_who_waits_no_more(self) -> None:
        """Takes devices out of a bisection for which something else is wished by now."""
        bisection = self._memory.bisection
        if not bisection:
            return
        devices = self._journal.devices(bisection.thing_names)
        gone = [
            name
            for name in bisection.thing_names
            if name not in devices or devices[name].state is not self._waiting
        ]
        if gone:
            self._memory = replace(self._memory, bisection=bisection.without(gone))

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
        decision = postpone(
            call.thing_names, failed, until, self._journal, now, operation=self._operation
        )
        if before is not None and before.cause is failed.cause:
            return decision
        failing = CallsFailing(
            failed.cause,
            failed.code,
            failed.message,
            until - now.steady,
            was_answered=failed.was_answered,
            operation=self._operation,
        )
        return replace(decision, notices=(failing, *decision.notices))

    def _wait_out(self, failed: CallFailed, now: Instant) -> float:
        """Makes the whole queue wait; returns until when, in steady seconds."""
        # Counted for each pace: two causes that take turns must not shorten the wait, and
        # a cause that needs a person must not start with the longest wait.
        outage = self._memory.outage
        places = dict(outage.places if outage else {})
        pacing = self._policy.pacing
        is_throttled = failed.cause is FailureCause.THROTTLED
        pace = _PACE.get(failed.cause, pacing.throttled if is_throttled else pacing.away)
        place = places.get(pace, NO_FAILURE)
        if is_throttled and outage and outage.cause is not failed.cause:
            place = pace.returned(place)
        steady, asked = now.steady, failed.retry_after
        wait, places[pace] = pace.next(place, asked, self._rng)
        until = steady + wait
        asked_until = until if is_throttled else steady + asked
        outage = _Outage(failed.cause, until, asked_until, places)
        self._memory = replace(self._memory, outage=outage)
        return outage.until


def _without_blame(answer: Answer) -> CallFailed | ThingNotFound | ValidationFailed | Succeeded:
    """A refusal that is about the core device is the fault of no client device in the call."""
    if isinstance(answer, ValidationFailed) and is_about_the_core(answer):
        return CallFailed(FailureCause.MISCONFIGURED, "ValidationException", answer.message)
    if isinstance(answer, Listed):
        return CallFailed(
            FailureCause.UNAVAILABLE, "WrongAnswer", "a list, which was not asked for"
        )
    return answer
