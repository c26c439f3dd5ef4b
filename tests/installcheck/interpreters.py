"""The versions of Python on this machine, where every user may run them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SUPPORTED = ("3.10", "3.11", "3.12", "3.13")
_FOLDER = "import sys; print('{}.{}'.format(*sys.version_info), sys.base_prefix)"
_NOT_COPIED = ("test", "tests", "*.a", "site-packages", "include", "share")


@dataclass(frozen=True)
class Interpreter:
    """A Python.

    Attributes:
        version: Such as ``3.11``.
        bin: The folder of its programs.
    """

    version: str
    bin: Path

    @property
    def python(self) -> Path:
        """The program."""
        return self.bin / "python3"

    @property
    def variables(self) -> dict[str, str]:
        """What a copy needs in its environment: its library was linked under another name."""
        return {"LD_LIBRARY_PATH": str(self.bin.parent / "lib")}


def interpreters(folder: Path) -> list[Interpreter]:
    """One for each supported version that is there, the lowest first.

    Args:
        folder: Where one is copied to that is in a folder of this user's own.
    """
    found: dict[str, Path] = {}
    for program in _programs():
        ran = subprocess.run([program, "-c", _FOLDER], capture_output=True, text=True, check=False)
        version, _, prefix = ran.stdout.strip().partition(" ")
        if not ran.returncode and version in SUPPORTED:
            found.setdefault(version, Path(prefix))
    return [
        Interpreter(version, _for_everybody(found[version], folder / version) / "bin")
        for version in SUPPORTED
        if version in found
    ]


def _programs() -> Iterator[str]:
    for version in SUPPORTED:
        yield from filter(None, [shutil.which(f"python{version}")])
    # pyenv offers only those that are switched on.
    yield from map(str, sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3")))
    yield sys.executable


def _for_everybody(prefix: Path, copy: Path) -> Path:
    if prefix == Path("/usr") or os.geteuid() != 0:
        return prefix
    if not copy.exists():
        ignored = shutil.ignore_patterns(*_NOT_COPIED)
        shutil.copytree(prefix, copy, symlinks=True, ignore=ignored)
        (next(copy.glob("lib/python3.*")) / "site-packages").mkdir()
    return copy
