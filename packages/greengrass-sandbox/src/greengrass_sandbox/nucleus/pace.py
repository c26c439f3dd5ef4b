"""How fast a nucleus passes messages on, where it is to be no faster than a real one."""

import time
from collections.abc import Callable


class Pace:
    """Gives out turns.

    Args:
        per_second: How many turns there are in a second at most; None: as many as are asked for.
        clock: Seconds of a monotonic clock.
    """

    def __init__(
        self, per_second: float | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval = 0.0 if per_second is None else 1 / per_second
        self._clock = clock
        self._next_turn = 0.0

    def next_delay(self) -> float:
        """Seconds from now to the caller's turn."""
        now = self._clock()
        # From turn to turn, so that a late wake-up does not lower the rate.
        self._next_turn = max(self._next_turn, now - self._interval) + self._interval
        return max(0.0, self._next_turn - now)
