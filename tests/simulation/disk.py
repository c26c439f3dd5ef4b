"""The journal's connection to SQLite, which may be slow, fail, or see the process die."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from client_device_associator.core.decision import Decision
from client_device_associator.journal.journal import Journal
from simulation.files import Files
from simulation.plan import Window
from simulation.world import Crash, World

FULL, BROKEN, SLOW, LOCKED = "full disk", "disk errors", "slow disk", "locked journal"
LOCK_SECONDS = 5.0
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
    ) -> None:
        self.raw = connection
        self.decisions: list[Decision] = []
        self.on_commit: Callable[[Sequence[Decision]], None] = lambda _: None
        self.on_trouble: Callable[[], None] = lambda: None
        self.dead = False
        self._world = world
        self._windows = windows
        self._files = files
        self._crash_point = crash_point
        self._torn = torn
        self._dice = world.dice(f"disk at {world.time}")
        self._changes = 0

    @property
    def in_transaction(self) -> bool:
        """As the real one; a dead process has nothing to roll back."""
        return not self.dead and self.raw.in_transaction

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
        if self.dead:
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
        if self.dead:
            raise Crash
        self._stumble()
        cursor = self.raw.executemany(sql, rows)
        self._fill(sql)
        return cursor

    def executescript(self, sql: str) -> sqlite3.Cursor:
        """Runs statements that begin the journal."""
        self._crash_point("the journal is begun")
        return self.raw.executescript(sql)

    def close(self) -> None:
        """Closes the real one."""
        self.raw.close()

    def _holds(self, kind: str) -> bool:
        return any(one.kind == kind and one.holds(self._world.time) for one in self._windows)

    def _begin(self) -> None:
        self._crash_point("before BEGIN")
        if self._holds(LOCKED) and self._dice.random() < 0.5:
            self._world.time += LOCK_SECONDS
            self._fail(LOCKED, "database is locked")
        self._changes = self.raw.total_changes
        self.decisions.clear()

    def _stumble(self) -> None:
        if self._holds(BROKEN) and self._dice.random() < 0.1:
            self._fail(BROKEN, "disk I/O error")

    def _fill(self, sql: str) -> None:
        if sql.startswith(_WRITES) and self._holds(FULL) and self._changed():
            if self._dice.random() < 0.3:
                self.raw.execute("ROLLBACK")  # SQLite does that by itself in some such cases
            if self._dice.random() < 0.5 or not self.raw.in_transaction:
                self._fail(FULL, "database or disk is full")

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
        if changed and self._holds(FULL):
            self._fail(FULL, "database or disk is full")
        for window in self._windows:
            if changed and window.kind == SLOW and window.holds(self._world.time):
                self._world.time += self._dice.uniform(0.5, 1) * window.detail
                self._world.strike(SLOW)
        tearing = changed and self._torn()
        before = self._files.read() if tearing else None
        cursor = self.raw.execute("COMMIT")
        if before is not None and self._files.tear(before, self._dice):
            self._crash_point("in the middle of COMMIT")
        self.on_commit(self.decisions)
        self.decisions = []
        self._crash_point("after COMMIT")
        return cursor


class WatchedJournal(Journal):
    """The real journal on a simulated disk, with an eye on what it is told to store."""

    def __init__(self, path: Path, wrap: Callable[[sqlite3.Connection], Disk]) -> None:
        self._wrap = wrap
        self.on_drop: Callable[[int], None] = lambda _: None
        super().__init__(path)

    def store(self, decision: Decision) -> None:
        """Stores it, and remembers that it is part of this transaction."""
        super().store(decision)
        self.disk.decisions.append(decision)

    def drop_refused(self, keep: int) -> int:
        """Drops results, and tells how many."""
        dropped = super().drop_refused(keep)
        self.on_drop(dropped)
        return dropped

    @property
    def disk(self) -> Disk:
        """What it is on."""
        return cast("Disk", cast("Any", self._db))

    def _open(self) -> sqlite3.Connection:
        return cast("sqlite3.Connection", cast("Any", self._wrap(super()._open())))
