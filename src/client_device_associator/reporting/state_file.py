"""How the component is, in a file for readers on the core device who have no way to the bus."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from client_device_associator.privacy import PRIVATE_FILE
from client_device_associator.whole_file import replace_file

_PROCESSES = Path("/proc")
_START_TIME = 19
"""The field of /proc/<pid>/stat behind the program's name and ")": proc(5), field 22."""


class StateFile:
    """Replaced as a whole whenever a state changes.

    It is not synced: after a power loss another process writes it anyway.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, state: Mapping[str, object]) -> None:
        """Writes a state and which process this is. If the disk refuses, the old one stays."""
        pid = os.getpid()
        document = {"process": {"pid": pid, "startTicks": start_ticks(pid)}, **state}
        # What a service said may hold half a surrogate pair, which is no Unicode.
        content = json.dumps(document, ensure_ascii=True).encode()
        with suppress(OSError):
            replace_file(self._path, content, mode=PRIVATE_FILE)


def start_ticks(pid: int) -> int | None:
    """When a process began, in clock ticks since the machine did; None if nobody can say.

    Together with its id it names a process: the kernel gives ids again.
    """
    try:
        stat = (_PROCESSES / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    # The program's name may hold anything.
    fields = stat.rpartition(b")")[2].split()
    return int(fields[_START_TIME]) if len(fields) > _START_TIME else None
