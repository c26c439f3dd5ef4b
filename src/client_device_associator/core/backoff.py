"""How long to wait before trying again."""

import random

from client_device_associator.core.values import dataclass

_MAX_DOUBLINGS = 30
"""Beyond this every ceiling is reached; it keeps the power from growing without bound."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter above a floor.

    Full jitter, because after an outage a whole fleet of core devices waits at once and must not
    return in one wave; see "Exponential Backoff And Jitter" in the AWS Architecture Blog.

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


DEVICE = Backoff(base=2, cap=300)
"""One device for which the cloud has an error: its thing may be provisioned a little later."""

SERVICE = Backoff(base=1, cap=300)
"""The cloud is throttling, failing or out of reach, or takes no credentials from here."""

TOKEN_EXCHANGE = Backoff(base=1, cap=45)
"""There are no credentials. Asking the core device's own token exchange costs nobody else
anything, and its recovery is noticed within a minute."""

PERMISSION = Backoff(base=300, cap=3600, floor=300)
"""Somebody has to change a policy or create the core device; asking sooner does not help."""
