"""What the benchmarks share: a core device, processes on it, what they cost, and printing."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from greengrass_sandbox import CLASSIC, CoreDevice
from integration.associator import COMMAND, Associator

MEBIBYTE = 1024 * 1024
END_SECONDS = 60.0
_OUR_PATH = ":".join(str(Path(entry).resolve()) for entry in sys.path)
"""Where processes in other folders find this package."""


@dataclass(frozen=True)
class Cost:
    """What a process has cost so far.

    Attributes:
        cpu_seconds: Of itself and of its children that have ended.
        rss_mebibytes: Resident memory now.
        open_files: File descriptors.
        threads: Threads.
    """

    cpu_seconds: float
    rss_mebibytes: float
    open_files: int
    threads: int


def cost_of(pid: int) -> Cost:
    """Looks at a process."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    return Cost(
        times.user + times.system + times.children_user + times.children_system,
        process.memory_info().rss / MEBIBYTE,
        process.num_fds(),
        process.num_threads(),
    )


@contextlib.contextmanager
def core_device() -> Iterator[CoreDevice]:
    """A classic core device in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, CoreDevice(Path(folder), profile=CLASSIC) as core:
        yield core


@contextlib.contextmanager
def component(
    core: CoreDevice, changes: Mapping[str, Any], command: Sequence[str] = COMMAND
) -> Iterator[Associator]:
    """The component, listening; or what a command of this package makes of it."""
    associator = Associator(core, changes, command)
    try:
        yield associator.start(PYTHONPATH=_OUR_PATH).wait_until_running()
    finally:
        associator.close()


@contextlib.contextmanager
def script(
    core: CoreDevice, module: str, name: str, configuration: Mapping[str, Any], *arguments: str
) -> Iterator["subprocess.Popen[str]"]:
    """A script of this package as a component; it says a line when it is ready.

    It is to end by itself when its standard input is closed.
    """
    environment = core.environment(name, configuration)
    with process(module, environment, arguments) as started:
        yield started


@contextlib.contextmanager
def process(
    module: str, environment: Mapping[str, str], arguments: Sequence[str] = ()
) -> Iterator["subprocess.Popen[str]"]:
    """A module of this package in a process of its own, ready."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", f"benchmarks.contestants.{module}", *arguments],
        env={"PYTHONPATH": _OUR_PATH, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        try:
            assert started.stdout is not None  # noqa: S101 - a pipe was asked for
            started.stdout.readline()
            yield started
        finally:
            if started.stdin is not None and not started.stdin.closed:
                started.stdin.close()
            started.wait(END_SECONDS)
