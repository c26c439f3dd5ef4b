"""Replaces a file as a whole, so that nobody ever reads a half."""

import os
from contextlib import suppress
from pathlib import Path

_ANY = 0o666
"""What the user's umask leaves of it."""


def replace_file(
    path: Path,
    content: bytes,
    *,
    mode: int | None = None,
    is_hidden: bool = False,
    is_synced: bool = False,
) -> None:
    """Writes a file beside the old one and renames it; if that fails, the old one stays.

    What an interrupted write has left is replaced; what is no file of that name stays, and so does
    what is written there meanwhile, a link perhaps.

    Args:
        path: The file.
        content: All of it.
        mode: Its permissions, whatever the umask; None for those that the umask leaves.
        is_hidden: Whether the unfinished file begins with a dot.
        is_synced: Whether the content is on the disk before the new file has its name: otherwise
            a power loss may leave an empty file.

    Raises:
        OSError: The disk refuses.
    """
    dot = "." if is_hidden else ""
    unfinished = path.with_name(f"{dot}{path.name}.new")
    unfinished.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(unfinished, flags, _ANY if mode is None else mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(descriptor, mode)
            file.write(content)
            if is_synced:
                file.flush()
                os.fsync(descriptor)
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise
