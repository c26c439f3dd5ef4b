"""Devices that have not been heard for many days, and how days are counted.

A day counts when the component has listened for 24 hours, has heard somebody in that time, and has
reached the cloud: while a gateway, the network or the component itself is down, nobody is silent.
Time is taken from the steady clock of one process alone, so that no clock that is set counts days.
"""

from collections.abc import Sequence

from client_device_associator.core.comparison import MAX_REPORTED
from client_device_associator.core.decision import Decision, Step
from client_device_associator.core.depart import depart
from client_device_associator.core.device import Device
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.notices import SilentDevicesFound
from client_device_associator.core.policy import Policy
from client_device_associator.core.values import dataclass, replace

DAY_SECONDS = 86_400.0
"""Of listening."""

SAVE_SECONDS = 3600.0
"""What was counted is stored this often; a crash loses the rest, and devices gain it."""

MOST_AT_ONCE_SECONDS = 2 * SAVE_SECONDS
"""More than this between two looks at the clock was no listening: the process was stopped."""

SILENT = "silent"
"""The `id` in the results for devices that are disassociated because of their silence."""

SHARE_PER_DAY = 0.05
"""Of the devices of this core device that may be disassociated in a day, if not set otherwise."""

_DAY, _SECONDS, _HEARD, _REACHED = "silenceDay", "silenceSeconds", "silenceHeard", "silenceReached"
_IS_ON, _BASE = "silenceIsOn", "silenceBase"


@dataclass(slots=True)
class _Count:
    """What the journal keeps.

    Attributes:
        day: How many days were counted; the one that goes on has this number.
        seconds: Of listening in the day that goes on.
        heard: Whether somebody was heard in it.
        reached: Whether the cloud was reached in it.
        is_on: Whether silence was counted at all.
        base: The day from which on it is counted, since it was turned on.
    """

    day: int
    seconds: float
    heard: bool
    reached: bool
    is_on: bool
    base: int


def day_limit(policy: Policy, associated: int) -> int:
    """How many devices may be disassociated in a day without having said that they leave."""
    if policy.departures_per_day is not None:
        return policy.departures_per_day
    return max(1, int(SHARE_PER_DAY * associated))


class Silence:
    """Counts days, and finds who was silent for as many as the settings say.

    Args:
        policy: What operators may set; `reconfigure` replaces it.
        journal: Reading only.
    """

    def __init__(self, policy: Policy, journal: JournalView) -> None:
        self._policy = policy
        self._journal = journal
        self._count: _Count | None = None
        self._listens = False
        self._looked_at: float | None = None
        self._saved_at: float | None = None

    def reconfigure(self, policy: Policy) -> None:
        """The settings have changed."""
        self._policy = policy

    @property
    def is_on(self) -> bool:
        """Whether anybody wants to know who is silent."""
        return self._policy.silent_days is not None

    @property
    def day(self) -> int:
        """The number of the day that goes on."""
        return self._counted().day

    def listening(self, now: Instant, *, to_all: bool) -> None:
        """The subscriptions have changed."""
        self._pass_time(now)
        self._listens = to_all

    def heard(self) -> None:
        """Somebody has announced a device, or was there."""
        if self.is_on:
            self._counted().heard = True

    def reached(self) -> None:
        """The cloud has answered."""
        if self.is_on:
            self._counted().reached = True

    def step(self, now: Instant) -> Step:
        """What to do now."""
        count = self._counted()
        if not self.is_on:
            if not count.is_on:
                return Step()
            count.is_on = False
            return Step(decided=Decision(facts=_facts(count)), wake_at=now.steady)
        if not count.is_on:
            count.is_on, count.base = True, count.day
            return Step(decided=self._save(now), wake_at=now.steady)
        self._pass_time(now)
        if count.seconds >= DAY_SECONDS:
            return Step(decided=self._end_day(count, now), wake_at=now.steady)
        saved_at = now.steady if self._saved_at is None else self._saved_at
        self._saved_at = saved_at
        if now.steady >= saved_at + SAVE_SECONDS:
            return Step(decided=self._save(now), wake_at=now.steady)
        return Step(wake_at=saved_at + SAVE_SECONDS)

    def _pass_time(self, now: Instant) -> None:
        """Counts the time since the last look, if it was time of listening."""
        looked_at, self._looked_at = self._looked_at, now.steady
        if looked_at is None or not self._listens or not self.is_on:
            return
        passed = now.steady - looked_at
        if passed <= MOST_AT_ONCE_SECONDS:
            self._counted().seconds += passed

    def _save(self, now: Instant) -> Decision:
        self._saved_at = now.steady
        return Decision(facts=_facts(self._counted()))

    def _end_day(self, count: _Count, now: Instant) -> Decision:
        """Counts the day if it counts; finds whom it makes silent for long enough."""
        counts = count.heard and count.reached
        count.seconds -= DAY_SECONDS
        count.heard = count.reached = False
        if not counts:
            return self._save(now)
        count.day += 1
        return replace(self._find(count, now), facts=self._save(now).facts)

    def _find(self, count: _Count, now: Instant) -> Decision:
        heard_before = count.day - (self._policy.silent_days or 0)
        if count.base >= heard_before:
            return Decision()
        if self._policy.departures_dry_run:
            found = self._journal.silent(heard_before, MAX_REPORTED)
            # Once for each: not every day again.
            new = [one for one in found if max(one.heard_on, count.base) == heard_before - 1]
            return Decision(notices=_found(new, is_dry_run=True))
        silent = self._journal.silent(
            heard_before, day_limit(self._policy, self._journal.occupied())
        )
        return replace(depart(silent, SILENT, now), notices=_found(silent, is_dry_run=False))

    def _counted(self) -> _Count:
        if self._count is None:
            fact = self._journal.fact
            self._count = _Count(
                day=int(fact(_DAY) or 0),
                seconds=fact(_SECONDS) or 0.0,
                heard=bool(fact(_HEARD)),
                reached=bool(fact(_REACHED)),
                is_on=bool(fact(_IS_ON)),
                base=int(fact(_BASE) or 0),
            )
        return self._count


def _found(devices: Sequence[Device], *, is_dry_run: bool) -> tuple[SilentDevicesFound, ...]:
    names = tuple(one.thing_name for one in devices)
    return (SilentDevicesFound(names, is_dry_run),) if names else ()


def _facts(count: _Count) -> dict[str, float]:
    return {
        _DAY: count.day,
        _SECONDS: count.seconds,
        _HEARD: count.heard,
        _REACHED: count.reached,
        _IS_ON: count.is_on,
        _BASE: count.base,
    }
