"""The journal's file: opened, checked and migrated."""

import errno
import os
import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path

from client_device_associator.journal.ownership import is_ours, make_ours
from client_device_associator.journal.schema import (
    APPLICATION_ID,
    MIGRATIONS,
    apply,
    read_schema,
    schema_after,
)
from client_device_associator.journal.set_aside import COMPANIONS, SetAside, identity, set_aside
from client_device_associator.privacy import make_private

LOCK_TIMEOUT_SECONDS = 0.5
"""An orphan of an earlier nucleus may hold the journal for a moment. Longer than this counts as a
disk that cannot be written for now: a stop has to be over within 2 s."""

CACHE_KIBIBYTES = 256
"""Pages in memory; SQLite's own 2 MB would be kept for as long as the process lives. What is read
again comes from the kernel's cache."""

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_NEWEST_SCHEMA_FORMAT = 4
"""The file format is specified in "Database File Format", section 1.3, of SQLite's documentation:
byte 18 and 19 are 1 or 2, the number at byte 44 is 1 to 4 (0 in an empty database)."""


class _UnusableError(Exception):
    """The file is there and can be read, and must not be written to."""

    def __init__(self, label: str, why: str) -> None:
        super().__init__(why)
        self.label = label


def open_journal(
    path: Path, migrations: Sequence[str] = MIGRATIONS
) -> tuple[sqlite3.Connection, SetAside | None]:
    """Opens the journal, or begins a new one beside one that cannot be used.

    Args:
        path: The database file.
        migrations: How its schema came to be.

    Returns:
        The connection, and what was set aside for it.

    Raises:
        sqlite3.Error, OSError: The disk does not allow it, for now.
    """
    # The journal, SQLite's files beside it, and what was set aside before.
    make_private(path.parent.glob(f"{path.name}*"))
    looked_at = identity(path)
    try:
        _check_kind(path)
        if not is_ours(path):
            make_ours(path)
            looked_at = identity(path)
        return _open(path, migrations), None
    except _UnusableError as error:
        aside = set_aside(path, error.label, str(error), looked_at)
        return _open(path, migrations), aside


def is_damage(error: Exception) -> bool:
    """Whether an error proves that the file is damaged, and not just the disk busy or full."""
    if isinstance(error, sqlite3.OperationalError):
        return "Could not decode" in str(error)
    # Other subclasses of DatabaseError are mistakes of ours.
    return type(error) is sqlite3.DatabaseError or isinstance(
        error, (ValueError, KeyError, TypeError)
    )


def _open(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    _check_header(path)
    database = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None)
    try:
        _check(database, migrations)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        _migrate(database, migrations)
    except BaseException:
        database.close()
        raise
    return database


def _check(database: sqlite3.Connection, migrations: Sequence[str]) -> None:
    """Looks before anything is written: the file may belong to another program.

    Raises:
        _UnusableError: It is damaged, foreign, or of a later version of this component.
    """
    try:
        # All in one transaction: another process may be beginning this very journal.
        database.execute("BEGIN")
        owner = _number(database, "PRAGMA application_id")
        schema = read_schema(database)
        # Not `quick_check`: it does not see that rows are in a wrong order, or that an index lacks
        # some. A device is written then, confirmed, and not found again.
        (verdict,) = database.execute("PRAGMA integrity_check(1)").fetchone()
        found = _number(database, "PRAGMA user_version")
        database.execute("ROLLBACK")
    except (sqlite3.DatabaseError, ValueError) as error:
        if not is_damage(error):
            raise  # locked, full or unreadable: the file itself may be good
        raise _UnusableError("damaged", str(error)) from error
    if verdict != "ok":
        raise _UnusableError("damaged", " ".join(str(verdict).split()))
    if owner != APPLICATION_ID:
        if schema or found:
            raise _UnusableError("foreign", "it is a database of another program")
        return  # a new one, in the making
    if found > len(migrations):
        known = f"version {found}; this component knows {len(migrations)}"
        raise _UnusableError(f"version{found}", known)
    if found < 1 or schema != schema_after(migrations[:found]):
        raise _UnusableError("damaged", f"its tables are not those of version {found}")


def _check_kind(path: Path) -> None:
    """Looks at what kind of files they are: to open a FIFO would block for ever.

    Raises:
        _UnusableError: One of them is no regular file.
        OSError: The disk does not allow to look, or it is a directory, which may hold anything.
    """
    for companion in COMPANIONS:
        file = path.with_name(path.name + companion)
        try:
            mode = file.stat().st_mode
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            raise _UnusableError("odd", f"{file.name} is a link in a circle") from error
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(f"{file.name} is a directory")
        if not stat.S_ISREG(mode):
            raise _UnusableError("odd", f"{file.name} is no regular file")
    if os.access(path.parent, os.W_OK) and path.exists() and not os.access(path, os.R_OK):
        raise _UnusableError("unreadable", "this user may not read it")


def _check_header(path: Path) -> None:
    """Looks for what SQLite would always refuse with the words of a disk that is read-only.

    Raises:
        _UnusableError: The file's header has a format that no version of SQLite writes.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError:
        return  # SQLite says it better
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        return
    schema_format = int.from_bytes(header[44:48], "big")
    if not (set(header[18:20]) <= {1, 2} and schema_format <= _NEWEST_SCHEMA_FORMAT):
        raise _UnusableError("damaged", "its header is no SQLite header")


def _migrate(database: sqlite3.Connection, migrations: Sequence[str]) -> None:
    if _number(database, "PRAGMA user_version") == len(migrations):
        return
    database.execute("BEGIN IMMEDIATE")
    # Only now: an orphan of an earlier nucleus may have started the same journal a moment ago.
    found = _number(database, "PRAGMA user_version")
    apply(database, migrations[found:])
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {len(migrations)}")
    database.execute("COMMIT")


def _number(database: sqlite3.Connection, query: str) -> int:
    (number,) = database.execute(query).fetchone()
    return int(number)
