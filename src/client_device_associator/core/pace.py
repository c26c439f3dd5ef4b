"""How long calls wait after failures: what every way to choose it has in common."""

import random
from typing import Protocol

from client_device_associator.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a core device stands after failures in a row.

    Attributes:
        failures: How many there were.
        rest: Seconds from the next call to the end of the round that it is in, see `Rounds`.
    """

    failures: int = 0
    rest: float = 0.0


NO_FAILURE = Place()
"""Before the first one."""


class Pace(Protocol):
    """Chooses the wait after a failure."""

    def next(self, place: Place, asked: float, rng: random.Random) -> tuple[float, Place]:
        """The wait after one more failure.

        Args:
            place: After the failures before it.
            asked: Seconds for which the service asks not to be called; the wait is no shorter.
            rng: Each core device has its own.

        Returns:
            Seconds to wait, and the place after this failure.
        """
        ...

    def returned(self, place: Place) -> Place:
        """The place from which to go on when a service that was away is back, and throttles."""
        ...
