"""The virtual environments in the work directory: found, put in place, cleared away.

Each has a folder of its own, `venv-<key>`, where it is made and stays: a running component keeps
the one that it was started with, and what is half made has a name that nobody uses. `venv` is a
symbolic link to the one for the next start, and `venv.previous` to the one before it, for a
rollback.
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from component_installer.processes import in_use

CURRENT = "venv"
PREVIOUS = "venv.previous"
STAMP = ".installed-for"
"""In an environment that is complete: what it was made for."""

_PREFIX = "venv-"
_KEY_CHARACTERS = 12
_UNFINISHED_LINK = "venv.link"
_EARLIER = "earlier"

_LEFT_BY_EARLIER_VERSIONS = ("venv.new", "venv.new.*", "venv.old", "venv.old.*")
_PRIVATE = 0o700


class Environments:
    """Those of one work directory.

    Args:
        work: The work directory.
        warn: Told what is left although it is of no use.
    """

    def __init__(self, work: Path, warn: Callable[[str], None]) -> None:
        self._work = work.resolve()
        self._warn = warn
        self._held: int | None = None

    @property
    def current(self) -> Path | None:
        """What `venv` is a link to; None if there is no link."""
        return self._target(CURRENT)

    def find(self, purpose: str) -> Path | None:
        """A complete environment that was made for a purpose, and whose Python is there."""
        name = _PREFIX + _key(purpose)
        numbered = sorted(self._work.glob(f"{name}-*"))
        return next((one for one in (self._work / name, *numbered) if _is_for(one, purpose)), None)

    def new(self, purpose: str) -> Path:
        """Make an empty folder for an environment, and hold it as long as this process lives.

        A nucleus that was killed may have left an install that still works, on one of its own.
        """
        while True:
            folder = self._free_name(_key(purpose))
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=_PRIVATE)
                self._held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
                fcntl.flock(self._held, fcntl.LOCK_EX)
                return folder

    def close(self) -> None:
        """Hold nothing any more."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def complete(self, folder: Path, purpose: str) -> None:
        """Put an environment on the disk, then say in it that it is complete."""
        os.sync()
        (folder / STAMP).write_text(f"{purpose}\n", encoding="utf-8")
        os.sync()

    def use(self, folder: Path) -> None:
        """Have `venv` lead to an environment, in one step, and remember the one before."""
        before = self.current
        if before == folder:
            return
        link = self._work / CURRENT
        if before is not None:
            self._link(PREVIOUS, before)
        elif link.exists():
            # A folder: an earlier version's environment.
            before = self._free_name(_EARLIER)
            link.rename(before)
            self._link(PREVIOUS, before)
        self._link(CURRENT, folder)
        os.sync()

    def clear_away(self) -> None:
        """Remove what nobody needs: neither the next start, nor a rollback, nor any process."""
        needed = {self.current, self._target(PREVIOUS)}
        useless = [path for path in self._work.glob(f"{_PREFIX}*") if path not in needed]
        used = in_use(useless) | {path for path in useless if _is_held(path)}
        left = [path for pattern in _LEFT_BY_EARLIER_VERSIONS for path in self._work.glob(pattern)]
        for path in sorted({*useless, *left} - used):
            self.remove(path)

    def remove(self, path: Path) -> None:
        """Remove a folder or a link, as far as this user may."""
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
            return
        import shutil  # noqa: PLC0415 - seldom needed

        shutil.rmtree(path, ignore_errors=True)
        if path.exists():
            self._warn(f"{path} belongs to another user and can be removed by root alone")

    def _free_name(self, key: str) -> Path:
        number = 0
        while os.path.lexists(
            path := self._work / f"{_PREFIX}{key}{f'-{number}' if number else ''}"
        ):
            number += 1
        return path

    def _target(self, link: str) -> Path | None:
        path = self._work / link
        return self._work / path.readlink() if path.is_symlink() else None

    def _link(self, name: str, folder: Path) -> None:
        unfinished = self._work / _UNFINISHED_LINK
        unfinished.unlink(missing_ok=True)
        unfinished.symlink_to(folder.name)
        unfinished.replace(self._work / name)


def _key(purpose: str) -> str:
    return hashlib.sha256(purpose.encode()).hexdigest()[:_KEY_CHARACTERS]


def _is_for(folder: Path, purpose: str) -> bool:
    try:
        stamp = (folder / STAMP).read_text(encoding="utf-8")
        # An upgrade of the system can take away the Python that the environment links to.
        return stamp.strip() == purpose and (folder / "bin" / "python3").exists()
    except OSError:  # it is not there, not complete, or another user's
        return False


def _is_held(folder: Path) -> bool:
    """Whether another install makes it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:  # another user's, or no folder
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
