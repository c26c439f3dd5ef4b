"""The lock file of the device, as far as its papers need it: names, versions, hashes, reasons."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^\s+#\s+(?:via\s*)?(.*)$")


@dataclass(frozen=True)
class Library:
    """A locked library.

    Attributes:
        name: As the package index has it.
        version: The only one that is installed.
        hashes: SHA-256 of every file that may be installed, in hexadecimal.
        required_by: The locked libraries that need it; none if the component itself does.
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    required_by: tuple[str, ...]


def read_lock(text: str) -> list[Library]:
    """Reads a lock file as `make lock` writes it.

    Raises:
        ValueError: It has a line that is none of those, or no library at all.
    """
    libraries = list(_libraries(text.splitlines()))
    if not libraries or not all(one.hashes for one in libraries):
        raise ValueError("this is no lock file with hashes")
    return libraries


def _libraries(lines: list[str]) -> Iterator[Library]:
    starts = [index for index, line in enumerate(lines) if _PIN.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        found = _PIN.match(lines[start])
        if found is None:
            raise ValueError(lines[start])
        block = lines[start:end]
        reasons = [match[1].strip() for line in block if (match := _VIA.match(line))]
        yield Library(
            found[1],
            found[2],
            tuple(_HASH.findall("\n".join(block))),
            tuple(one for one in reasons if one and not one.startswith("-r ")),
        )
