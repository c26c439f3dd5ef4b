"""How long to wait before trying again."""

import random

from client_device_associator.core.pace import Place
from client_device_associator.core.rounds import Rounds
from client_device_associator.core.values import dataclass

_MAX_DOUBLINGS = 30
"""Beyond this every ceiling is reached; it keeps the power from growing without bound."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter above a floor, for what concerns one core device alone.

    See "Exponential Backoff And Jitter" in the AWS Architecture Blog.

    Attributes:
        base: Seconds; the ceiling of the first wait.
        cap: Seconds; no wait is longer.
        floor: Seconds; no wait is shorter.
    """

    base: float
    cap: float
    floor: float = 0.0

    def delay(self, failures: int, rng: random.Random) -> float:
        """Seconds to wait after the given number of failures in a row, from 1."""
        doublings = min(failures - 1, _MAX_DOUBLINGS)
        ceiling = min(self.cap, self.base * 2**doublings)
        return rng.uniform(min(self.floor, ceiling), ceiling)

    def next(self, place: Place, asked: float, rng: random.Random) -> tuple[float, Place]:
        """See `Pace`."""
        failures = place.failures + 1
        return max(asked, self.delay(failures, rng)), Place(failures)

    def returned(self, place: Place) -> Place:
        """See `Pace`; nothing is different."""
        return place


DEVICE = Backoff(base=2, cap=300)
"""One device for which the cloud has an error: its thing may be provisioned a little later."""

SERVICE = Rounds(first=2, growth=1.5, cap=200)
"""The cloud is throttling, failing or out of reach, or takes no credentials from here: very likely
from nobody. The end of an outage is noticed after 100 s on average."""

LISTS = Rounds(first=10_800, growth=1.5, cap=10_800)
"""A list is throttled before its first page has come. Nobody waits for it, so it must not take
calls from those who wait for theirs."""

TOKEN_EXCHANGE = Backoff(base=1, cap=45)
"""There are no credentials. Asking the core device's own token exchange costs nobody else
anything, and its recovery is noticed within a minute."""

PERMISSION = Backoff(base=300, cap=3600, floor=300)
"""Somebody has to change a policy or create the core device; asking sooner does not help."""
