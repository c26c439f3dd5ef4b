"""The wheels that the component's zip may hold: chosen, checked against the lock, unpacked."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from component_installer.errors import InstallError
from component_installer.lock import Lock, Pinned, normalized
from component_installer.slim import is_needed
from component_installer.tags import Target, rank, wheel_name

INSTALLER = "component_installer\n"


@dataclass(frozen=True)
class Bundle:
    """What of the lock is in a folder of wheels.

    Attributes:
        wheels: One for each distribution that has one which fits.
        missing: The other distributions.
    """

    wheels: tuple[Path, ...]
    missing: tuple[Pinned, ...]


def bundle(folder: Path, lock: Lock, target: Target) -> Bundle:
    """Choose the wheels for a target.

    Raises:
        InstallError: A chosen wheel is none of those in the lock: it is damaged, or another.
        OSError: A wheel cannot be read.
    """
    files = sorted(folder.glob("*.whl")) if folder.is_dir() else []
    wheels, missing = [], []
    for pinned in lock.distributions:
        chosen = _best(files, pinned, target)
        if chosen is None:
            missing.append(pinned)
            continue
        if hashlib.sha256(chosen.read_bytes()).hexdigest() not in pinned.digests:
            raise InstallError(
                f"{chosen.name} is not the file that the lock file names: the artifact is damaged."
                " Build and deploy it again."
            )
        wheels.append(chosen)
    return Bundle(tuple(wheels), tuple(missing))


def what_there_is(folder: Path, pinned: Pinned) -> list[str]:
    """The tags of the wheels that a folder has of a distribution."""
    return [
        path.name.removesuffix(".whl").split("-", 2)[2]
        for path in sorted(folder.glob("*.whl"))
        if _is_of(path, pinned)
    ]


def unpacked_bytes(wheels: Iterable[Path]) -> int:
    """The bytes that `unpack` would write of all of them."""
    total = 0
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            total += sum(one.file_size for one in archive.infolist() if is_needed(one.filename))
    return total


def unpack(wheels: Sequence[Path], folder: Path) -> None:
    """Unpack what is needed of the wheels; nothing is compiled.

    Args:
        wheels: Checked by `bundle`.
        folder: An environment's ``site-packages``.

    Raises:
        InstallError: A wheel has a file that would land elsewhere.
        OSError: It cannot be written; a full disk, for example.
    """
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                if entry.is_dir() or not is_needed(entry.filename):
                    continue
                path = PurePosixPath(entry.filename)
                if path.is_absolute() or ".." in path.parts:
                    raise InstallError(f"{wheel.name} has a file outside of it: {path}")
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                content = archive.read(entry)
                if path.name == "RECORD" and path.parent.suffix == ".dist-info":
                    content = _record(content, path.parent)
                    target.with_name("INSTALLER").write_text(INSTALLER, encoding="utf-8")
                target.write_bytes(content)


def _best(files: Sequence[Path], pinned: Pinned, target: Target) -> Path | None:
    ranked = [
        (value, path)
        for path in files
        if _is_of(path, pinned)
        and (name := wheel_name(path)) is not None
        and (value := rank(name, target)) is not None
    ]
    return max(ranked)[1] if ranked else None


def _is_of(path: Path, pinned: Pinned) -> bool:
    name = wheel_name(path)
    return name is not None and (normalized(name.distribution), name.version) == (
        pinned.name,
        pinned.version,
    )


def _record(content: bytes, information: PurePosixPath) -> bytes:
    """The list of installed files, without those that are left out."""
    rows = csv.reader(io.StringIO(content.decode("utf-8")))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerows(row for row in rows if row and is_needed(row[0]))
    writer.writerow([f"{information}/INSTALLER", "", ""])
    return written.getvalue().encode()
