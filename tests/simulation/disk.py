"""The journal's connection to SQLite, which may be slow, fail, or see the process die."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from client_device_associator.core.decision import Decision
from simulation.files import Files
from simulation.plan import Window
from simulation.world import Crash, World

FULL, BROKEN, SLOW, LOCKED = "full disk", "disk errors", "slow disk", "locked journal"
LOCK_SECONDS = 0.5
"""As long as the journal waits for another process."""

_SYNCHRONOUS_FULL = 2
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Disk:
    """Stands where the journal expects its connection, and hands everything on to the real one.

    Args:
        connection: The real one.
        world: Time passes in slow commits.
        windows: When the disk is in trouble.
        files: Where the connection's files are.
        crash_point: Raises if the process is to die here.
        torn: Asks whether it is to die in the middle of a commit.
        is_dead: Whether the process is.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        world: World,
        windows: Sequence[Window],
        files: Files,
        crash_point: Callable[[str], None],
        torn: Callable[[], bool],
        is_dead: Callable[[], bool],
    ) -> None:
        self.raw = connection
        self.decisions: list[Decision] = []
        self.on_commit: Callable[[Sequence[Decision]], None] = lambda _: None
        self.on_trouble: Callable[[], None] = lambda: None
        self._world = world
        self._windows = windows
        self._files = files
        self._crash_point = crash_point
        self._torn = torn
        self._is_dead = is_dead
        self._rng = world.rng(f"disk at {world.time}")
        self._changes = 0

    @property
    def in_transaction(self) -> bool:
        """As the real one; a dead process has nothing to roll back."""
        return not self._is_dead() and self.raw.in_transaction

    @property
    def syncs_commits(self) -> bool:
        """Whether SQLite syncs every commit with the settings that the journal has made.

        In WAL mode it does with synchronous = FULL or EXTRA; with NORMAL only checkpoints are
        synced, with OFF nothing is (SQLite's documentation of PRAGMA synchronous).
        """
        (synchronous,) = self.raw.execute("PRAGMA synchronous").fetchone()
        (mode,) = self.raw.execute("PRAGMA journal_mode").fetchone()
        return bool(synchronous >= _SYNCHRONOUS_FULL and mode not in {"memory", "off"})

    def execute(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Runs a statement."""
        if self._is_dead():
            raise Crash
        if sql.startswith("BEGIN"):
            self._begin()
        if sql.startswith("COMMIT"):
            return self._commit()
        if not sql.startswith(("ROLLBACK", "BEGIN")):
            self._stumble()
        cursor = self.raw.execute(sql, values)
        self._fill(sql)
        return cursor

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> sqlite3.Cursor:
        """Runs a statement for every row."""
        if self._is_dead():
            raise Crash
        self._stumble()
        cursor = self.raw.executemany(sql, rows)
        self._fill(sql)
        return cursor

    def close(self) -> None:
        """Closes the real one."""
        self.raw.close()

    def as_connection(self) -> sqlite3.Connection:
        """Itself: it has every method that the journal uses."""
        return cast("sqlite3.Connection", cast("Any", self))

    def _holds(self, kind: str) -> bool:
        return any(one.kind == kind and one.holds(self._world.time) for one in self._windows)

    def _begin(self) -> None:
        self._crash_point("before BEGIN")
        if self._holds(LOCKED) and self._rng.random() < 0.5:
            self._wait(LOCK_SECONDS)
            self._fail(LOCKED, "database is locked")
        self._changes = self.raw.total_changes
        self.decisions.clear()

    def _stumble(self) -> None:
        if self._holds(BROKEN) and self._rng.random() < 0.1:
            self._fail(BROKEN, "disk I/O error")

    def _fill(self, sql: str) -> None:
        if sql.startswith(_WRITES) and self._is_full() and self._changed():
            if self._rng.random() < 0.3:
                self.raw.execute("ROLLBACK")  # SQLite does that by itself in some such cases
            if self._rng.random() < 0.5 or not self.raw.in_transaction:
                self._fail(FULL, "database or disk is full")

    def _is_full(self) -> bool:
        """Whether there is no room for what is written now; in some windows there is at times."""
        windows = [one for one in self._windows if one.kind == FULL and one.holds(self._world.time)]
        return any(self._rng.random() >= one.detail for one in windows)

    def _wait(self, seconds: float) -> None:
        """Time passes, in which other threads go on; the process may be killed meanwhile."""
        self._world.wait_in_main(seconds, self._is_dead)
        if self._is_dead():
            raise Crash

    def _changed(self) -> bool:
        return self.raw.total_changes > self._changes

    def _fail(self, kind: str, message: str) -> None:
        self._world.strike(kind)
        self._world.say(f"disk: {message}")
        self.on_trouble()
        raise sqlite3.OperationalError(message)

    def _commit(self) -> sqlite3.Cursor:
        self._crash_point("before COMMIT")
        changed = self._changed()
        if changed and self._is_full():
            self._fail(FULL, "database or disk is full")
        for window in self._windows:
            if changed and window.kind == SLOW and window.holds(self._world.time):
                self._world.strike(SLOW)
                self._wait(self._rng.uniform(0.5, 1) * window.detail)
        tearing = changed and self._torn()
        before = self._files.read() if tearing else None
        cursor = self.raw.execute("COMMIT")
        if before is not None and self._files.tear(before, self._rng):
            self._crash_point("in the middle of COMMIT")
        self.on_commit(self.decisions)
        self.decisions.clear()
        self._crash_point("after COMMIT")
        return cursor
