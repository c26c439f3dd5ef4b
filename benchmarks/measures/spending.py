"""CPU time per announcement."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.contestants.running import Running

MICROSECONDS = 1e6


@dataclass(frozen=True)
class Spent:
    """CPU time in microseconds per announcement.

    Attributes:
        first: Of the process that listens.
        all: With that of the processes that it has started.
    """

    first: float
    all: float


def spent(running: Running, before: Mapping[int, float], count: int) -> Spent:
    """What so many announcements have cost since an earlier look.

    Args:
        running: The contestant.
        before: What `running.cpu()` said then.
        count: How many announcements; at least one.
    """
    now = running.cpu()
    total = sum(seconds - before.get(pid, 0.0) for pid, seconds in now.items())
    first = now[running.pid] - before[running.pid]
    return Spent(first / count * MICROSECONDS, total / count * MICROSECONDS)
