"""What a process costs, as the kernel counts it: proc(5), and the clock of its CPU time."""

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

KIBIBYTES_PER_MEBIBYTE = 1024.0
_CPU_CLOCK = 2
"""CPUCLOCK_SCHED: all time on a CPU of all threads, ended ones too, in nanoseconds."""


@dataclass(frozen=True)
class Memory:
    """Memory of one process or of several.

    Attributes:
        rss: Resident memory, in MiB; what processes share counts for each.
        pss: The same, with each shared page divided by those who share it.
    """

    rss: float
    pss: float

    def __add__(self, other: "Memory") -> "Memory":
        return Memory(self.rss + other.rss, self.pss + other.pss)


NOTHING = Memory(0.0, 0.0)


def fields(text: str) -> dict[str, int]:
    """The numbers of a file of lines `name: number`, as in `status`, `io` and `smaps_rollup`."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        name, colon, rest = line.partition(":")
        words = rest.split()
        if colon and words and words[0].isdigit():
            found[name] = int(words[0])
    return found


def memory_in(smaps_rollup: str) -> Memory:
    """The memory that `smaps_rollup` says."""
    found = fields(smaps_rollup)
    return Memory(
        found["Rss"] / KIBIBYTES_PER_MEBIBYTE,
        found["Pss"] / KIBIBYTES_PER_MEBIBYTE,
    )


def memory_of(pids: Iterable[int]) -> Memory:
    """The memory of processes together; those that have ended have none."""
    total = NOTHING
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError, KeyError):
            total += memory_in(_read(pid, "smaps_rollup"))
    return total


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process so far, to the microsecond; 0 if it has ended."""
    try:
        return time.clock_gettime((~pid << 3) | _CPU_CLOCK)
    except OSError:
        return 0.0


def voluntary_switches(pid: int) -> int:
    """How often the threads of a process have gone to sleep so far: each time, something woke one.

    Ended threads are not counted.
    """
    return sum(
        fields(path.read_text(encoding="ascii", errors="replace"))["voluntary_ctxt_switches"]
        for path in Path(f"/proc/{pid}/task").glob("*/status")
    )


def written_bytes(pid: int) -> int:
    """What a process has had written to storage so far, in whole pages."""
    return fields(_read(pid, "io"))["write_bytes"]


def children(pid: int) -> list[int]:
    """The processes that a process has started and that run.

    The kernel has a list; a search through all processes, as psutil's, would disturb.
    """
    found: list[int] = []
    lists = list(Path(f"/proc/{pid}/task").glob("*/children"))
    if not lists and psutil.pid_exists(pid):
        # A kernel without CONFIG_PROC_CHILDREN.
        with contextlib.suppress(psutil.NoSuchProcess):
            return [one.pid for one in psutil.Process(pid).children()]
    for path in lists:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            found += map(int, path.read_text(encoding="ascii").split())
    return found


def _read(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text(encoding="ascii", errors="replace")
