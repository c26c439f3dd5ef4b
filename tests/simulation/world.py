"""Made-up time, what is to happen in it, and what takes part in it."""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from client_device_associator.core.instant import Instant

START = 1_800_000_000.0
"""Epoch seconds at which made-up time begins, as a clock that is right shows them."""

FOREVER = float("inf")


class Crash(BaseException):
    """The process is killed here and now; no handler of the component's may catch it."""


class Thread(Protocol):
    """A thread of the component's: it does something when something is due."""

    @property
    def ready_at(self) -> float:
        """When it has something to do unless an event comes first; FOREVER if it has not."""
        ...

    def run(self) -> None:
        """Does it."""
        ...


class World:
    """Time, the machine's wall clock, and everything that is going to happen.

    The main thread and the session's thread take turns. A thread that waits, for the disk or for
    the nucleus, lets everything else go on: what waits in it is on Python's own stack. So a thread
    that began to wait later has to end its wait first, and therefore nothing but events goes on
    while the main thread waits.

    Args:
        seed: Decides every random choice.
        tell: Takes each line of the trace; None to keep none.
    """

    def __init__(self, seed: int, tell: Callable[[str], None] | None = None) -> None:
        self.seed = seed
        self.time = 0.0
        self.wall_offset = 0.0
        self.struck: Counter[str] = Counter()
        self.main: Thread | None = None
        self.session: Thread | None = None
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

    def rng(self, concern: str) -> random.Random:
        """The randomness of one concern; the others do not disturb it."""
        return random.Random(f"{self.seed}/{concern}")

    def at(self, time: float, action: Callable[[], None]) -> None:
        """Has something happen at a time, or now if that is past."""
        heapq.heappush(self._future, (max(time, self.time), next(self._order), action))

    def step(self, until: float = FOREVER) -> bool:
        """Lets the next thing happen, if it comes by then.

        Events come before threads, and the main thread before the session's.

        Returns:
            Whether something happened; if not, it is `until` now.
        """
        event_at = self._future[0][0] if self._future else FOREVER
        threads = [one for one in (self.main, self.session) if one is not None]
        ready = {one: max(one.ready_at, self.time) for one in threads}
        first = min(threads, key=ready.__getitem__, default=None)
        thread_at = FOREVER if first is None else ready[first]
        if min(event_at, thread_at) > until or min(event_at, thread_at) == FOREVER:
            if until < FOREVER:
                self.time = max(self.time, until)
            return False
        if event_at <= thread_at or first is None:
            time, _, action = heapq.heappop(self._future)
            self.time = max(self.time, time)
            action()
        else:
            self.time = thread_at
            first.run()
        return True

    def wait_in_session(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """The session's thread waits, for so long or until something is over."""
        until = self.time + seconds
        session, self.session = self.session, None
        try:
            while not is_over() and self.step(until):
                pass
        finally:
            self.session = session

    def wait_in_main(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """The main thread waits, for so long or until something is over."""
        until = self.time + seconds
        main, session, self.main, self.session = self.main, self.session, None, None
        try:
            while not is_over() and self.step(until):
                pass
        finally:
            self.main, self.session = main, session

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
        return Instant(self.steady(), self._world.wall)

    def steady(self) -> float:
        """This moment, in steady seconds."""
        return self._anchor + self._world.time

    def time_of(self, steady: float) -> float:
        """The made-up time of a steady moment."""
        return steady - self._anchor
