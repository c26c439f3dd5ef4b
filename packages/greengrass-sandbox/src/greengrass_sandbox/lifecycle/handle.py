"""A deployed component, for callers that are synchronous."""

from collections.abc import Callable
from pathlib import Path

from greengrass_sandbox.lifecycle.deployed import Deployed
from greengrass_sandbox.lifecycle.states import ComponentState, Snapshot
from greengrass_sandbox.plumbing.loop import LoopThread

DEFAULT_WAIT_SECONDS = 30.0
_LOG_TAIL_LINES = 20


class ComponentHandle:
    """Looks at a component, waits for what becomes of it, kills and stops it.

    Args:
        deployed: The component.
        loop: The loop on which it is supervised.
    """

    def __init__(self, deployed: Deployed, loop: LoopThread) -> None:
        self._deployed = deployed
        self._loop = loop

    @property
    def name(self) -> str:
        """The component's name."""
        return self._deployed.supervisor.component

    @property
    def snapshot(self) -> Snapshot:
        """All that is known of it, at one moment."""
        return self._deployed.record.snapshot

    @property
    def state(self) -> ComponentState:
        """Its present state."""
        return self.snapshot.state

    @property
    def pid(self) -> int | None:
        """The process id of the step that is running, or None."""
        return self.snapshot.pid

    @property
    def restarts(self) -> int:
        """How often its run step was started again."""
        return self.snapshot.restarts

    @property
    def exit_codes(self) -> list[int]:
        """With what its run step has ended, each time; negative for a signal."""
        return list(self.snapshot.exit_codes)

    @property
    def log_path(self) -> Path:
        """The file that has its output."""
        return self._deployed.log_path

    def log_tail(self, lines: int = _LOG_TAIL_LINES) -> str:
        """The last lines of its log."""
        text = self.log_path.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def wait_for(
        self,
        predicate: Callable[[Snapshot], bool],
        timeout: float = DEFAULT_WAIT_SECONDS,
        *,
        what: str = "the expected",
    ) -> Snapshot:
        """Wait until the predicate holds of a snapshot, and return that.

        Raises:
            TimeoutError: It did not within ``timeout`` seconds; tells the state and the log's end.
        """
        snapshot = self._deployed.record.wait_for(predicate, timeout)
        if snapshot is None:
            raise TimeoutError(
                f"{self.name}: {what} did not happen within {timeout:g} s; "
                f"it is {self.state}, its log ends with:\n{self.log_tail()}"
            )
        return snapshot

    def wait_for_state(
        self, state: ComponentState | str, timeout: float = DEFAULT_WAIT_SECONDS
    ) -> Snapshot:
        """Wait until it is in the state, or has passed through it since this call.

        Raises:
            TimeoutError: It was not; tells the present state and the log's end.
        """
        wanted = ComponentState(state)
        passed = len(self.snapshot.history)

        def reached(snapshot: Snapshot) -> bool:
            return snapshot.state is wanted or wanted in snapshot.history[passed:]

        return self.wait_for(reached, timeout, what=f"state {wanted}")

    def kill(self, timeout: float = DEFAULT_WAIT_SECONDS) -> None:
        """Kill its process (not its children) with SIGKILL, and wait until it is dead."""
        pid = self.pid
        self._loop.call(self._deployed.supervisor.kill)
        if pid is not None:
            self.wait_for(lambda snapshot: snapshot.pid != pid, timeout, what=f"the end of {pid}")

    def stop(self) -> None:
        """Stop it for good, as a nucleus does: SIGTERM, and SIGKILL if it does not end."""
        self._loop.call(self._deployed.stop)
