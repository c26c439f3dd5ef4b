"""The journal for somebody who only looks: nothing is written, migrated or set aside."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from client_device_associator.errors import JournalError, JournalVersionError
from client_device_associator.journal.file import is_damage
from client_device_associator.journal.log_header import has_frames
from client_device_associator.journal.schema import (
    APPLICATION_ID,
    MIGRATIONS,
    read_schema,
    schema_after,
)

_LOCK_TIMEOUT_SECONDS = 2.0
_ATTEMPTS = 5
"""The component may start, or end, or begin a new journal, between two steps of ours."""

_PARAMETERS_PER_QUERY = 500
"""SQLite before 3.32 takes 999."""


@contextmanager
def converting() -> Iterator[None]:
    """Whatever goes wrong while rows become values is the file's fault; raises JournalError."""
    try:
        yield
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise JournalError(f"the journal is damaged: it has {error}") from error


class JournalReader:
    """Reads while the component writes, and while it does not run.

    Each query is a transaction of its own: a reader that stays in one keeps the log from being
    emptied, and it would grow until the disk is full.

    Args:
        path: The database file; it is opened when it is needed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._index = path.with_name(f"{path.name}-shm")
        self._connection: sqlite3.Connection | None = None
        self._fixed: tuple[int, ...] | None = None

    def close(self) -> None:
        """Closes the file; it is opened again if it is needed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def read(self, query: str, values: Sequence[object] = ()) -> list[Sequence[Any]]:
        """All rows of a query.

        Raises:
            JournalVersionError: It is of another version of this component.
            JournalError: It is not there, is damaged or foreign, or this user may not read it.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                rows: list[Sequence[Any]] = self._opened().execute(query, values).fetchall()
            except (sqlite3.Error, OSError, ValueError) as error:
                self.close()
                if attempt == _ATTEMPTS:
                    raise JournalError(self._why(error)) from error
                continue
            if self._fixed is None or self._fixed == self._state():
                return rows
            # It was read as a file that nobody writes, and somebody has written it.
            self.close()
        raise JournalError(f"{self._path} changes all the time; try again")

    def read_for(self, query: str, keys: Sequence[str]) -> list[Sequence[Any]]:
        """All rows of a query with `IN ({})` for these keys; raises as `read` does."""
        rows: list[Sequence[Any]] = []
        for start in range(0, len(keys), _PARAMETERS_PER_QUERY):
            portion = keys[start : start + _PARAMETERS_PER_QUERY]
            rows += self.read(query.format(",".join("?" * len(portion))), portion)
        return rows

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._look()
            # Without a log SQLite would have to make one even to read.
            self._fixed = self._state()
            if self._fixed is not None:
                mode = "mode=ro&immutable=1"
            elif self._index.exists():
                # The index of the log is read as well, and never written.
                mode = "mode=ro&readonly_shm=1"
            else:
                mode = "mode=ro"
            address = f"{self._path.absolute().as_uri()}?{mode}"
            connection = sqlite3.connect(address, timeout=_LOCK_TIMEOUT_SECONDS, uri=True)
            try:
                self._check(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _look(self) -> None:
        """What the disk says better than SQLite does; raises OSError or JournalError."""
        self._path.stat()
        if not self._path.is_file():
            # To open a FIFO would block for ever.
            raise JournalError(f"{self._path} is no regular file")
        for file in (self._path, self._log, self._index):
            if file.is_file():
                with file.open("rb"):
                    pass

    def _check(self, connection: sqlite3.Connection) -> None:
        """Whether it is ours, and of this version."""
        ((owner,),) = connection.execute("PRAGMA application_id")
        ((version,),) = connection.execute("PRAGMA user_version")
        schema = read_schema(connection)
        if owner != APPLICATION_ID:
            if not schema and not version:
                raise JournalError(
                    f"{self._path} is empty: the component has not written to it yet"
                )
            raise JournalError(f"{self._path} is a database of another program")
        ours = len(MIGRATIONS)
        if version > ours:
            raise JournalVersionError(
                f"{self._path} is of version {version}, and this command knows {ours}: use the"
                " command of the component that has written it"
            )
        if version < ours:
            raise JournalVersionError(
                f"{self._path} is of version {version}, and this command reads {ours}: it is"
                " brought up to date when this version of the component starts"
            )
        if schema != schema_after(MIGRATIONS):
            raise JournalError(
                f"{self._path} is damaged: its tables are not those of version {ours}"
            )

    def _state(self) -> tuple[int, ...] | None:
        """Changes when somebody has written to the file; None if there is a log to be read too."""
        if has_frames(self._log):
            return None
        status = self._path.stat()
        return (status.st_ino, status.st_mtime_ns, status.st_size)

    def _why(self, error: Exception) -> str:
        """What has gone wrong, for a person."""
        if isinstance(error, FileNotFoundError):
            return (
                f"there is no journal {self._path}: the component has never run there, or it is"
                " another component's work directory"
            )
        if isinstance(error, PermissionError):
            return f"this user may not read {self._path}: be root, or the component's user"
        if isinstance(error, (ValueError, sqlite3.Error)) and is_damage(error):
            return (
                f"{self._path} is damaged ({error}): the component puts it aside and begins another"
                " when it notices; devices announce themselves again"
            )
        return f"cannot read {self._path}: {error}"
