"""The libraries that the component runs with, held against those that it was locked with."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from client_device_associator.command.doctor.finding import Finding, ok, unknown, wrong

LIBRARIES = ("botocore", "urllib3")
"""Those whose version matters: one calls AWS, the other speaks HTTP for it."""

_PROCESSES = Path("/proc")
_LOCK_FILE = Path("artifacts/requirements.txt")
"""Beside the package in the component's zip."""

_OF_THE_SYSTEM = Path("artifacts/system-packages.txt")
"""In its place, if the component was built for the libraries of the operating system."""

_LOCKED = re.compile(r"^([a-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_WHAT = "libraries"
_MOST_BYTES = 1024 * 1024


def check_libraries(pid: int, environment: Mapping[str, str]) -> Iterator[Finding]:
    """What is in the virtual environment of the running component.

    Args:
        pid: Of the component's process.
        environment: Of the same.
    """
    if _beside_package(environment, _OF_THE_SYSTEM):
        text = "those of the operating system, which the install step has checked"
        yield unknown(_WHAT, text)
        return
    folder = _site_packages(pid)
    if folder is None:
        yield unknown(_WHAT, "where the component has its libraries cannot be seen")
        return
    installed = {name: _installed(folder, name) for name in LIBRARIES}
    words = ", ".join(f"{name} {version or 'missing'}" for name, version in installed.items())
    python = folder.parent.name.replace("python", "Python ")
    locked = _locked(environment)
    if not locked:
        yield unknown(_WHAT, f"{python}, {words}; the lock file is not seen, to compare them with")
        return
    others = [
        f"{name} {installed[name] or 'is missing'} (locked: {locked[name]})"
        for name in LIBRARIES
        if name in locked and installed[name] != locked[name]
    ]
    if others:
        yield wrong(
            _WHAT,
            f"{python}, {words}; not as they were locked: {', '.join(others)}",
            f"remove {folder.parents[2]}, and deploy the component again: its install step makes"
            " the virtual environment",
        )
    else:
        yield ok(_WHAT, f"{python}, {words}, as they were locked")


def _site_packages(pid: int) -> Path | None:
    """Where the libraries are of the virtual environment that a process was started from."""
    process = _PROCESSES / str(pid)
    try:
        program = (process / "cmdline").read_bytes().partition(b"\0")[0]
        # A relative path, as the recipe has it, is one of the process' own directory.
        interpreter = Path(process / "cwd").readlink() / os.fsdecode(program)
        folders = sorted(interpreter.parent.parent.glob("lib/python3*/site-packages"))
    except OSError:
        return None
    return folders[-1] if folders else None


def _installed(folder: Path, name: str) -> str | None:
    """A library's version by its metadata's folder; PEP 427 and PyPA's 'installed projects'."""
    found = sorted(folder.glob(f"{name}-*.dist-info"))
    return found[-1].name.removeprefix(f"{name}-").removesuffix(".dist-info") if found else None


def _locked(environment: Mapping[str, str]) -> Mapping[str, str]:
    """What the lock file of the running component says; nothing if it is not there."""
    lock_file = _beside_package(environment, _LOCK_FILE)
    if lock_file is None:
        return {}
    try:
        with lock_file.open(encoding="utf-8", errors="replace") as file:
            return dict(_LOCKED.findall(file.read(_MOST_BYTES)))
    except OSError:
        return {}


def _beside_package(environment: Mapping[str, str], name: Path) -> Path | None:
    """A file of the component's zip, which the run step has put in Python's way."""
    places = environment.get("PYTHONPATH", "").split(":")
    return next((Path(one) / name for one in places if one and (Path(one) / name).is_file()), None)
