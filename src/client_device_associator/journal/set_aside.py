"""A journal that cannot be used is renamed, so that a new one can be started."""

import os
from datetime import datetime, timezone
from pathlib import Path

from client_device_associator.core.values import dataclass

MAX_SET_ASIDE = 5
"""Journals kept for somebody to look at; they must not fill the disk."""

Identity = tuple[int, int]
"""Device and inode: another file under the same name has another one."""

COMPANIONS = ("", "-wal", "-shm")
"""The files of a SQLite database in WAL mode."""

_STAMP = "%Y%m%dT%H%M%S%fZ"
_STAMP_CHARACTERS = 22


@dataclass(frozen=True, slots=True)
class SetAside:
    """A journal that could not be used, and where it is now."""

    path: Path
    why: str


def identity(path: Path) -> Identity | None:
    """Which file this is; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def set_aside(path: Path, label: str, why: str, looked_at: Identity | None) -> SetAside | None:
    """Renames a journal and its companion files.

    Args:
        path: The database file.
        label: What is wrong, as a part of its new name.
        why: The same for a person.
        looked_at: Which file was found to be unusable.

    Returns:
        None if that file is not there any more: another process has set it aside and started
        another one, which stays where it is.

    Raises:
        OSError: The disk does not allow it.
    """
    if identity(path) != looked_at:
        return None
    stamp = datetime.now(timezone.utc).strftime(_STAMP)
    target = path.with_name(f"{path.name}.{label}-{stamp}")
    for companion in COMPANIONS:
        source = path.with_name(path.name + companion)
        if os.path.lexists(source):
            source.rename(target.with_name(target.name + companion))
    _drop_oldest(path)
    return SetAside(target, why)


def _drop_oldest(path: Path) -> None:
    kept = sorted(
        path.parent.glob(f"{path.name}.*-*Z"), key=lambda one: one.name[-_STAMP_CHARACTERS:]
    )
    for old in kept[:-MAX_SET_ASIDE]:
        for companion in COMPANIONS:
            old.with_name(old.name + companion).unlink(missing_ok=True)
