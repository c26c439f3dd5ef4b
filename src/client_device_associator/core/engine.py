"""The state machine: events in, decisions out, and what to do next.

The shell hands it every event with the time, stores what it decides in one transaction, and then
asks for the next step. All that must outlive a crash is in the ledger; what the engine itself
remembers, the call in flight, a wait, a batch being narrowed down, can be lost at any moment and
costs a repeated call.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from client_device_associator.core import backoff
from client_device_associator.core.answer import (
    Accepted,
    Answer,
    Invalid,
    Missing,
    Trouble,
    Unanswered,
    Verdicts,
    is_about_the_core,
    read_answer,
)
from client_device_associator.core.bisection import Bisection
from client_device_associator.core.decision import Call, CloudBack, CloudLost, Decision, Step
from client_device_associator.core.device import Ledger
from client_device_associator.core.enqueue import admit, turn_away
from client_device_associator.core.instant import Instant
from client_device_associator.core.outcome import conclude, postpone
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Reason
from client_device_associator.messages.announcement import Announcement

CALL_DEADLINE_SECONDS = 60.0
"""From handing a call to the worker to giving it up.

More than the worker's own limits add up to (token exchange 18 s when it hangs and is asked twice,
connect 5 s, read 20 s, importing boto3 on a slow board), so that it strikes only when the worker
itself is stuck.
"""

_PACE = {
    Trouble.THROTTLED: backoff.SERVICE,
    Trouble.UNAVAILABLE: backoff.SERVICE,
    Trouble.CREDENTIALS_REFUSED: backoff.SERVICE,
    Trouble.NO_CREDENTIALS: backoff.TOKEN_EXCHANGE,
    Trouble.ACCESS_DENIED: backoff.PERMISSION,
    Trouble.CORE_UNKNOWN: backoff.PERMISSION,
    Trouble.MISCONFIGURED: backoff.PERMISSION,
}


@dataclass(frozen=True, slots=True)
class _Flight:
    call: Call
    bisecting: bool
    deadline: float


@dataclass(slots=True)
class _Outage:
    """Calls that came to nothing one after the other; troubles may take turns in it."""

    trouble: Trouble
    until: float
    failures: Counter[backoff.Backoff] = field(default_factory=Counter)


class Engine:
    """Decides when to call the cloud, for whom, and what its answers mean.

    Args:
        policy: What operators may set; `reconfigured` replaces it.
        ledger: The journal, reading only.
        dice: The randomness of backoff; a seeded one repeats exactly.
    """

    def __init__(self, policy: Policy, ledger: Ledger, dice: random.Random) -> None:
        self._policy = policy
        self._ledger = ledger
        self._dice = dice
        self._bisection: Bisection | None = None
        self._flight: _Flight | None = None
        self._outage: _Outage | None = None
        self._storage_failures = 0
        self._storage_wait_until = 0.0
        self._calls = 0

    def announced(self, announcements: Sequence[Announcement], now: Instant) -> Decision:
        """Client devices ask to be associated."""
        return admit(announcements, self._ledger, self._policy, now, self._resume_at())

    def answered(self, call_id: int, answer: Answer, now: Instant) -> Decision:
        """A call was answered, or came to nothing. An answer to any other call is ignored."""
        flight = self._land(call_id)
        if flight is None:
            return Decision()
        answer = _without_blame(answer)
        if isinstance(answer, Unanswered):
            return self._came_to_nothing(flight, answer, now)
        return self._came_back(flight, answer, now)

    def answer_lost(self, call_id: int, answer: Answer, now: Instant) -> None:
        """A call was answered, and the journal did not even let that be looked into.

        Its devices are pending still and are called for again; a wait that the answer asks for is
        kept all the same. Nothing happens if `answered` has dealt with it.
        """
        flight = self._land(call_id)
        if flight is None:
            return
        self._put_back(flight)
        answer = _without_blame(answer)
        if isinstance(answer, Unanswered):
            self._wait_out(answer, now)

    def stored(self) -> None:
        """The last decision that had anything to store is on disk."""
        self._storage_failures = 0
        self._storage_wait_until = 0.0

    def storage_failed(self, announcements: Sequence[Announcement], now: Instant) -> Decision:
        """The last decision could not be stored, and holds no more.

        Args:
            announcements: Those that it would have taken in.
            now: The time.
        """
        self._storage_failures += 1
        wait = backoff.STORAGE.delay(self._storage_failures, self._dice)
        self._storage_wait_until = now.steady + wait
        return turn_away(
            announcements, Reason.STORAGE, "the core device cannot write to its disk; try later"
        )

    def reconfigured(self, policy: Policy) -> None:
        """The settings have changed; a call in flight goes on as it began."""
        self._policy = policy

    def step(self, now: Instant) -> Step:
        """What to do now. A call that is returned counts as in flight from this moment on."""
        if self._flight is not None:
            if now.steady >= self._flight.deadline:
                return Step(overdue=self._flight.call, wake_at=now.steady)
            return Step(wake_at=self._flight.deadline)
        resume_at = self._resume_at()
        if now.steady < resume_at:
            return Step(wake_at=resume_at, call_expected=self._has_work())
        if self._bisection:
            return self._call(self._bisection.take(self._policy.max_batch), now, bisecting=True)
        return self._batch(now)

    def _resume_at(self) -> float:
        until = self._outage.until if self._outage else 0.0
        return max(until, self._storage_wait_until)

    def _has_work(self) -> bool:
        return bool(self._bisection) or self._ledger.next_due_at() is not None

    def _batch(self, now: Instant) -> Step:
        first_due_at = self._ledger.next_due_at()
        if first_due_at is None:
            return Step()
        leaves_at = first_due_at + self._policy.max_wait_seconds
        due = self._ledger.due(now.steady, self._policy.max_batch)
        if due and (len(due) >= self._policy.max_batch or now.steady >= leaves_at):
            return self._call(tuple(due), now, bisecting=False)
        full_at = self._ledger.next_due_at(self._policy.max_batch)
        wake_at = leaves_at if full_at is None else min(leaves_at, full_at)
        return Step(wake_at=wake_at, call_expected=True)

    def _call(self, names: tuple[str, ...], now: Instant, *, bisecting: bool) -> Step:
        self._calls += 1
        call = Call(self._calls, names)
        deadline = now.steady + CALL_DEADLINE_SECONDS
        self._flight = _Flight(call, bisecting, deadline)
        return Step(call=call, wake_at=deadline)

    def _came_back(
        self, flight: _Flight, answer: Accepted | Invalid | Missing, now: Instant
    ) -> Decision:
        verdicts = read_answer(flight.call.thing_names, answer)
        if verdicts.suspects:
            self._bisect(flight, verdicts)
        decision = conclude(verdicts, self._ledger, self._policy, now, self._dice)
        if self._outage is not None:
            self._outage = None
            decision = replace(decision, notices=(CloudBack(), *decision.notices))
        return decision

    def _bisect(self, flight: _Flight, verdicts: Verdicts) -> None:
        if flight.bisecting and self._bisection is not None:
            self._bisection.split(verdicts.suspects)
        else:
            self._bisection = Bisection(verdicts.suspects, verdicts.accused)

    def _put_back(self, flight: _Flight) -> None:
        if flight.bisecting and self._bisection is not None:
            self._bisection.put_back(flight.call.thing_names)

    def _came_to_nothing(self, flight: _Flight, answer: Unanswered, now: Instant) -> Decision:
        self._put_back(flight)
        before = self._outage.trouble if self._outage else None
        until = self._wait_out(answer, now)
        decision = postpone(flight.call.thing_names, answer, until, self._ledger, now)
        if before is answer.trouble:
            return decision
        lost = CloudLost(answer.trouble, answer.code, answer.message, until - now.steady)
        return replace(decision, notices=(lost, *decision.notices))

    def _wait_out(self, answer: Unanswered, now: Instant) -> float:
        """Makes the whole queue wait; returns until when, in steady seconds."""
        outage = self._outage or _Outage(answer.trouble, now.steady)
        pace = _PACE[answer.trouble]
        # Counted for each pace: an outage that shows itself in two ways is no shorter for that,
        # and what needs a person does not begin with the longest wait.
        outage.failures[pace] += 1
        wait = pace.delay(outage.failures[pace], self._dice)
        outage.trouble = answer.trouble
        outage.until = now.steady + max(answer.retry_after, wait)
        self._outage = outage
        return outage.until

    def _land(self, call_id: int) -> _Flight | None:
        """The flight of a call, which is over now; None if that call is not in flight."""
        flight = self._flight
        if flight is None or flight.call.call_id != call_id:
            return None
        self._flight = None
        return flight


def _without_blame(answer: Answer) -> Answer:
    """A refusal that is about the core device is the fault of no client device in the call."""
    if isinstance(answer, Invalid) and is_about_the_core(answer):
        return Unanswered(Trouble.MISCONFIGURED, "ValidationException", answer.message)
    return answer
