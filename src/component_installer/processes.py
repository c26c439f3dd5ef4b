"""Which folders are in use by a process."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_PROCESSES = Path("/proc")
_TELLING = ("cmdline", "maps")
"""Of a process: what it was started with; which files it has mapped, by their present names."""


def in_use(folders: Iterable[Path]) -> set[Path]:
    """Those from which a process runs, or of which it has a library loaded.

    Args:
        folders: Absolute, with no symbolic link in their paths.

    Processes of other users may hide theirs; what belongs to other users cannot be removed anyway.
    """
    wanted = {folder: f"{folder}/".encode() for folder in folders}
    found: set[Path] = set()
    if not wanted:
        return found
    for told in _told():
        found |= {folder for folder, path in wanted.items() if path in told}
    return found


def _told() -> Iterator[bytes]:
    for process in _PROCESSES.iterdir():
        if process.name.isdigit():
            for name in _TELLING:
                # It may have ended, or be another user's.
                with contextlib.suppress(OSError):
                    yield (process / name).read_bytes()
