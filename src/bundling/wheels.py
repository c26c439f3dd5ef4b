"""The wheels of the lock: chosen, checked, unpacked as an installer does it."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from bundling.errors import BundlingError
from bundling.slim import is_needed
from component_installer.libraries import HASHED, digest_of
from component_installer.lock import Lock, Pinned, normalized

INSTALLER = "component_installer\n"

_FOR_ANY_SYSTEM = ["none", "any"]
_PYTHON_3 = "py3"
_PARTS_OF_NAME = (5, 6)
"""Of a wheel's name without and with a build number, as PEP 427 has it."""


def choose(folder: Path, lock: Lock) -> tuple[Path, ...]:
    """The wheel of each distribution.

    Raises:
        BundlingError: One is missing, is none of those in the lock, or needs more than unpacking.
        OSError: A wheel cannot be read.
    """
    files = sorted(folder.glob("*.whl"))
    return tuple(_wheel_of(pinned, folder, files) for pinned in lock.distributions)


def sums(wheels: Sequence[Path]) -> str:
    """Their checksums, as ``sha256sum`` writes and checks them."""
    return "".join(f"{_digest(wheel)}  {wheel.name}\n" for wheel in wheels)


def unpack(wheels: Sequence[Path], folder: Path) -> None:
    """Unpack what a device needs of the wheels, as it is in ``site-packages``.

    Raises:
        BundlingError: A wheel has a file that would land elsewhere.
        OSError: It cannot be written.
    """
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                if entry.is_dir() or not is_needed(entry.filename):
                    continue
                path = PurePosixPath(entry.filename)
                if path.is_absolute() or ".." in path.parts:
                    raise BundlingError(f"{wheel.name} has a file outside of it: {path}")
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                content = archive.read(entry)
                if path.name == "RECORD" and path.parent.suffix == ".dist-info":
                    content = _record(content, path.parent)
                    target.with_name("INSTALLER").write_text(INSTALLER, encoding="utf-8")
                target.write_bytes(content)


def _wheel_of(pinned: Pinned, folder: Path, files: Sequence[Path]) -> Path:
    wheel = next((path for path in files if _is_of(path, pinned)), None)
    if wheel is None:
        raise BundlingError(
            f"{folder} has no wheel of {pinned.name} {pinned.version} for every Python 3 on every"
            " system; a library with compiled code cannot be bundled"
        )
    if _digest(wheel) not in pinned.digests:
        raise BundlingError(f"{wheel.name} is not the file that the lock file names")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            top, _, rest = name.partition("/")
            if top.endswith(".data") and not rest.startswith("scripts/"):
                raise BundlingError(f"{wheel.name} cannot be installed by unpacking: it has {name}")
    return wheel


def _is_of(path: Path, pinned: Pinned) -> bool:
    """Whether it is a wheel of a distribution, with nothing in it that was compiled."""
    parts = path.stem.split("-")
    return (
        len(parts) in _PARTS_OF_NAME
        and (normalized(parts[0]), parts[1]) == (pinned.name, pinned.version)
        and _PYTHON_3 in parts[-3].split(".")
        and parts[-2:] == _FOR_ANY_SYSTEM
    )


def _digest(wheel: Path) -> str:
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def _record(content: bytes, information: PurePosixPath) -> bytes:
    """The list of installed files, without those that are left out."""
    rows = csv.reader(io.StringIO(content.decode("utf-8")))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerows(row for row in rows if row and is_needed(row[0]))
    hashed = HASHED + digest_of(INSTALLER.encode())
    writer.writerow([f"{information}/INSTALLER", hashed, len(INSTALLER)])
    return written.getvalue().encode()
