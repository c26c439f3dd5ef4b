"""One run: what all measurements share."""

import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from benchmarks.contestants.saying import say
from benchmarks.plan import Plan
from benchmarks.report.record import Record

_AT_ONCE = 8


class Run:
    """A run.

    Args:
        plan: How much is measured.
        record: Where the figures go.
        disk_library: Counts syncs and writes, see `measures.disk`; None if there is none.
    """

    def __init__(self, plan: Plan, record: Record, disk_library: Path | None) -> None:
        self.plan = plan
        self.record = record
        self.disk_library = disk_library
        self._later = ThreadPoolExecutor(_AT_ONCE)
        self._pending: list[Future[None]] = []
        self._began = time.monotonic()

    def add(self, measure: str, at: str, contestant: str, figure: float | None) -> None:
        """Records a figure."""
        self.record.add(measure, at, contestant, figure)

    def say(self, text: str) -> None:
        """Prints how the run goes on."""
        say(f"{time.monotonic() - self._began:5.0f} s  {text}")

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Does something later, while the run goes on with what comes next."""

        def wait_and_act() -> None:
            wait(seconds)
            act()

        self._pending.append(self._later.submit(wait_and_act))

    def attempt(self, part: str, act: Callable[["Run"], None]) -> bool:
        """Does a part of the run; False, and a traceback, if it fails: the others are worth it."""
        try:
            act(self)
        except Exception:  # noqa: BLE001 - whatever it is, minutes of other figures are at stake
            self.say(f"{part} has failed:\n{traceback.format_exc()}")
            return False
        return True

    def finish(self) -> None:
        """Waits for what is done later; raises what was raised there."""
        for one in self._pending:
            one.result()
        self._pending.clear()

    def close(self) -> None:
        """Ends the threads."""
        self._later.shutdown()

    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._began


def wait(seconds: float) -> None:
    """Lets time pass: what is measured is what happens meanwhile."""
    threading.Event().wait(seconds)
