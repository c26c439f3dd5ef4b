"""The open database: opened when it is needed, and again after it has failed."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

from client_device_associator.errors import JournalError
from client_device_associator.journal.file import is_damage, open_journal
from client_device_associator.journal.set_aside import Identity, SetAside, identity, set_aside

OnSetAside = Callable[[SetAside], None]

Opener = Callable[[Path], tuple[sqlite3.Connection, SetAside | None]]

_PARAMETERS_PER_QUERY = 500
"""SQLite before 3.32 takes 999."""

_ROWS_PER_STATEMENT = (32, 8, 1)
"""Inserted together; the largest has 384 parameters."""


class Database:
    """SQLite in the component's work directory; used by one thread.

    Every commit is synced, so that what was confirmed survives a power loss.

    Args:
        path: The database file.
        on_set_aside: Called when a file that cannot be used was replaced by a new one.
        opener: Opens the file.

    Attributes:
        replaced: How often the file was replaced by a new one: row numbers of different files mean
            different rows.
    """

    def __init__(
        self,
        path: Path,
        on_set_aside: OnSetAside,
        opener: Opener = open_journal,
    ) -> None:
        self._path = path
        self._on_set_aside = on_set_aside
        self._opener = opener
        self._database: sqlite3.Connection | None = None
        self._opened: Identity | None = None
        self.replaced = 0

    @property
    def connection(self) -> sqlite3.Connection:
        """The open database; raises sqlite3.Error or OSError.

        A file that is not there any more under its name does not survive a restart: when an orphan
        of an earlier nucleus or a person has moved it, a new one is started.
        """
        if (
            self._database is not None
            and not self._database.in_transaction
            and identity(self._path) != self._opened
        ):
            self.close()
            self._replace(SetAside(Path("elsewhere"), "somebody has moved or removed it"))
        if self._database is None:
            self._database = self._open()
        return self._database

    def close(self) -> None:
        """Closes the file; it is opened again if it is needed."""
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
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                # None if a read has found it damaged, and it was set aside meanwhile.
                if self._database is not None and self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError) as error:
            raise self._failed("write", error) from error

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Whatever goes wrong while rows are read and converted is the journal's fault."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, KeyError, TypeError) as error:
            raise self._failed("read", error) from error

    def read(self, query: str, values: Sequence[object] = ()) -> list[Sequence[Any]]:
        """All rows of a query; raises JournalError."""
        with self.reading():
            return self.connection.execute(query, values).fetchall()

    def read_for(self, query: str, keys: Sequence[object]) -> Iterator[Sequence[Any]]:
        """All rows of a query with `IN ({})` for these keys; raises JournalError."""
        for text, portion in _in_portions(query, keys):
            yield from self.read(text, portion)

    def write(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Runs a statement; within a transaction, which translates what it raises."""
        return self.connection.execute(statement, values)

    def write_for(self, statement: str, keys: Sequence[object], *before: object) -> None:
        """Runs a statement with `IN ({})` for these keys, and values for what stands before it.

        Within a transaction.
        """
        for text, portion in _in_portions(statement, keys):
            self.connection.execute(text, (*before, *portion))

    def insert_all(self, into: str, rows: Iterable[Sequence[object]]) -> None:
        """Adds rows, many with one statement; within a transaction.

        For each statement Python lets go of its lock and takes it again, which costs as much as to
        add a row.

        Args:
            into: As `INSERT INTO table (column, other)`.
            rows: All of the same length.
        """
        left = list(rows)
        for many in _ROWS_PER_STATEMENT:
            end = len(left) - len(left) % many
            if end:
                row = f"({','.join('?' * len(left[0]))})"
                portions = (chain(*left[at : at + many]) for at in range(0, end, many))
                statement = f"{into} VALUES {','.join([row] * many)}"
                self.connection.executemany(statement, map(tuple, portions))
                del left[:end]

    def _open(self) -> sqlite3.Connection:
        database, aside = self._opener(self._path)
        self._opened = identity(self._path)
        if aside is not None:
            self._replace(aside)
        return database

    def _failed(self, what: str, error: Exception) -> JournalError:
        """Sets the file aside if it is damaged, unless it is just the disk that fails for now."""
        if is_damage(error):
            self.close()
            aside: SetAside | None = None
            with suppress(OSError):
                # The file that was read: another process may have started a new one by now.
                aside = set_aside(self._path, "damaged", str(error), self._opened)
            self._replace(aside)
        return JournalError(f"cannot {what} the journal {self._path.name}: {error}")

    def _replace(self, aside: SetAside | None) -> None:
        """The open file is no longer the journal; None if another process has replaced it."""
        self.replaced += 1
        if aside is not None:
            self._on_set_aside(aside)


def _in_portions(text: str, keys: Sequence[object]) -> Iterator[tuple[str, Sequence[object]]]:
    """SQL with `IN ({})`, and the keys for it, as often as it takes for all of them."""
    for start in range(0, len(keys), _PARAMETERS_PER_QUERY):
        portion = list(keys[start : start + _PARAMETERS_PER_QUERY])
        # A few lengths, so that SQLite need not read another text each time.
        length = min(1 << (len(portion) - 1).bit_length(), _PARAMETERS_PER_QUERY)
        portion += portion[-1:] * (length - len(portion))
        yield text.format(",".join("?" * length)), portion
