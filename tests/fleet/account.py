"""One AWS account in one region: its quota, its outages, and all calls that reach it."""

import random
from array import array
from dataclasses import dataclass, field

from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    FailureCause,
    Listed,
    Succeeded,
)
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from fleet.quota import Quota
from fleet.world import World

LATENCY_SECONDS = 0.05
"""Of a call, half of it on the way there; each takes half as long to one and a half times."""

_AWAY = CallFailed(FailureCause.UNAVAILABLE, "ServiceUnavailable", "the region is away")


@dataclass
class Account:
    """Answers calls.

    Attributes:
        world: The time.
        rng: Of latency.
        quota: Takes calls, or throttles them.
        away: From when to when nothing answers; seconds.
        calls: When each call came that reached the quota.
        throttled: When each came that was throttled.
    """

    world: World
    rng: random.Random
    quota: Quota
    away: tuple[float, float] = (0.0, 0.0)
    calls: "array[float]" = field(default_factory=lambda: array("d"))
    throttled: "array[float]" = field(default_factory=lambda: array("d"))

    def restart(self) -> None:
        """Forgets what came until now."""
        del self.calls[:], self.throttled[:]

    def latency(self) -> float:
        """Seconds that a call is on its way, there or back."""
        return LATENCY_SECONDS / 2 * self.rng.uniform(0.5, 1.5)

    def is_away(self) -> bool:
        """Whether nothing answers now."""
        begins, ends = self.away
        return begins <= self.world.now < ends

    def takes(self) -> float | None:
        """A call of anybody comes in: None, or the seconds of a `Retry-After`, 0 without one."""
        now = self.world.now
        refused = self.quota.refuses(now)
        self.calls.append(now)
        if refused is not None:
            self.throttled.append(now)
        return refused

    def answer(self, call: Call, associated: set[str]) -> Answer:
        """A call of a core device comes in, with which these are associated."""
        if self.is_away():
            return _AWAY
        refused = self.takes()
        if refused is not None:
            code = "ThrottlingException"
            return CallFailed(FailureCause.THROTTLED, code, "rate exceeded", refused)
        if call.operation is Operation.LIST:
            return Listed(tuple(associated))
        associated.update(call.thing_names)
        return Succeeded()
