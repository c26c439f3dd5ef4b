"""A journal that another user has written, and this one may not.

A deployment may change the user that the component runs as. Nucleus lite then changes the owner of
the work directory alone, not of what is in it.
"""

import os
from pathlib import Path

from client_device_associator.journal.set_aside import COMPANIONS

_SHARED_MEMORY = "-shm"


def is_ours(path: Path) -> bool:
    """Whether this user may write the files, as far as they exist, or cannot change that."""
    return not os.access(path.parent, os.W_OK) or all(
        os.access(file, os.W_OK) for file in _files(path)
    )


def make_ours(path: Path) -> None:
    """Puts copies that belong to this user in the place of the files; nothing in them is lost.

    It may be interrupted at any moment: the log is replaced before the database, and both are what
    they were. SQLite makes the shared memory again from the log.

    Args:
        path: The database file.

    Raises:
        OSError: The disk does not allow it.
    """
    # It brings all of Python's compression, 0.4 MiB for something that hardly ever happens.
    import shutil  # noqa: PLC0415

    for file in sorted(_files(path), key=lambda one: -len(one.name)):
        if file.name.endswith(_SHARED_MEMORY):
            file.unlink()
            continue
        copy = file.with_name(f"{file.name}.copy")
        copy.unlink(missing_ok=True)
        shutil.copyfile(file, copy)
        with copy.open("rb") as copied:
            os.fsync(copied.fileno())
        copy.replace(file)


def _files(path: Path) -> list[Path]:
    names = (path.with_name(path.name + companion) for companion in COMPANIONS)
    return [one for one in names if one.exists()]
