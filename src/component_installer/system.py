"""The libraries that a distribution brings itself: looked at, not installed."""

import importlib.metadata
import re
from collections.abc import Sequence

from component_installer.errors import InstallError

_WANTED = re.compile(r"([A-Za-z0-9._-]+)>=([0-9.]+),<([0-9.]+)")


def wanted_from_system(text: str) -> list[tuple[str, str, str]]:
    """Read which distributions must be there: name, lowest version, first version that is too new.

    Raises:
        InstallError: A line is something else than ``name>=1.2,<3``.
    """
    wanted = []
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _WANTED.fullmatch(line)
        if match is None:
            raise InstallError(f"{line!r} is not like name>=1.2,<3: the artifact is damaged")
        wanted.append((match[1], match[2], match[3]))
    return wanted


def check_system(wanted: Sequence[tuple[str, str, str]], python: str) -> None:
    """Check that the system's libraries are there, in versions that the component works with.

    Args:
        wanted: What `wanted_from_system` read.
        python: How this Python is named in messages.

    Raises:
        InstallError: Some are missing, too old or too new; it names all of them.
    """
    problems = []
    for name, lowest, too_new in wanted:
        found = _version(name)
        if found is None:
            problems.append(f"{name} is missing ({lowest} or newer is needed)")
        elif not _numbers(lowest) <= _numbers(found) < _numbers(too_new):
            problems.append(f"{name} is {found} ({lowest} or newer, below {too_new}, is needed)")
    if problems:
        raise InstallError(
            f"this package takes its libraries from the system, and for {python}"
            f" {'; '.join(problems)}. Add them to the system's image (in Yocto: python3-botocore"
            " of meta-aws), or deploy the package that brings its own"
            " (docs/packages.md)."
        )


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
