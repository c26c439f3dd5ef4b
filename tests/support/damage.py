"""Ways to damage a journal's file, as a failing flash or another program would."""

import sqlite3
from pathlib import Path

from client_device_associator.journal.journal import Journal
from support.journal_files import connection

GARBAGE = b"\xa5\x5a\xff\x00 this is no page of a database \x13\x37"
_PAGE_BYTES = 4096


def garbage(size: int) -> bytes:
    """So many bytes that mean nothing."""
    return (GARBAGE * (size // len(GARBAGE) + 1))[:size]


def checkpoint(path: Path) -> None:
    """Brings everything from the write-ahead log into the file itself, and empties the log."""
    other = sqlite3.connect(path)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()


def overwrite(path: Path, start: int, content: bytes) -> None:
    """Writes over a part of a file."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(content)


def damage(path: Path, journal: Journal) -> None:
    """Overwrites every page but the first under an open journal, and has it look at the disk."""
    checkpoint(path)
    size = path.stat().st_size
    overwrite(path, _PAGE_BYTES, garbage(size - _PAGE_BYTES))
    # Its page cache would hide the damage.
    connection(journal).execute("PRAGMA shrink_memory")
