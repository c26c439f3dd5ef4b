"""Which wheels fit which Python on which device: the compatibility tags of wheels.

Source: the "Platform compatibility tags" specification of the Python packaging user guide.
"""

import re
from dataclasses import dataclass
from pathlib import PurePath

_LEGACY_GLIBC = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
"""Names that manylinux tags had before they named the version of glibc."""

_PLATFORM = re.compile(r"(many|musl)linux_(\d+)_(\d+)_(\w+)")
_LEGACY_PLATFORM = re.compile(r"(manylinux(?:1|2010|2014))_(\w+)")
_CPYTHON = re.compile(r"cp3(\d+)")
_PARTS_WITH_BUILD_NUMBER = 6


@dataclass(frozen=True)
class Target:
    """A CPython on a device, as far as wheels depend on it.

    Attributes:
        python: Version, such as (3, 11).
        machine: Processor as wheels name it: ``x86_64``, ``aarch64``, ``armv7l``.
        libc: ``glibc`` or ``musl``.
        libc_version: Such as (2, 36).
    """

    python: tuple[int, int]
    machine: str
    libc: str
    libc_version: tuple[int, int]

    def __str__(self) -> str:
        """As messages name it."""
        return "CPython {}.{} on {} with {} {}.{}".format(
            *self.python, self.machine, self.libc, *self.libc_version
        )


@dataclass(frozen=True)
class WheelName:
    """What the file name of a wheel says."""

    distribution: str
    version: str
    pythons: tuple[str, ...]
    abis: tuple[str, ...]
    platforms: tuple[str, ...]


def wheel_name(path: PurePath) -> WheelName | None:
    """What the file name says; None if it is not the name of a wheel."""
    parts = path.name.removesuffix(".whl").split("-")
    if path.suffix != ".whl" or len(parts) not in (5, _PARTS_WITH_BUILD_NUMBER):
        return None
    pythons, abis, platforms = (tuple(part.split(".")) for part in parts[-3:])
    return WheelName(parts[0], parts[1], pythons, abis, platforms)


def rank(name: WheelName, target: Target) -> int | None:
    """How well a wheel fits: the higher the better; None if it does not."""
    if not any(_is_platform(tag, target) for tag in name.platforms):
        return None
    ranks = [
        rank
        for python in name.pythons
        for abi in name.abis
        if (rank := _python_rank(python, abi, target.python[1])) is not None
    ]
    return max(ranks, default=None)


def _python_rank(python: str, abi: str, minor: int) -> int | None:
    """The Python 3 minor version that a wheel was made for, if this one can use it."""
    match = _CPYTHON.fullmatch(python)
    if match is None:
        return 0 if python == "py3" and abi == "none" else None
    made_for = int(match[1])
    if abi == python:
        return made_for if made_for == minor else None
    # The stable ABI only grows.
    return made_for if abi in ("abi3", "none") and made_for <= minor else None


def _is_platform(tag: str, target: Target) -> bool:
    if tag == "any":
        return True
    if match := _PLATFORM.fullmatch(tag):
        libc = "glibc" if match[1] == "many" else "musl"
        needed = (int(match[2]), int(match[3]))
        machine = match[4]
    elif match := _LEGACY_PLATFORM.fullmatch(tag):
        libc, needed, machine = "glibc", _LEGACY_GLIBC[match[1]], match[2]
    else:
        return False
    return (
        (libc, machine) == (target.libc, target.machine)
        and needed[0] == target.libc_version[0]
        and needed <= target.libc_version
    )
