"""How often a process syncs a file, and what it writes: counted inside it, by a library.

The library is compiled when it is needed; without a C compiler syncs are not counted, and bytes
are those of the kernel, in whole pages.
"""

import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measures import processes

HOW_COUNTED = "a library loaded before libc (LD_PRELOAD)"
HOW_GUESSED = "/proc/PID/io, in whole pages; no C compiler, so syncs are not counted"
_SOURCE = Path(__file__).with_name("disk_counter.c")
_COUNTS = struct.Struct("=QQ")


@dataclass(frozen=True)
class Written:
    """What a process has written to files so far.

    Attributes:
        syncs: How often it has synced a file; None if that is not counted.
        size: Bytes.
    """

    syncs: int | None
    size: int

    def since(self, before: "Written") -> "Written":
        """What came after an earlier moment."""
        is_counted = self.syncs is not None and before.syncs is not None
        syncs = (self.syncs or 0) - (before.syncs or 0) if is_counted else None
        return Written(syncs, self.size - before.size)


class DiskCounter:
    """Counts for one process, which is started with `environment`.

    Args:
        folder: Where the library and the counts are kept.
        library: The compiled library; None if there is none.
    """

    def __init__(self, folder: Path, library: Path | None) -> None:
        self._library = library
        self._counts = folder / "counts"
        self._counts.write_bytes(bytes(_COUNTS.size))

    @property
    def environment(self) -> dict[str, str]:
        """What the process needs in its environment."""
        if self._library is None:
            return {}
        return {"LD_PRELOAD": str(self._library), "DISK_COUNTER": str(self._counts)}

    def read(self, pid: int) -> Written:
        """What the process has written so far."""
        if self._library is None:
            return Written(None, processes.written_bytes(pid))
        syncs, size = _COUNTS.unpack(self._counts.read_bytes())
        return Written(syncs, size)


def compiled(folder: Path) -> Path | None:
    """The library, compiled into a folder; None if there is no C compiler that can."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    library = folder / "disk_counter.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(_SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, check=False)
    return library if done.returncode == 0 else None
