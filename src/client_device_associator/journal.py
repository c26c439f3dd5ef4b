"""The only state that outlives the process: devices, announcements waiting, results owed."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device, DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.errors import JournalError

APPLICATION_ID = 0x43444131
"""SQLite's mark of whose file this is: "CDA1"."""

SCHEMA_VERSION = 1

LOCK_TIMEOUT_SECONDS = 5.0
"""An orphan of an earlier nucleus may hold the journal for a moment."""

_NAMES_PER_QUERY = 500
"""SQLite before 3.32 takes 999 parameters."""

_FORGET_AT_ONCE = 200
"""Rows dropped with one decision, so that it stays short."""

_SCHEMA = """
CREATE TABLE device (
    thing_name TEXT PRIMARY KEY,
    state INTEGER NOT NULL,
    since REAL NOT NULL,
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL,
    told_retrying INTEGER NOT NULL,
    code TEXT,
    message TEXT
) WITHOUT ROWID;
CREATE INDEX device_due ON device (due_at, thing_name) WHERE state = 0;
CREATE INDEX device_settled ON device (since) WHERE state <> 0;
CREATE TABLE waiting (
    thing_name TEXT NOT NULL,
    topic TEXT NOT NULL,
    announcement_id TEXT NOT NULL,
    PRIMARY KEY (thing_name, topic, announcement_id)
) WITHOUT ROWID;
CREATE TABLE owed (
    owed_id INTEGER PRIMARY KEY AUTOINCREMENT,
    send_at REAL NOT NULL,
    refusals INTEGER NOT NULL,
    result TEXT NOT NULL
);
CREATE INDEX owed_next ON owed (send_at, owed_id);
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """A result that the nucleus has not taken yet; `refusals` counts how often it would not."""

    owed_id: int
    result: Result
    refusals: int


class Journal:
    """SQLite in the component's work directory; used by one thread.

    Every commit is synced, so that what was answered for survives a power loss. Nothing is written
    where nothing changes: the flash of a core device wears out.
    """

    def __init__(self, path: Path) -> None:
        """Opens the journal, or begins one.

        Raises:
            JournalError: The file cannot be opened or written.
        """
        try:
            self._db = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None)
            self._prepare()
        except sqlite3.Error as error:
            raise JournalError(f"cannot open the journal {path}: {error}") from error

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            self._db.executescript(
                f"BEGIN IMMEDIATE;{_SCHEMA}"
                f"PRAGMA application_id = {APPLICATION_ID};"
                f"PRAGMA user_version = {SCHEMA_VERSION};COMMIT;"
            )

    def close(self) -> None:
        """Closes the file; nothing may be asked of it after that."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything stored inside is on disk when it ends, or, if it raises, nothing is.

        Raises:
            JournalError: It could not be stored; the journal is as before.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise JournalError(f"cannot write the journal: {error}") from error

    def store(self, decision: Decision) -> None:
        """Writes what a decision changes; within a transaction."""
        self._db.executemany(
            "INSERT OR REPLACE INTO device VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    device.thing_name,
                    device.state.value,
                    device.since,
                    device.due_at,
                    device.attempts,
                    device.told_retrying,
                    device.code,
                    device.message,
                )
                for device in decision.devices
            ),
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO waiting VALUES (?, ?, ?)",
            ((one.thing_name, one.topic, one.announcement_id or "") for one in decision.waiting),
        )
        self._db.executemany(
            "DELETE FROM waiting WHERE thing_name = ?", ((name,) for name in decision.settled)
        )
        self._db.executemany(
            "INSERT INTO owed (send_at, refusals, result) VALUES (0, 0, ?)",
            ((_dump(result),) for result in decision.owed),
        )
        if decision.forget_before is not None:
            self._db.execute(
                "DELETE FROM device WHERE thing_name IN (SELECT thing_name FROM device"
                " WHERE state <> 0 AND since < ? ORDER BY since LIMIT ?)",
                (decision.forget_before, _FORGET_AT_ONCE),
            )

    def devices(self, thing_names: Sequence[str]) -> Mapping[str, Device]:
        """Those of the devices that are known."""
        found: dict[str, Device] = {}
        query = "SELECT * FROM device WHERE thing_name IN ({})"
        for name, state, since, due_at, attempts, told, code, message in self._select(
            query, thing_names
        ):
            device = Device(
                name, DeviceState(state), since, due_at, attempts, bool(told), code, message
            )
            found[name] = device
        return found

    def waiting(self, thing_names: Sequence[str]) -> Mapping[str, Sequence[Announcement]]:
        """The announcements of these devices whose outcome has not been told yet."""
        found: dict[str, list[Announcement]] = {}
        query = "SELECT * FROM waiting WHERE thing_name IN ({})"
        for name, topic, announcement_id in self._select(query, thing_names):
            found.setdefault(name, []).append(Announcement(name, topic, announcement_id or None))
        return found

    def pending(self) -> int:
        """How many devices wait to be associated."""
        ((number,),) = self._read("SELECT COUNT(*) FROM device WHERE state = 0")
        return int(number)

    def due(self, now: float, limit: int) -> Sequence[str]:
        """Thing names of pending devices that may be called for, those longest due first."""
        rows = self._read(
            "SELECT thing_name FROM device WHERE state = 0 AND due_at <= ?"
            " ORDER BY due_at, thing_name LIMIT ?",
            (now, limit),
        )
        return [name for (name,) in rows]

    def next_due_at(self) -> float | None:
        """When the first of the pending devices is, or was, due; steady seconds."""
        ((first,),) = self._read("SELECT MIN(due_at) FROM device WHERE state = 0")
        return None if first is None else float(first)

    def take_up(self, now: float, longest_wait: float) -> None:
        """Makes ready what an earlier process has left.

        Results that the nucleus would not take are sent again now: what kept it from taking them
        may be what the restart has mended. And no device waits longer than any device should, as
        it would if the clock was wrong when it was stored.

        Args:
            now: Steady seconds.
            longest_wait: Seconds after which every pending device is due.
        """
        with self.transaction():
            latest = now + longest_wait
            self._db.execute(
                "UPDATE device SET due_at = ? WHERE state = 0 AND due_at > ?", (latest, latest)
            )
            self._db.execute("UPDATE owed SET send_at = ? WHERE send_at > ?", (now, now))

    def owed(self, now: float, limit: int) -> Sequence[Owed]:
        """Results to be sent now, oldest first."""
        rows = self._read(
            "SELECT owed_id, result, refusals FROM owed WHERE send_at <= ?"
            " ORDER BY send_at, owed_id LIMIT ?",
            (now, limit),
        )
        return [Owed(owed_id, _load(text), refusals) for owed_id, text, refusals in rows]

    def next_send_at(self) -> float | None:
        """When the next result owed is, or was, to be sent; steady seconds."""
        ((first,),) = self._read("SELECT MIN(send_at) FROM owed")
        return None if first is None else float(first)

    def sent(self, owed_ids: Iterable[int]) -> None:
        """The nucleus took these results; within a transaction."""
        self._db.executemany(
            "DELETE FROM owed WHERE owed_id = ?", ((owed_id,) for owed_id in owed_ids)
        )

    def send_later(self, owed_ids: Iterable[int], send_at: float) -> None:
        """The nucleus did not take these results; within a transaction."""
        self._db.executemany(
            "UPDATE owed SET send_at = ?, refusals = refusals + 1 WHERE owed_id = ?",
            ((send_at, owed_id) for owed_id in owed_ids),
        )

    def drop_refused(self, keep: int) -> int:
        """Drops the oldest results that were refused, down to a number; within a transaction.

        Returns:
            How many were dropped.
        """
        return self._db.execute(
            "DELETE FROM owed WHERE owed_id IN (SELECT owed_id FROM owed WHERE refusals > 0"
            " ORDER BY owed_id DESC LIMIT -1 OFFSET ?)",
            (keep,),
        ).rowcount

    def _select(self, query: str, names: Sequence[str]) -> Iterator[Sequence[Any]]:
        for start in range(0, len(names), _NAMES_PER_QUERY):
            portion = names[start : start + _NAMES_PER_QUERY]
            yield from self._read(query.format(",".join("?" * len(portion))), portion)

    def _read(self, query: str, values: Sequence[object] = ()) -> list[Sequence[Any]]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise JournalError(f"cannot read the journal: {error}") from error


def _dump(result: Result) -> str:
    return json.dumps({key: value for key, value in asdict(result).items() if value is not None})


def _load(text: str) -> Result:
    fields = json.loads(text)
    return Result(**fields | {"status": Status(fields["status"])})
