"""Waits of a core device that may be one of thousands, all throttled at the same time."""

import random

from client_device_associator.core.pace import Place
from client_device_associator.core.values import dataclass

ASKED_SPREAD = 0.1
"""When the service asks for a time, the call comes after that and up to this share of it: to all
who were refused together it may have given the same."""


ROUNDS_BACK = 6
"""When a service that was away is back and throttles."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """One call in each round, at a random moment of it; each round is longer than the one before.

    Time since the first failure is cut into rounds, and a call leaves once in each. Plain backoff
    draws each wait from zero: a core device may call twice within what others take for one wait,
    and is refused twice for the same reason. Here it cannot, so the same number of calls finds the
    length of the crowd more closely. Nobody can do much better who knows neither how many others
    there are nor how many calls the service takes; see `docs/decisions/0050`.

    A round of the greatest length is followed by others of the same length, in which a core device
    keeps its place: a fleet that waits for the end of an outage is spread evenly when it comes.

    Attributes:
        first: Seconds; the length of the first round.
        growth: How much longer each round is than the one before.
        cap: Seconds; no round and no wait is longer.
    """

    first: float
    growth: float
    cap: float

    def length(self, failures: int) -> float:
        """Seconds of the round after so many failures in a row, from 1."""
        # Growth without end would overflow; nobody counts so many failures below the cap.
        if failures > self._failures_to_cap:
            return self.cap
        return float(min(self.cap, self.first * self.growth ** (failures - 1)))

    def next(self, place: Place, asked: float, rng: random.Random) -> tuple[float, Place]:
        """See `Pace`."""
        failures = place.failures + 1
        length = self.length(failures)
        if failures > 1 and self.length(place.failures) >= self.cap:
            wait, rest = self.cap, place.rest
        else:
            drawn = place.rest + rng.uniform(0, length)
            # Sooner by the longest round, and not cut off: that would draw many to the same places.
            wait = drawn if drawn <= self.cap else drawn - self.cap
            rest = (place.rest + length - drawn) % self.cap
        if asked > wait:
            later = asked * (1 + rng.uniform(0, ASKED_SPREAD))
            rest -= later - wait
            wait = later
            # The rounds that are over by then have been waited for.
            while rest < 0 and length < self.cap:
                failures += 1
                length = self.length(failures)
                rest += length
            rest %= self.cap
        return wait, Place(failures, rest)

    def returned(self, place: Place) -> Place:
        """See `Pace`.

        All have been spread over the length of the round that they were in, so that the crowd is
        thinner than one that comes at once: a round of a tenth of that is soon enough.
        """
        failures = min(place.failures, self._failures_to_cap)
        return Place(max(0, failures - ROUNDS_BACK))

    @property
    def _failures_to_cap(self) -> int:
        """More than these have reached the cap."""
        failures, length = 1, self.first
        while length < self.cap:
            failures, length = failures + 1, length * self.growth
        return failures
