"""The journal's file: opened, checked, migrated, and set aside when it cannot be used."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

APPLICATION_ID = 0x43444131
"""SQLite's mark of whose file this is: "CDA1"."""

LOCK_TIMEOUT_SECONDS = 0.5
"""An orphan of an earlier nucleus may hold the journal for a moment. Longer than this counts as a
disk that cannot be written for now: SIGTERM has to be heeded within 2 s."""

MAX_SET_ASIDE = 5
"""Journals kept for somebody to look at; a failing flash must not fill up with them."""

Identity = tuple[int, int]
"""Device and inode: another file under the same name has another one."""

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_NEWEST_SCHEMA_FORMAT = 4
"""The file format is specified in "Database File Format", section 1.3, of SQLite's documentation:
byte 18 and 19 are 1 or 2, the number at byte 44 is 1 to 4 (0 in an empty database)."""

_COMPANIONS = ("", "-wal", "-shm")

_VERSION_1 = """
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

MIGRATIONS: Sequence[str] = (_VERSION_1,)
"""The script at index N takes a journal from version N to N + 1."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A journal that could not be used, and where it is now."""

    path: Path
    why: str


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
        sqlite3.Error, OSError: The disk does not let us, for now.
    """
    looked_at = identity(path)
    try:
        return _open(path, migrations), None
    except _UnusableError as error:
        aside = set_aside(path, error.label, str(error), looked_at)
        return _open(path, migrations), aside


def identity(path: Path) -> Identity | None:
    """Which file this is; another one under the same name has another identity."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def is_damage(error: Exception) -> bool:
    """Whether an error proves that the file is damaged, and not just the disk busy or full."""
    if isinstance(error, sqlite3.OperationalError):
        return "Could not decode" in str(error)
    # Other subclasses of DatabaseError are mistakes of ours.
    return type(error) is sqlite3.DatabaseError or isinstance(
        error, (ValueError, KeyError, TypeError)
    )


def set_aside(path: Path, label: str, why: str, looked_at: Identity | None) -> SetAside | None:
    """Renames a journal and its companion files, so that a new one can be begun.

    Args:
        path: The database file.
        label: What is the matter, as a part of its new name.
        why: The same for a person.
        looked_at: Which file was found to be unusable. If it is not there any more, somebody else
            has set it aside and begun the new one, which stays where it is.

    Raises:
        OSError: The disk does not let us.
    """
    if identity(path) != looked_at:
        return None
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%fZ")
    target = path.with_name(f"{path.name}.{label}-{stamp}")
    for companion in _COMPANIONS:
        source = path.with_name(path.name + companion)
        if source.exists():
            source.rename(target.with_name(target.name + companion))
    _drop_oldest(path)
    return SetAside(target, why)


def _drop_oldest(path: Path) -> None:
    kept = sorted(
        (one for one in path.parent.glob(f"{path.name}.*-*Z")), key=lambda one: one.name[-22:]
    )
    for old in kept[:-MAX_SET_ASIDE]:
        for companion in _COMPANIONS:
            old.with_name(old.name + companion).unlink(missing_ok=True)


def _open(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    _check_header(path)
    database = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None)
    try:
        _check(database, migrations)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        _migrate(database, migrations)
    except BaseException:
        database.close()
        raise
    return database


def _check(database: sqlite3.Connection, migrations: Sequence[str]) -> None:
    """Looks before anything is written: the file may be somebody else's.

    Raises:
        _UnusableError: It is damaged, foreign, or of a later version of this component.
    """
    try:
        # One look at it all: another process may be beginning this very journal.
        database.execute("BEGIN")
        owner = _number(database, "PRAGMA application_id")
        schema = _schema(database)
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
        found = _number(database, "PRAGMA user_version")
        database.execute("ROLLBACK")
    except (sqlite3.DatabaseError, ValueError) as error:
        if not is_damage(error):
            raise  # locked, full or unreadable: nothing is known against the file itself
        raise _UnusableError("damaged", str(error)) from error
    if verdict != "ok":
        raise _UnusableError("damaged", " ".join(str(verdict).split()))
    if owner != APPLICATION_ID:
        if schema or found:
            raise _UnusableError("foreign", "it is a database of something else")
        return  # one that is being begun
    if found > len(migrations):
        known = f"version {found}; this component knows {len(migrations)}"
        raise _UnusableError(f"version{found}", known)
    if found < 1 or schema != _schema_of(migrations[:found]):
        raise _UnusableError("damaged", f"its tables are not those of version {found}")


def _schema(database: sqlite3.Connection) -> frozenset[tuple[object, ...]]:
    """All that is in a database, in the words that made it: a letter changed there is damage."""
    return frozenset(database.execute("SELECT type, name, sql FROM sqlite_master"))


def _schema_of(migrations: Sequence[str]) -> frozenset[tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        _apply(model, migrations)
        return _schema(model)


def _apply(database: sqlite3.Connection, migrations: Sequence[str]) -> None:
    for script in migrations:
        for statement in filter(str.strip, script.split(";")):
            database.execute(statement)


def _check_header(path: Path) -> None:
    """Looks at what SQLite would refuse for ever with the words of a disk that is read-only.

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
    # Only now: an orphan of an earlier nucleus may have begun the same journal a moment ago.
    found = _number(database, "PRAGMA user_version")
    _apply(database, migrations[found:])
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {len(migrations)}")
    database.execute("COMMIT")


def _number(database: sqlite3.Connection, query: str) -> int:
    (number,) = database.execute(query).fetchone()
    return int(number)
