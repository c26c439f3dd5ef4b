"""What the operator's commands take on journals of several sizes, at rest and while one is written.

`python -m benchmarks.commands [devices]`
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from benchmarks.saying import say
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.journal import Journal
from client_device_associator.work_files import JOURNAL
from integration.associator import device_names

DEVICES = 100_000
SMALL = 10
KIBIBYTES_PER_MEBIBYTE = 1024
COMMANDS = (
    ("status",),
    ("devices",),
    ("devices", "--json"),
    ("devices", "--sort", "since"),
    ("devices", "--state", "failed", "device-*9"),
    ("why", "device-00005"),
    ("doctor",),
    ("report", "--html", "-"),
    ("export",),
)
_STATES = (DeviceState.ASSOCIATED,) * 8 + (DeviceState.PENDING, DeviceState.FAILED)


def fill(path: Path, count: int) -> None:
    """A journal with so many devices: most are associated, some wait, some have failed."""
    journal = Journal(path)
    devices = (
        Device(name, _STATES[number % len(_STATES)], time.time() - number)
        for number, name in enumerate(device_names(count))
    )
    with journal.transaction():
        journal.store(Decision(devices=tuple(devices)))
    journal.close()


@contextmanager
def written(path: Path) -> Iterator[None]:
    """A process that writes to the journal as fast as it can."""
    with subprocess.Popen(
        [sys.executable, "-m", "integration.busy_writer", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    ) as process:
        try:
            yield
        finally:
            process.kill()


def measure(folder: Path, arguments: tuple[str, ...]) -> str:
    """Runs a command; seconds to its first output and to its end, its memory, and its exit code."""
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "client_device_associator", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        lines, memory = process.stdout.read1().count(b"\n"), 0
        first = time.monotonic() - began
        while portion := process.stdout.read1():
            lines += portion.count(b"\n")
            memory = max(memory, most_memory(process.pid))
    whole = time.monotonic() - began
    shown = f", {memory / KIBIBYTES_PER_MEBIBYTE:.0f} MiB" if memory else ""
    return (
        f"first output {first:.2f} s, all {whole:.2f} s{shown}, {lines} lines,"
        f" exit code {process.returncode}"
    )


def most_memory(pid: int) -> int:
    """The most resident memory that a process had, in KiB; 0 if it has ended.

    What `wait` reports is at least that of the process that has started it.
    """
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next((int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line), 0)


def main() -> None:
    """Each command on each journal."""
    count = int(sys.argv[1]) if sys.argv[1:] else DEVICES
    with tempfile.TemporaryDirectory() as folder:
        for label, size, is_written in (
            ("no devices", 0, False),
            (f"{SMALL} devices", SMALL, False),
            (f"{count} devices", count, False),
            (f"{count} devices, written as fast as the disk allows", count, True),
        ):
            work = Path(folder) / label
            work.mkdir()
            fill(work / JOURNAL, size)
            say(f"{label}:")
            with written(work / JOURNAL) if is_written else nullcontext():
                for arguments in COMMANDS:
                    say(f"  {' '.join(arguments):42} {measure(work, arguments)}")
        damaged = Path(folder) / "damaged"
        damaged.mkdir()
        (damaged / JOURNAL).write_bytes(os.urandom(DEVICES))
        say("a damaged journal:")
        for arguments in COMMANDS:
            say(f"  {' '.join(arguments):42} {measure(damaged, arguments)}")


if __name__ == "__main__":
    main()
