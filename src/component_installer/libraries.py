"""The libraries that the component's zip may hold: checked against their own lists, copied.

Each is there as an installer leaves it, with a ``RECORD``: the list of its files with their hashes
and sizes (PyPA's "Recording installed projects").
"""

import base64
import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from component_installer.errors import InstallError
from component_installer.lock import Lock, Pinned, normalized

_INFORMATION = ".dist-info"
HASHED = "sha256="
"""Before a digest in a ``RECORD``."""


@dataclass(frozen=True)
class LibraryFile:
    """A file of a library.

    Attributes:
        path: Below ``site-packages``.
        digest: SHA-256 as a ``RECORD`` has it; empty for the ``RECORD`` itself.
        size_bytes: Its size; 0 for the ``RECORD`` itself.
    """

    path: PurePosixPath
    digest: str
    size_bytes: int


def files_of(folder: Path, lock: Lock) -> tuple[LibraryFile, ...]:
    """All files of the locked libraries.

    Raises:
        InstallError: A library is missing, is there in another version, or would write elsewhere.
        OSError: A list cannot be read.
    """
    there = {
        (normalized(name), version): path
        for path in folder.glob(f"*{_INFORMATION}")
        for name, _, version in [path.name.removesuffix(_INFORMATION).partition("-")]
    }
    return tuple(file for pinned in lock.distributions for file in _listed(folder, there, pinned))


def copy(files: Sequence[LibraryFile], folder: Path, target: Path) -> None:
    """Copy files, each of which has to be the one that its library lists; nothing is compiled.

    Args:
        files: Of `files_of`.
        folder: Where they are.
        target: An environment's ``site-packages``.

    Raises:
        InstallError: A file is missing, or is another.
        OSError: It cannot be written; a full disk, for example.
    """
    for file in files:
        try:
            content = (folder / file.path).read_bytes()
        except FileNotFoundError as error:
            raise _damaged(f"{folder} has no {file.path}") from error
        if file.digest and file.digest != digest_of(content):
            raise _damaged(f"{file.path} is not the file that its library lists")
        place = target / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def digest_of(content: bytes) -> str:
    """A file's SHA-256 as a ``RECORD`` has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def _listed(
    folder: Path, there: dict[tuple[str, str], Path], pinned: Pinned
) -> Iterator[LibraryFile]:
    information = there.get((pinned.name, pinned.version))
    record = information / "RECORD" if information else None
    if record is None or not record.exists():
        raise _damaged(f"{folder} has no {pinned.name} {pinned.version}")
    with record.open(encoding="utf-8", newline="") as file:
        for name, digest, size in csv.reader(file):
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise _damaged(f"{record} has a file outside of its folder: {name}")
            yield LibraryFile(path, digest.removeprefix(HASHED), int(size or 0))


def _damaged(what: str) -> InstallError:
    return InstallError(f"{what}: the artifact is damaged. Build and deploy it again.")
