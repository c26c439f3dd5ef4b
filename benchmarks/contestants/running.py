"""A contestant that runs: a process on a core device, and what it says of itself."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measures import processes
from benchmarks.measures.processes import Memory
from greengrass_sandbox import CoreDevice
from integration.associator import JOURNAL
from integration.associator import NAME as COMPONENT

_POLL_SECONDS = 0.002
_START_SECONDS = 60.0
_END_SECONDS = 30.0
PATH = ":".join(str(Path(entry).resolve()) for entry in sys.path)
"""Where processes in other folders find our packages."""


@dataclass(frozen=True)
class Command:
    """What is run.

    Attributes:
        words: In the work directory.
        filters: The topics to which it is subscribed when it has started.
        environment: Variables besides those of the nucleus.
    """

    words: Sequence[str]
    filters: Sequence[str]
    environment: Mapping[str, str]


class Running(contextlib.AbstractContextManager["Running"]):
    """A process that listens; it ends with the `with` block.

    Args:
        core: Its core device.
        name: Its component name there.
        configuration: What it is configured to.
        command: What is run.

    Attributes:
        start_seconds: From the start of its process until it was subscribed.
    """

    def __init__(
        self,
        core: CoreDevice,
        name: str,
        configuration: Mapping[str, Any],
        command: Command,
    ) -> None:
        self.core = core
        self.name = name
        self.work = core.layout.work(name)
        self.work.mkdir(parents=True, exist_ok=True)
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        nucleus_sets = core.environment(name, configuration)
        began = time.monotonic()
        with (self.work.parent / f"{name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                command.words,
                cwd=self.work,
                env={**inherited, "PYTHONPATH": PATH, **nucleus_sets, **command.environment},
                stdin=subprocess.PIPE,
                stdout=log if name == COMPONENT else subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait_until_subscribed(set(command.filters), began + _START_SECONDS)
        except BaseException:
            self.stop()
            raise
        self.start_seconds = time.monotonic() - began

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def pids(self) -> list[int]:
        """Its processes: itself, and those that it has started."""
        return [self.pid, *processes.children(self.pid)]

    def memory(self) -> Memory:
        """The memory of its first process."""
        return processes.memory_of([self.pid])

    def memory_of_all(self) -> Memory:
        """The memory of all its processes."""
        return processes.memory_of(self.pids())

    def cpu(self) -> dict[int, float]:
        """CPU seconds so far, by process."""
        return {pid: processes.cpu_seconds(pid) for pid in self.pids()}

    def stop(self) -> None:
        """Ends it, and waits for the end."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def count(self) -> int:
        """How many announcements it has received so far, as it says itself."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        self._process.stdin.write(b"?\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        # Its first line says that it is ready.
        received: int = json.loads(
            line if line.startswith(b"{") else self._process.stdout.readline()
        )["received"]
        return received

    def _wait_until_subscribed(self, filters: set[str], give_up_at: float) -> None:
        pace = threading.Event()
        while not filters <= set(self.core.call(self.core.nucleus.subscriptions, self.name)):
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"{self.name} has not started")
            pace.wait(_POLL_SECONDS)


class RunningComponent(Running):
    """The component. What it has taken is what its journal has: nothing is asked of it."""

    def count(self) -> int:
        """How many devices are in its journal."""
        path = self.work / JOURNAL
        if not path.exists():
            return 0
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
            found: int = journal.execute("SELECT count(*) FROM device").fetchone()[0]
            return found


def quiet(running: Running, still_seconds: float, patience_seconds: float) -> bool:
    """Waits until a contestant's processes have used no CPU for a moment; False if they do not."""
    return settled(lambda: sum(running.cpu().values()), still_seconds, patience_seconds)


def settled(
    figure: Callable[[], float], still_seconds: float, patience_seconds: float, least: float = 0.002
) -> bool:
    """Waits until a figure grows by less than `least` in a while; False if that takes too long."""
    pause, until = threading.Event(), time.monotonic() + patience_seconds
    before = figure()
    while time.monotonic() < until:
        pause.wait(still_seconds)
        now = figure()
        if now - before < least:
            return True
        before = now
    return False
