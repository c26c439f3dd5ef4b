"""A component's state, as the nucleus sees it, and waiting for one."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class ComponentState(str, Enum):
    """The states of a component's lifecycle that the sandbox tells apart."""

    NEW = "NEW"
    INSTALLED = "INSTALLED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    ERRORED = "ERRORED"
    BROKEN = "BROKEN"
    FINISHED = "FINISHED"
    STOPPED = "STOPPED"

    def __str__(self) -> str:
        return self.value


FINAL_STATES = frozenset({ComponentState.BROKEN, ComponentState.FINISHED, ComponentState.STOPPED})
"""States that a component leaves only through a new deployment."""


@dataclass(frozen=True)
class Snapshot:
    """Everything known of a component at one moment.

    Attributes:
        history: Every state since the deployment, the present one last.
        pid: Of the process that is running, or None.
        exit_codes: Of the run step, in order; negative for a signal, as in `subprocess`.
        restarts: How often the run step was started again.
    """

    history: tuple[ComponentState, ...] = (ComponentState.NEW,)
    pid: int | None = None
    exit_codes: tuple[int, ...] = ()
    restarts: int = 0

    @property
    def state(self) -> ComponentState:
        """The present state."""
        return self.history[-1]


class StateRecord:
    """Holds a component's snapshots: one thread writes, any may read and wait."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._snapshot = Snapshot()

    @property
    def snapshot(self) -> Snapshot:
        """What is known now."""
        with self._changed:
            return self._snapshot

    def replace(self, snapshot: Snapshot) -> None:
        """Make a new snapshot known and wake who waits for it."""
        with self._changed:
            self._snapshot = snapshot
            self._changed.notify_all()

    def wait_for(self, predicate: Callable[[Snapshot], bool], timeout: float) -> Snapshot | None:
        """Wait until the predicate holds, at most ``timeout`` seconds; None if it never did."""
        with self._changed:
            held = self._changed.wait_for(lambda: predicate(self._snapshot), timeout)
            return self._snapshot if held else None
