"""The component's version: which may follow which, and every file that has it."""

import re
from collections.abc import Mapping
from pathlib import Path

from release.errors import ReleaseError

SOURCE = "src/client_device_associator/__init__.py"

VERSION_LINES: Mapping[str, str] = {
    SOURCE: '__version__ = "{}"',
    "recipe.yaml": 'ComponentVersion: "{}"',
    "gdk-config.json": '"version": "{}"',
    "docs/messages.md": '"version": "{}"',
    "docs/operating.md": "version     {} on",
    "docs/deploying.md": "{}",
    "docs/deploying/core/deployment.yaml": "componentVersion: {}",
    "docs/deploying/fleet/deployment.yaml": "componentVersion: {}",
    "docs/deploying/configuration/deployment.yaml": "componentVersion: {}",
    "docs/deploying/client-devices/deployment.yaml": "componentVersion: {}",
}
"""Files that have the version, each with the words around it."""

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_IN_SOURCE = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)


def current_version(root: Path) -> str:
    """The version of the sources.

    Raises:
        ReleaseError: They have none.
    """
    found = _IN_SOURCE.search((root / SOURCE).read_text(encoding="utf-8"))
    if found is None:
        raise ReleaseError(f"{SOURCE} has no version")
    return found[1]


def check_follows(version: str, current: str) -> None:
    """Checks that a version is one, and newer.

    Raises:
        ReleaseError: It is not.
    """
    wanted = _VERSION.fullmatch(version)
    if wanted is None:
        raise ReleaseError(f"{version!r} is no version: three numbers, such as 1.2.3")
    if _numbers(version) <= _numbers(current):
        raise ReleaseError(f"version {version} is not newer than {current}")


def change_version(root: Path, current: str, version: str) -> list[str]:
    """Puts a new version into every file that has the current one; returns the files.

    Raises:
        ReleaseError: One of them does not have it; then no file has been changed.
    """
    texts = {}
    for name, words in VERSION_LINES.items():
        text = (root / name).read_text(encoding="utf-8")
        pattern = rf"(?<![\w.]){re.escape(words.format(current))}(?![\w])"
        changed, count = re.subn(pattern, words.format(version), text)
        if not count:
            raise ReleaseError(f"{name} does not have the version {current}")
        texts[name] = changed
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    return list(texts)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
