"""Keeps two sandboxes from being the same core device."""

import fcntl
import os
from pathlib import Path


class RootInUseError(Exception):
    """Another sandbox runs in this root folder."""


class RootLock:
    """A lock on a root folder; the kernel drops it when the process ends, however that happens.

    Args:
        root: The folder, which must exist by the time of `acquire`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            RootInUseError: Somebody else has it.
            OSError: The lock's file cannot be made.
        """
        # Kept by no child: Python opens files so that they close when a program is started.
        descriptor = os.open(self._root / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise RootInUseError(
                f"a sandbox runs in {self._root} already: end it, or name another root folder"
            ) from None
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back. Safe to call twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
