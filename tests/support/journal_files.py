"""Journals on disk, made and looked at."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.file import open_journal
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.schema import MIGRATIONS
from client_device_associator.journal.set_aside import SetAside
from support.values import START

NEXT_VERSION = (
    *MIGRATIONS,
    """
    ALTER TABLE device ADD COLUMN note TEXT NOT NULL DEFAULT 'none';
    CREATE INDEX device_note ON device (note);
    """,
)
DEVICE = (
    "INSERT INTO device (thing_name, state, since, due_at, attempts, told_retrying, code, message)"
    " VALUES (?, 0, 1.5, 2.5, 3, 1, 'code', 'message')"
)
PAGE_BYTES = 4096
SYNCHRONOUS_FULL = 2


def connection(journal: Journal) -> sqlite3.Connection:
    """The journal's own connection, for settings and damage that are visible nowhere else."""
    return journal._database.connection  # noqa: SLF001 - see above


def pending(name: str, due_at: float = START) -> Device:
    """A device that waits to be associated."""
    return Device(name, DeviceState.PENDING, START, due_at=due_at)


def store(journal: Journal, decision: Decision) -> None:
    """Stores a decision in a transaction of its own."""
    with journal.transaction():
        journal.store(decision)


def store_devices(journal: Journal, devices: Iterable[Device]) -> None:
    """Stores devices in a transaction of its own."""
    store(journal, Decision(devices=tuple(devices)))


def pragma(database: sqlite3.Connection, name: str) -> object:
    """One of SQLite's settings."""
    (value,) = database.execute(f"PRAGMA {name}").fetchone()
    return value


def fill(path: Path, count: int = 500, migrations: Sequence[str] = MIGRATIONS) -> None:
    """A journal with so many devices, all of it in the one file."""
    database, aside = open_journal(path, migrations)
    assert aside is None
    database.execute("BEGIN")
    database.executemany(DEVICE, ((f"device-{index}",) for index in range(count)))
    database.execute("COMMIT")
    database.close()


def devices(database: sqlite3.Connection) -> int:
    """How many it holds."""
    (count,) = database.execute("SELECT COUNT(*) FROM device").fetchone()
    return int(count)


def reopened(path: Path, migrations: Sequence[str] = MIGRATIONS) -> tuple[int, SetAside | None]:
    """How many devices are in it when it is opened, and what was set aside."""
    database, aside = open_journal(path, migrations)
    found = devices(database)
    database.execute(DEVICE, ("written",))
    database.close()
    return found, aside


def set_aside_for(path: Path) -> SetAside:
    """What gave way to a new journal, which is empty and works."""
    found, aside = reopened(path)
    assert found == 0
    assert aside is not None
    assert aside.path.exists()
    return aside
