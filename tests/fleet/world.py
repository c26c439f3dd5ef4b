"""Simulated time: what happens later, in order."""

import heapq
from collections.abc import Callable

START = 1_800_000_000.0
"""Epoch seconds at which it begins."""


class World:
    """A clock and what is to come.

    Attributes:
        now: Seconds since the beginning.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Something happens at a moment, or now if that is past."""
        self._count += 1
        heapq.heappush(self._events, (max(when, self.now), self._count, action))

    def run(self, until: float, is_over: Callable[[], bool]) -> None:
        """Lets time pass up to a moment, or until nothing more is to be seen."""
        while self._events and self._events[0][0] <= until and not is_over():
            self.now, _, action = heapq.heappop(self._events)
            action()
