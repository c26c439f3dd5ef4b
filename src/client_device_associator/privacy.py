"""What this component knows stays with the user that it runs as: files, and memory at a crash."""

import os
import resource
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

OF_OTHERS = 0o077
"""The permissions of a file that concern anybody but its owner."""

PRIVATE_FILE = 0o600

_NO_CORE_BYTES = 1
"""0 would not do: the kernel hands a core to a program (`core_pattern` with `|`) whatever the limit
is, but with this one it makes no core of either kind (fs/coredump.c)."""


def protect_process() -> None:
    """For this process and those that it starts: new files are private, and a crash leaves no core.

    Both hold credentials in their memory and in their environment.
    """
    os.umask(OF_OTHERS)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = _NO_CORE_BYTES if most == resource.RLIM_INFINITY else min(_NO_CORE_BYTES, most)
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))


def make_private(files: Iterable[Path]) -> None:
    """Takes the permissions of others away from files that an earlier version has left.

    A file of another user stays as it is, and so does what is no regular file.
    """
    for file in files:
        # What cannot be changed is no reason not to work with it.
        with suppress(OSError):
            status = file.stat()
            if stat.S_ISREG(status.st_mode) and status.st_mode & OF_OTHERS:
                file.chmod(PRIVATE_FILE)
