"""A release from its beginning to its end."""

import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from release import changelog, repository, version
from release.bill import bill_of_materials, problems_of
from release.checksums import sign, write_checksums
from release.errors import ReleaseError
from release.licenses import license_list
from release.lock import read_lock
from release.packages import VARIANTS, Variant, build_packages

FOLDER = "greengrass-release"
BILL, LICENSES, NOTES = "bill-of-materials.cdx.json", "LICENSES.md", "NOTES.md"
LOCK = "artifacts/requirements.txt"

Say = Callable[[str], None]


def make(
    root: Path,
    wanted: str,
    *,
    today: date,
    key: Path | None,
    say: Say,
    variants: Sequence[Variant] = VARIANTS,
) -> Path:
    """Makes a release, and returns its folder.

    If the version is not in the sources yet, it is put there and committed, with the changelog.
    Otherwise the sources are taken as they are: anybody can make the same release again.

    Args:
        root: The project's folder.
        wanted: The version.
        today: For the changelog, if the version is new.
        key: That signs; None: there is no signature.
        say: Takes lines about what was done.
        variants: What is built.

    Raises:
        ReleaseError: It cannot be made; nothing was committed unless that was said.
    """
    repository.check_clean(root)
    prepare(root, wanted, today=today, say=say)
    text = _read(root / changelog.NAME)
    day = changelog.day_of(text, wanted)
    if day is None:
        raise ReleaseError(f"{changelog.NAME} has no version {wanted}")
    folder = root / FOLDER / wanted
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for package in build_packages(root, folder, variants):
        bill = bill_of_materials(package.archive, wanted, day)
        wrong = problems_of(bill)
        if wrong is not None:
            raise ReleaseError(f"the bill of materials is not valid: {wrong}")
        (package.folder / BILL).write_text(bill, encoding="utf-8")
        say(f"{package.folder.relative_to(root)}: {package.archive.stat().st_size:,} bytes")
    (folder / LICENSES).write_text(license_list(read_lock(_read(root / LOCK))), encoding="utf-8")
    (folder / NOTES).write_text(changelog.notes_of(text, wanted), encoding="utf-8")
    checksums = write_checksums(folder)
    say(f"{checksums.relative_to(root)}: checksums")
    if key is None:
        say("NOT SIGNED: give a key with KEY=…")
    else:
        say(f"{sign(checksums, key).relative_to(root)}: signed")
    return folder


def prepare(root: Path, wanted: str, *, today: date, say: Say) -> None:
    """Puts a new version into the sources and commits; does nothing if they have it.

    Raises:
        ReleaseError: The version cannot be the next one, or there is nothing to release.
    """
    current = version.current_version(root)
    text = _read(root / changelog.NAME)
    if wanted == current and changelog.day_of(text, wanted) is not None:
        return
    if wanted != current or changelog.day_of(text, current) is not None:
        version.check_follows(wanted, current)
    released = changelog.with_release(text, wanted, today)
    files = version.change_version(root, current, wanted)
    (root / changelog.NAME).write_text(released, encoding="utf-8")
    repository.commit(root, [*files, changelog.NAME], f"Release {wanted}")
    say(f"committed the version {wanted}")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
