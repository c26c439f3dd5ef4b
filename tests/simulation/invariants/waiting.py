"""How long things take."""

from collections.abc import Sequence

from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from client_device_associator.core.wish import WISHES
from simulation.caps import (
    DEADLINE,
    DEVICE_CAP,
    LONGEST_AFTER_DEFECT,
    PERSON_CAP,
    REFUSED_AGAIN,
    STORE_AGAIN,
)
from simulation.check import Check
from simulation.disk import LOCKED, SLOW
from simulation.facts import Flight
from simulation.plan import Fault, Message
from simulation.record import Record

SLACK = 1.5
"""Gathering, turns, and ending a worker that hangs."""

ROUNDING = 0.002
MAX_SPINS = 50
_RESTART = 60.0
_SESSION = 300.0
"""For a session that was refused, or built again, to read and subscribe."""


class _Patient(Check):
    """Knows how much of the time that passes is the disk's."""

    @property
    def slack(self) -> float:
        windows = self.record.plan.disk
        disk = sum(12 * one.detail for one in windows if one.kind == SLOW)
        return SLACK + disk + sum(30.0 for one in windows if one.kind == LOCKED)


class NothingWaitsTooLong(_Patient):
    """No device waits longer than its cap for its next call once nothing is in its way.

    After its own error entries that is 2 s, doubling to 300 s; after a call that came to nothing
    two rounds, of 2 s and then half as long again each, up to 200 s (without credentials 1 s,
    doubling to 45 s; 300 s to 3600 s if a person is needed), or `Retry-After` and a tenth of it; a
    minute after the journal could not be written; then `maxWaitSeconds` for others to join, and
    the calls of those who came before. A worker that dies costs no more.
    """

    def called(self, call: Call) -> None:
        """No device in this call has waited too long for it."""
        record = self.record
        process = record.process
        ready = max(
            record.pace.resume_by(call.operation),
            record.pace.last_call_end,
            process.started_at,
            process.policy_since,
        )
        wait = process.policy.max_wait_seconds
        for name in call.thing_names:
            life = record.lives[name]
            latest = max(ready, life.began_at, life.due_by) + wait + self.slack
            self.require(
                record.world.time <= latest,
                f"{name} is called for at {record.world.time:.2f}, not by {latest:.2f}",
            )

    def page_came(self, flight: Flight) -> None:
        """Nor has one for a page."""
        self.answered(flight)

    def answered(self, flight: Flight) -> None:
        """No call has more than its deadline."""
        record = self.record
        latest = (
            max(flight.since + DEADLINE, record.pace.storage_failed_at + STORE_AGAIN) + self.slack
        )
        taken = record.world.time - flight.since
        self.require(record.world.time <= latest, f"a call took {taken:.1f} s")


class WaitsAreKept(Check):
    """No call comes before `Retry-After` is over; what needs a person waits 5 minutes."""

    def listed(self, call: Call) -> None:
        """What stops all calls stops those for a list."""
        self.called(call)

    def called(self, call: Call) -> None:
        """It is not too early for a call."""
        now, earliest = self.record.world.time, self.record.pace.not_before(call.operation)
        self.require(now >= earliest - ROUNDING, f"{call} comes before {earliest:.2f}"[:300])


class PromisesAreKept(_Patient):
    """`nextAttemptAt` is true: no call for the device before it, and one soon after.

    Unless the process starts again, or the cloud or the disk fails again.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._hindered_at = dict.fromkeys(WISHES, 0.0)
        self._hindered: set[Operation] = set()
        self._denied: set[Operation] = set()

    def answered(self, flight: Flight) -> None:
        """A call that comes to nothing puts everybody off, or those for whom it is not allowed."""
        fault, operation = flight.reply.fault, flight.operation
        concerned = {operation} if fault is Fault.ACCESS_DENIED else set(WISHES)
        if fault is None:
            # The permission for the other one may be missing still.
            self._hindered = {one for one in self._denied if one is not operation}
        else:
            self._hindered |= concerned
            for one in concerned:
                self._hindered_at[one] = self.record.world.time
        self._denied.discard(operation)
        if fault is Fault.ACCESS_DENIED:
            self._denied.add(operation)

    def called(self, call: Call) -> None:
        """It comes when it was promised."""
        now = self.record.world.time
        for name in call.thing_names:
            promised = self.record.lives[name].promised
            if promised is None:
                continue
            if self.record.pace.storage_failures:
                continue
            self.require(now >= promised - ROUNDING, f"{name} is called for before {promised:.2f}")
            operation = call.operation
            if operation in self._hindered or self._hindered_at[operation] >= promised:
                continue
            process = self.record.process
            pace = self.record.pace
            hindered = pace.resume_by(call.operation)
            ready = max(promised, pace.last_call_end, process.policy_since, hindered)
            latest = ready + process.policy.max_wait_seconds + self.slack
            self.require(now <= latest, f"{name} was promised a call at {promised:.2f}")


class TurnsAreNeeded(Check):
    """The process sleeps while there is nothing to do.

    A list that has come is gone through in as many turns as it had pages, so that announcements do
    not wait for it.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._spins = 0

    def turn_ended(self, messages: Sequence[Message], wait: float | None, *, events: int) -> None:  # noqa: ARG002 - a hook
        """It does not wake up again and again without an event."""
        self._spins = 0 if events or wait is None or wait > ROUNDING else self._spins + 1
        most = MAX_SPINS + self.record.roster.pages
        self.require(self._spins < most, "the process spins")


def stated_cap(record: Record) -> float:
    """Seconds within which everything must be done once all is healthy, however bad it was.

    A call may hang (60 s), the journal may just have failed (65 s), the cloud's last word may put
    it off for an hour (3600 s); then each device that the cloud goes on refusing is tried
    `maxAttempts` times, up to 300 s apart, and each batch in turn takes its calls, with 15 for
    each name that spoils one. A result that was refused is sent again after 300 s; a process that
    could not begin starts again within a minute.
    """
    plan = record.plan
    policies = [one.policy for one in plan.settings]
    wait = max(one.max_wait_seconds for one in policies)
    attempts = max(one.max_attempts for one in policies)
    batches = -(-len(plan.things) // min(one.max_batch for one in policies))
    spoilers = sum(thing.spoils for thing in plan.things)
    calls = (batches + 15 * spoilers) * attempts
    asked = max((one.detail for one in plan.outages if one.kind == Fault.THROTTLED), default=0.0)
    service = max(PERSON_CAP, asked)
    retries = attempts * (DEVICE_CAP + wait + 10)
    begin = DEADLINE + STORE_AGAIN + LONGEST_AFTER_DEFECT + service + _RESTART
    renewal = max(one.subscription_renewal_seconds for one in plan.settings)
    end = begin + retries + calls * (plan.latency + 1) + REFUSED_AGAIN + _RESTART
    return max(end, renewal + _SESSION)
