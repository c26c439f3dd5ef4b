"""What this device is, as far as wheels depend on it."""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

from component_installer.tags import Target

_POINTER_BITS = struct.calcsize("P") * 8
_NARROWED = {"x86_64": "i686", "aarch64": "armv7l", "armv8l": "armv7l"}
"""Machines whose kernel can run a system of 32 bits, and what that is to a wheel."""

_LOADERS = "/lib"
_LOADER_PATTERN = "ld-musl-*.so.1"
_MUSL_VERSION = re.compile(r"Version (\d+)\.(\d+)")
_OLDEST_MUSL = (1, 1)
_OLDEST_GLIBC = (2, 0)


def this_device() -> Target:
    """The Python that runs this, and the device that it runs on."""
    libc, version = _libc()
    return Target(
        python=sys.version_info[:2],
        machine=machine(os.uname().machine, _POINTER_BITS),
        libc=libc,
        libc_version=version,
    )


def machine(kernel_name: str, pointer_bits: int) -> str:
    """The processor as wheels name it: a kernel of 64 bits may have a Python of 32 bits."""
    return _NARROWED.get(kernel_name, kernel_name) if pointer_bits == 32 else kernel_name  # noqa: PLR2004


def musl_version(loader_says: str) -> tuple[int, int]:
    """The version of musl, out of what its dynamic loader says when it is run by itself."""
    match = _MUSL_VERSION.search(loader_says)
    return (int(match[1]), int(match[2])) if match else _OLDEST_MUSL


def glibc_version(configuration_string: str) -> tuple[int, int]:
    """The version of glibc, out of its ``CS_GNU_LIBC_VERSION``, such as ``glibc 2.36``."""
    match = re.fullmatch(r"glibc (\d+)\.(\d+).*", configuration_string)
    return (int(match[1]), int(match[2])) if match else _OLDEST_GLIBC


def _libc() -> tuple[str, tuple[int, int]]:
    try:
        said = os.confstr("CS_GNU_LIBC_VERSION")
    except (OSError, ValueError):  # musl does not know the name
        said = None
    if said:
        return "glibc", glibc_version(said)
    for loader in sorted(Path(_LOADERS).glob(_LOADER_PATTERN)):
        ran = subprocess.run([loader], capture_output=True, text=True, check=False)
        return "musl", musl_version(ran.stderr)
    return "musl", _OLDEST_MUSL
