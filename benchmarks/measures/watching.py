"""The most memory that processes together have while something goes on."""

import threading
from contextlib import AbstractContextManager
from types import TracebackType

from benchmarks.contestants.running import Running
from benchmarks.measures.processes import NOTHING, Memory

_EACH_SECONDS = 0.2


class MemoryWatch(AbstractContextManager["MemoryWatch"]):
    """Looks at a contestant's processes until the `with` block ends.

    Args:
        running: The contestant.

    Attributes:
        first: The most memory of its first process.
        all: The most of all its processes together.
        others: The most of the processes that it has started.
    """

    def __init__(self, running: Running) -> None:
        self._running = running
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.first, self.all, self.others = NOTHING, NOTHING, NOTHING
        self._thread.start()

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            first, everything = self._running.memory(), self._running.memory_of_all()
            others = Memory(everything.rss - first.rss, everything.pss - first.pss)
            self.first = most(self.first, first)
            self.all = most(self.all, everything)
            self.others = most(self.others, others)
            if self._over.wait(_EACH_SECONDS):
                return


def most(one: Memory, other: Memory) -> Memory:
    """The more of each kind."""
    return Memory(max(one.rss, other.rss), max(one.pss, other.pss))
