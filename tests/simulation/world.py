"""Made-up time, what is to happen in it, and a record of what did."""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable

from client_device_associator.core.instant import Instant

START = 1_800_000_000.0
"""Epoch seconds at which made-up time begins, as a clock that is right shows them."""


class Crash(BaseException):
    """The process is killed here and now; no handler of the component's may catch it."""


class World:
    """Time, the machine's wall clock, and everything that is going to happen.

    Args:
        seed: Decides every random choice.
        tell: Takes each line of the trace; None to keep none.
    """

    def __init__(self, seed: int, tell: Callable[[str], None] | None = None) -> None:
        self.seed = seed
        self.time = 0.0
        self.wall_offset = 0.0
        self.struck: Counter[str] = Counter()
        self._tell = tell
        self._future: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    @property
    def traced(self) -> bool:
        """Whether anybody reads the trace."""
        return self._tell is not None

    @property
    def wall(self) -> float:
        """What the machine's wall clock shows; epoch seconds."""
        return START + self.time + self.wall_offset

    def dice(self, concern: str) -> random.Random:
        """The randomness of one concern; the others do not disturb it."""
        return random.Random(f"{self.seed}/{concern}")

    def at(self, time: float, action: Callable[[], None]) -> None:
        """Has something happen at a time, or now if that is past."""
        heapq.heappush(self._future, (max(time, self.time), next(self._order), action))

    def next_at(self) -> float | None:
        """When the next thing happens."""
        return self._future[0][0] if self._future else None

    def happen(self) -> None:
        """Lets the next thing happen."""
        time, _, action = heapq.heappop(self._future)
        self.time = max(self.time, time)
        action()

    def strike(self, kind: str) -> None:
        """Counts a fault of a kind that has struck."""
        self.struck[kind] += 1

    def say(self, text: str) -> None:
        """Adds a line to the trace."""
        if self._tell is not None:
            self._tell(f"{self.time:12.4f}  {text}")


class ProcessClock:
    """What `SystemClock` of one process shows; anchored to the wall when the process starts."""

    def __init__(self, world: World, crash_point: Callable[[str], None]) -> None:
        self._world = world
        self._crash_point = crash_point
        self._anchor = START + world.wall_offset

    def now(self) -> Instant:
        """This moment; a crash may strike here."""
        self._crash_point("the clock is read")
        return self.peek()

    def peek(self) -> Instant:
        """This moment, for those who watch."""
        return Instant(self._anchor + self._world.time, self._world.wall)
