"""The lock file: which distributions, of which version, with which bytes."""

import re
from dataclasses import dataclass

from component_installer.errors import InstallError

_COMMENT = re.compile(r"(?m)^\s*#.*\n?")
_CONTINUED = re.compile(r"\\\n\s*")
_PINNED = re.compile(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!+]+)((?:\s+--hash=sha256:[0-9a-f]{64})+)")
_SEPARATORS = re.compile(r"[-_.]+")


@dataclass(frozen=True)
class Pinned:
    """One distribution.

    Attributes:
        name: Normalized, as in PEP 503.
        version: The only one that is taken.
        digests: SHA-256 in hexadecimal of every file of it that may be taken.
    """

    name: str
    version: str
    digests: frozenset[str]


@dataclass(frozen=True)
class Lock:
    """All that the component needs; nothing else is ever installed.

    Attributes:
        distributions: By their names' order in the file.
    """

    distributions: tuple[Pinned, ...]


def read_lock(content: bytes) -> Lock:
    """Read a lock file in the format of pip's hash-checking mode.

    Raises:
        InstallError: A line is something else than a pinned version with SHA-256 hashes.
    """
    text = _CONTINUED.sub(" ", _COMMENT.sub("", content.decode("utf-8", "replace")))
    pinned = []
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _PINNED.fullmatch(line)
        if match is None:
            raise InstallError(
                f"the lock file has a line that is no pinned version with hashes: {line[:60]!r}."
                ' The artifact is damaged, or "make lock" must be taught this line.'
            )
        name, version, hashes = match.groups()
        digests = frozenset(part.rpartition(":")[2] for part in hashes.split())
        pinned.append(Pinned(normalized(name), version, digests))
    return Lock(tuple(pinned))


def normalized(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return _SEPARATORS.sub("-", name).lower()
