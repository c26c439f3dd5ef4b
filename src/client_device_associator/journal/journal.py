"""The only state that outlives the process: devices, announcements waiting, results owed."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.result import Result
from client_device_associator.errors import JournalError
from client_device_associator.journal.file import (
    Identity,
    SetAside,
    identity,
    is_damage,
    open_journal,
    set_aside,
)
from client_device_associator.journal.rows import (
    device_row,
    dump_result,
    load_result,
    read_announcement_row,
    read_device,
    text,
)
from client_device_associator.messages.announcement import Announcement

_NAMES_PER_QUERY = 500
"""SQLite before 3.32 takes 999 parameters."""

_FORGET_AT_ONCE = 200
"""Rows dropped with one decision, so that it stays short."""

_TRIAL = "x" * 16_384
"""Several pages."""


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

    def __init__(
        self, path: Path, on_set_aside: Callable[[SetAside], None] = lambda _: None
    ) -> None:
        """Names the file; it is opened when it is needed, and again after it has failed.

        Args:
            path: The database file.
            on_set_aside: Told when a journal that cannot be used gave way to a new one.
        """
        self._path = path
        self._on_set_aside = on_set_aside
        self.generation = 1
        self._database: sqlite3.Connection | None = None
        self._opened: Identity | None = None

    @property
    def _db(self) -> sqlite3.Connection:
        """The open database; raises sqlite3.Error or OSError.

        A file that is not there any more under its name survives no restart: whoever has moved it,
        an orphan of an earlier nucleus that found it damaged or a person, a new one is begun.
        """
        if (
            self._database is not None
            and not self._database.in_transaction
            and identity(self._path) != self._opened
        ):
            self.close()
            self._give_up(SetAside(Path("elsewhere"), "somebody has moved or removed it"))
        if self._database is None:
            self._database = self._open()
        return self._database

    def _open(self) -> sqlite3.Connection:
        database, aside = open_journal(self._path)
        self._opened = identity(self._path)
        if aside is not None:
            self._give_up(aside)
        return database

    def _give_up(self, aside: SetAside | None) -> None:
        """The file at hand is the journal no more; None if somebody else has made way already."""
        self.generation += 1
        if aside is not None:
            self._on_set_aside(aside)

    def close(self) -> None:
        """Closes the file; it is opened again if anything more is asked of it."""
        database, self._database = self._database, None
        if database is not None:
            database.close()

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
                # None if a read has found it damaged, and it was set aside meanwhile.
                if self._database is not None and self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError) as error:
            raise self._failed("write", error) from error

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Whatever goes wrong while rows are read and made sense of is the journal's fault."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, KeyError, TypeError) as error:
            raise self._failed("read", error) from error

    def _failed(self, what: str, error: Exception) -> JournalError:
        """Makes way for a new journal, unless the trouble is just that of the disk for now."""
        if is_damage(error):
            self.close()
            aside: SetAside | None = None
            with suppress(OSError):
                # The file that was read: another process may have begun a new one by now.
                aside = set_aside(self._path, "damaged", str(error), self._opened)
            self._give_up(aside)
        return JournalError(f"cannot {what} the journal {self._path.name}: {error}")

    def try_out(self) -> None:
        """Writes as much as an announcement and takes it back; raises JournalError if it fails.

        Less would fit into a page that the file has already, and prove nothing of a full disk.
        """
        with self.transaction():
            trial = self._db.execute(
                "INSERT INTO owed (send_at, refusals, result) VALUES (0, 0, ?)", (_TRIAL,)
            )
            self._db.execute("DELETE FROM owed WHERE owed_id = ?", (trial.lastrowid,))

    def store(self, decision: Decision) -> None:
        """Writes what a decision changes; within a transaction."""
        self._db.executemany(
            "INSERT OR REPLACE INTO device VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            map(device_row, decision.devices),
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
            ((dump_result(result),) for result in decision.owed),
        )
        if decision.forget_before is not None:
            self._db.execute(
                "DELETE FROM device WHERE thing_name IN (SELECT thing_name FROM device"
                " WHERE state <> 0 AND since < ? ORDER BY since LIMIT ?)",
                (decision.forget_before, _FORGET_AT_ONCE),
            )

    def devices(self, thing_names: Sequence[str]) -> Mapping[str, Device]:
        """Those of the devices that are known."""
        query = "SELECT * FROM device WHERE thing_name IN ({})"
        with self._reading():
            devices = map(read_device, self._select(query, thing_names))
            return {device.thing_name: device for device in devices}

    def waiting(self, thing_names: Sequence[str]) -> Mapping[str, Sequence[Announcement]]:
        """The announcements of these devices whose outcome has not been told yet."""
        found: dict[str, list[Announcement]] = {}
        query = "SELECT * FROM waiting WHERE thing_name IN ({})"
        with self._reading():
            for one in map(read_announcement_row, self._select(query, thing_names)):
                found.setdefault(one.thing_name, []).append(one)
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
        with self._reading():
            return [text(name) for (name,) in rows]

    def next_due_at(self, count: int = 1) -> float | None:
        """When so many of the pending devices are, or were, due; None if there are fewer."""
        rows = self._read(
            "SELECT due_at FROM device WHERE state = 0 ORDER BY due_at LIMIT 1 OFFSET ?",
            (count - 1,),
        )
        with self._reading():
            return next((float(due_at) for (due_at,) in rows), None)

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
            self._send_all_now(now)

    def owed(self, now: float, limit: int, busy: Collection[int] = ()) -> Sequence[Owed]:
        """Results to be sent now, oldest first, but for those that are on their way already."""
        rows = self._read(
            "SELECT owed_id, result, refusals FROM owed WHERE send_at <= ?"
            " ORDER BY send_at, owed_id LIMIT ?",
            (now, limit + len(busy)),
        )
        with self._reading():
            return [
                Owed(int(owed_id), load_result(result), int(refusals))
                for owed_id, result, refusals in rows
                if owed_id not in busy
            ]

    def next_send_at(self) -> float | None:
        """When the next result owed is, or was, to be sent; steady seconds."""
        ((first,),) = self._read("SELECT MIN(send_at) FROM owed")
        with self._reading():
            return None if first is None else float(first)

    def sent(self, owed_ids: Iterable[int]) -> None:
        """The nucleus took these results; within a transaction."""
        self._db.executemany(
            "DELETE FROM owed WHERE owed_id = ?", ((owed_id,) for owed_id in owed_ids)
        )

    def send_refused_now(self, now: float) -> None:
        """Makes everything owed due: what kept the nucleus from taking it may have changed."""
        with self.transaction():
            self._send_all_now(now)

    def _send_all_now(self, now: float) -> None:
        self._db.execute("UPDATE owed SET send_at = ? WHERE send_at > ?", (now, now))

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
        with self._reading():
            return self._db.execute(query, values).fetchall()
