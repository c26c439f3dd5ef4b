"""Other ways to wait than the component's, to compare."""

import random
from dataclasses import dataclass

from client_device_associator.core.backoff import Backoff
from client_device_associator.core.pace import Pace, Place

PLAIN: Pace = Backoff(base=1, cap=300)
"""What the component had: up to 1 s, 2 s, 4 s … 5 min, each wait from zero, or `Retry-After`."""


@dataclass(frozen=True, slots=True)
class Decorrelated:
    """Each wait is between the base and a multiple of the wait before.

    "Decorrelated jitter" of "Exponential Backoff And Jitter", AWS Architecture Blog.

    Attributes:
        base: Seconds; the least.
        multiple: Of the wait before.
        cap: Seconds; no wait is longer.
    """

    base: float
    multiple: float
    cap: float

    def next(self, place: Place, asked: float, rng: random.Random) -> tuple[float, Place]:
        """See `Pace`; the wait before is in `rest`."""
        longest = self.multiple * max(self.base, place.rest)
        wait = min(self.cap, rng.uniform(self.base, longest))
        return max(asked, wait), Place(place.failures + 1, wait)

    def returned(self, place: Place) -> Place:
        """See `Pace`; nothing is different."""
        return place
