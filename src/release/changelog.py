"""The changelog: what is not released yet becomes a version with a date."""

import re
from datetime import date

from release.errors import ReleaseError

NAME = "CHANGELOG.md"
_UNRELEASED = "## [Unreleased]\n"
_SECTION = r"^## \[{}\] - (\d{{4}}-\d\d-\d\d)\n(.*?)(?=^## \[|\Z)"


def with_release(text: str, version: str, day: date) -> str:
    """The changelog with a heading for the version above what was not released.

    Raises:
        ReleaseError: There is nothing to release.
    """
    if text.count(_UNRELEASED) != 1:
        raise ReleaseError(f"{NAME} must have one heading {_UNRELEASED.strip()!r}")
    before, _, rest = text.partition(_UNRELEASED)
    if not re.match(r"\s*(### |- )", rest):
        raise ReleaseError(f"{NAME} has nothing under {_UNRELEASED.strip()!r}: what is released?")
    return f"{before}{_UNRELEASED}\n## [{version}] - {day.isoformat()}\n{rest}"


def day_of(text: str, version: str) -> date | None:
    """When a version was released; None if it was not."""
    found = re.search(_SECTION.format(re.escape(version)), text, re.MULTILINE | re.DOTALL)
    return None if found is None else date.fromisoformat(found[1])


def notes_of(text: str, version: str) -> str:
    """What is new in a version.

    Raises:
        ReleaseError: The changelog does not have it.
    """
    found = re.search(_SECTION.format(re.escape(version)), text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ReleaseError(f"{NAME} has no version {version}")
    return f"# {version}, {found[1]}\n{found[2].rstrip()}\n"
