"""The wheels that the component's zip may hold: chosen, checked against the lock, unpacked."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from component_installer.errors import InstallError
from component_installer.lock import Lock, Pinned, normalized
from component_installer.slim import is_needed

INSTALLER = "component_installer\n"


_FOR_ANY_SYSTEM = ["none", "any"]
_PYTHON_3 = "py3"
_PARTS_OF_NAME = (5, 6)
"""Of a wheel's name without and with a build number, as PEP 427 has it."""


def bundle(folder: Path, lock: Lock) -> tuple[Path, ...]:
    """Choose the wheel of each distribution.

    Raises:
        InstallError: One is missing, or is none of those in the lock: it is damaged, or another.
        OSError: A wheel cannot be read.
    """
    files = sorted(folder.glob("*.whl"))
    chosen = []
    for pinned in lock.distributions:
        wheel = next((path for path in files if _is_of(path, pinned)), None)
        if wheel is None:
            raise InstallError(
                f"{folder} has no wheel of {pinned.name} {pinned.version} for every Python 3 on"
                " every system: the package is not whole. Build and deploy it again."
            )
        if hashlib.sha256(wheel.read_bytes()).hexdigest() not in pinned.digests:
            raise InstallError(
                f"{wheel.name} is not the file that the lock file names: the artifact is damaged."
                " Build and deploy it again."
            )
        chosen.append(wheel)
    return tuple(chosen)


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


def _is_of(path: Path, pinned: Pinned) -> bool:
    """Whether it is a wheel of a distribution, with nothing in it that was compiled."""
    parts = path.stem.split("-")
    return (
        len(parts) in _PARTS_OF_NAME
        and (normalized(parts[0]), parts[1]) == (pinned.name, pinned.version)
        and _PYTHON_3 in parts[-3].split(".")
        and parts[-2:] == _FOR_ANY_SYSTEM
    )


def _record(content: bytes, information: PurePosixPath) -> bytes:
    """The list of installed files, without those that are left out."""
    rows = csv.reader(io.StringIO(content.decode("utf-8")))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerows(row for row in rows if row and is_needed(row[0]))
    writer.writerow([f"{information}/INSTALLER", "", ""])
    return written.getvalue().encode()
