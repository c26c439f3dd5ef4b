"""What this device is."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from component_installer import this_device as module
from component_installer.this_device import glibc_version, machine, musl_version, this_device


def test_this_python_is_told() -> None:
    """As Python itself tells it."""
    device = this_device()
    assert device.python == sys.version_info[:2]
    assert device.machine == os.uname().machine
    assert device.libc in ("glibc", "musl")


@pytest.mark.parametrize(
    ("kernel", "bits", "expected"),
    [("x86_64", 64, "x86_64"), ("aarch64", 32, "armv7l"), ("x86_64", 32, "i686")],
)
def test_a_python_of_32_bits_is_another_machine(kernel: str, bits: int, expected: str) -> None:
    """A Raspberry Pi with a kernel of 64 bits and a system of 32 takes no aarch64 wheel."""
    assert machine(kernel, bits) == expected


def test_versions_are_read_from_what_is_said() -> None:
    """What is not understood counts as old: then no wheel that needs more is taken."""
    assert musl_version("musl libc (x86_64)\nVersion 1.2.4\nDynamic Program Loader") == (1, 2)
    assert musl_version("") == (1, 1)
    assert glibc_version("glibc 2.36") == (2, 36)
    assert glibc_version("glibc") == (2, 0)


@pytest.mark.parametrize("error", [ValueError, OSError])
def test_a_system_that_does_not_know_glibc_has_musl(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its version comes from its loader, if that is found."""

    def unknown(_: str) -> str:
        raise error

    monkeypatch.setattr(os, "confstr", unknown)
    monkeypatch.setattr(module, "_LOADERS", str(tmp_path))
    assert (this_device().libc, this_device().libc_version) == ("musl", (1, 1))
    (tmp_path / "ld-musl-x86_64.so.1").touch()
    ran: Callable[..., subprocess.CompletedProcess[str]] = lambda *_, **__: (  # noqa: E731
        subprocess.CompletedProcess([], 1, "", "musl libc\nVersion 1.2.5\n")
    )
    monkeypatch.setattr(subprocess, "run", ran)
    assert this_device().libc_version == (1, 2)
