"""What the operator's commands take on journals of several sizes, at rest and in use.

While one is written as fast as the disk allows, and beside a component that is busy; as the
component's own user, and as one who may only read.

`python -m benchmarks.separate.commands [devices]`
"""

import io
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.contestants.saying import say
from benchmarks.separate.measuring import core_device
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.journal import Journal
from client_device_associator.work_files import JOURNAL
from greengrass_sandbox import CoreDevice
from integration.announcer import SHARED
from integration.associator import Associator, associated, device_names, eventually
from support.other_user import NOBODY

DEVICES = 100_000
SMALL = 10
KIBIBYTES_PER_MEBIBYTE = 1024
READ_BY_ALL, GO_IN = 0o644, 0o755
IN_A_MESSAGE = 50
MOST_WAITING = 3000
NAME, NEW = "device-00005", "new-"
LOOKING = (
    ("status",),
    ("devices",),
    ("devices", "--json"),
    ("devices", "--sort", "since"),
    ("devices", "--state", "failed", "device-*9"),
    ("why", NAME),
    ("doctor",),
    ("report", "--html", "-"),
    ("export",),
    ("completion", "bash"),
)
CHANGING = (
    ("retry", NAME),
    ("retry", "device-0000*"),
    ("forget", NAME),
    ("announce", NAME),
    ("reconcile",),
)
PYTHONS = (sys.executable, "/usr/bin/python3")
"""One of them may be run by any user."""

_STATES = (DeviceState.ASSOCIATED,) * 8 + (DeviceState.PENDING, DeviceState.FAILED)


def fill(path: Path, count: int, states: Sequence[DeviceState] = _STATES) -> None:
    """A journal with so many devices: most are associated, some wait, some have failed."""
    journal = Journal(path)
    devices = (
        Device(name, states[number % len(states)], time.time() - number)
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
            log = path.with_name(f"{path.name}-wal")
            eventually(log.exists)
            yield
        finally:
            process.kill()


@dataclass(frozen=True)
class Person:
    """Somebody at a command line.

    Attributes:
        name: For the reader of this.
        python: What runs the command.
        user: A user id; None for ours.
    """

    name: str
    python: str = sys.executable
    user: int | None = None

    def measure(self, folder: Path, arguments: Sequence[str]) -> None:
        """Runs a command in a work directory, and prints what it takes."""
        began = time.monotonic()
        with subprocess.Popen(
            [self.python, "-m", "client_device_associator", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            user=self.user,
            extra_groups=None if self.user is None else (),
        ) as process:
            assert isinstance(process.stdout, io.BufferedReader)  # noqa: S101 - a pipe was asked for
            lines, memory = process.stdout.read1().count(b"\n"), most_memory(process.pid)
            first, used = time.monotonic() - began, cpu_seconds(process.pid)
            while portion := process.stdout.read1():
                lines += portion.count(b"\n")
                memory = max(memory, most_memory(process.pid))
            whole = time.monotonic() - began
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        shown = f", {memory / KIBIBYTES_PER_MEBIBYTE:.0f} MiB" if memory else ""
        say(
            f"  {' '.join(arguments):34} {self.name:6} first output {first:.2f} s ({used:.2f} of"
            f" CPU), all {whole:.2f} s ({usage.ru_utime + usage.ru_stime:.2f} of CPU){shown},"
            f" {lines} lines, exit code {process.returncode}"
        )


def people() -> Sequence[Person]:
    """The component's user, and if we are root one who may only read."""
    owner = Person("owner")
    if os.geteuid() != 0:
        say("be root to measure somebody who may only read as well")
        return (owner,)
    for python in PYTHONS:
        try:
            subprocess.run([python, "-c", ""], user=NOBODY, extra_groups=(), check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return (owner, Person("reader", python, NOBODY))
    say("no Python here may be run by another user")
    return (owner,)


def let_read(folder: Path) -> None:
    """Everybody may read the files of a work directory."""
    folder.chmod(GO_IN)
    for file in folder.iterdir():
        if file.is_file():
            file.chmod(READ_BY_ALL)


def cpu_seconds(pid: int) -> float:
    """What a process has used of a processor, busy or not; 0 if it has ended."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system


def most_memory(pid: int) -> int:
    """The most resident memory that a process had, in KiB; 0 if it has ended.

    What `wait` reports is at least that of the process that has started it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line), 0)


def at_rest(folder: Path, count: int) -> None:
    """Commands that look, without a component."""
    for label, size, is_written in (
        ("no devices", 0, False),
        (f"{SMALL} devices", SMALL, False),
        (f"{count} devices", count, False),
        (f"{count} devices, written as fast as the disk allows", count, True),
    ):
        work = folder / label
        work.mkdir()
        fill(work / JOURNAL, size)
        with written(work / JOURNAL) if is_written else nullcontext():
            measure_all(label, work, LOOKING)
    damaged = folder / "damaged"
    damaged.mkdir()
    (damaged / JOURNAL).write_bytes(os.urandom(DEVICES))
    measure_all("a damaged journal", damaged, (*LOOKING, *CHANGING))


def measure_all(label: str, work: Path, commands: Sequence[Sequence[str]]) -> None:
    """Each command, as each of the people."""
    say(f"{label}:")
    for arguments in commands:
        for person in people():
            let_read(work)  # the component makes its files private again and again
            person.measure(work, arguments)


def beside_the_component(count: int) -> None:
    """All commands, while the component takes in announcements as fast as they come."""
    with core_device() as core:
        names = device_names(count)
        core.call(core.cloud.add_things, names)
        # As the journal has it: the cloud's list, read after the start, would end them otherwise.
        core.call(core.cloud.console.associate, core.thing_name or "", names)
        associator = Associator(core)
        for one in associator.work.parents:
            if one.is_relative_to(tempfile.gettempdir()) and one != Path(tempfile.gettempdir()):
                one.chmod(GO_IN)
        # The queue has no room for 10,000 besides.
        fill(associator.work / JOURNAL, count, [DeviceState.ASSOCIATED])
        stopped = threading.Event()
        announced: list[str] = []

        def announce() -> None:
            for number in range(10**9):
                if stopped.is_set():
                    return
                # More than this would be turned away, as it should be.
                eventually(lambda: len(announced) - new_ones(core, count) < MOST_WAITING)
                names = [f"{NEW}{number}-{index}" for index in range(IN_A_MESSAGE)]
                core.call(core.cloud.add_things, names)
                core.publish(SHARED, {"thingNames": names})
                announced.extend(names)

        associator.start(PYTHONPATH=":".join(sys.path)).wait_until_running()
        feeder = threading.Thread(target=announce)
        feeder.start()
        try:
            label = f"{count} devices, beside a component that is busy"
            measure_all(label, associator.work, (*LOOKING, *CHANGING))
        finally:
            stopped.set()
            feeder.join()
        eventually(lambda: set(announced) <= associated(core))
        say(f"announced meanwhile: {len(announced)} devices; all of them are associated")
        associator.close()


def new_ones(core: CoreDevice, known: int) -> int:
    """How many are associated besides those that were known before."""
    return len(associated(core)) - known


def main() -> None:
    """Each command on each journal."""
    count = int(sys.argv[1]) if sys.argv[1:] else DEVICES
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(GO_IN)
        at_rest(Path(folder), count)
    beside_the_component(count)


if __name__ == "__main__":
    main()
