"""Real trouble with a disk: a small file system, locks, and journals that were tampered with."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integration.associator import JOURNAL

_PAGE_BYTES = 4096


@contextlib.contextmanager
def small_file_system(at: Path, size: str) -> Iterator["SmallFileSystem"]:
    """A tmpfs of its own, mounted during the `with` block; skips if that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system to fill up")
    at.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(at)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.strip()}")
    try:
        yield SmallFileSystem(at)
    finally:
        # Lazily, so that a process which still stands in it cannot keep it mounted.
        subprocess.run(["umount", "--lazy", str(at)], check=True)  # noqa: S607 - where PATH says


class SmallFileSystem:
    """A mounted tmpfs.

    Args:
        path: Where.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill_up(self) -> None:
        """Leaves not one free byte."""
        with self._filler.open("ab", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(_PAGE_BYTES))

    def make_room(self) -> None:
        """Takes away what filled it."""
        self._filler.unlink()

    def remount(self, mode: str) -> bool:
        """Makes it `ro` or `rw`; returns whether the kernel did."""
        command = ["mount", "-o", f"remount,{mode}", str(self.path)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def locked(journal: Path) -> Iterator[None]:
    """Somebody else holds the journal for writing, as an orphan of an earlier nucleus might."""
    database = sqlite3.connect(journal, isolation_level=None)
    try:
        database.execute("BEGIN EXCLUSIVE")
        yield
        database.execute("ROLLBACK")
    finally:
        database.close()


@contextlib.contextmanager
def slowed(journal: Path, hold_seconds: float = 0.02) -> Iterator[None]:
    """A disk whose every commit takes a while: another process locks the journal time and again."""
    command = [sys.executable, str(Path(__file__).with_name("lock_holder.py"))]
    with subprocess.Popen([*command, str(journal), str(hold_seconds)], stdin=subprocess.PIPE) as it:
        try:
            yield
        finally:
            it.kill()


def _database(work: Path) -> sqlite3.Connection:
    return sqlite3.connect(work / JOURNAL)


def truncate(work: Path) -> None:
    """Half of the file is cut off."""
    journal = work / JOURNAL
    os.truncate(journal, journal.stat().st_size // 2 // _PAGE_BYTES * _PAGE_BYTES + 100)


def damage_a_page(work: Path) -> None:
    """A page in the middle holds garbage."""
    with (work / JOURNAL).open("r+b") as file:
        file.seek(_PAGE_BYTES * 2)
        file.write(b"\xa5" * _PAGE_BYTES)


def damage_all_but_the_first_page(work: Path) -> None:
    """Flash that lost everything but the header."""
    journal = work / JOURNAL
    size = journal.stat().st_size
    with journal.open("r+b") as file:
        file.seek(_PAGE_BYTES)
        file.write(b"\xa5" * (size - _PAGE_BYTES))


def replace_by_another_database(work: Path) -> None:
    """Another program's database, in good order."""
    (work / JOURNAL).unlink()
    with contextlib.closing(_database(work)) as database:
        database.execute("CREATE TABLE somebody_elses (data TEXT)")
        database.execute("INSERT INTO somebody_elses VALUES ('precious')")
        database.commit()


def replace_by_random_bytes(work: Path) -> None:
    """No database at all."""
    (work / JOURNAL).write_bytes(os.urandom(3 * _PAGE_BYTES))


def make_it_newer(work: Path) -> None:
    """The journal of a later version of the component, which was rolled back."""
    with contextlib.closing(_database(work)) as database:
        database.execute("PRAGMA user_version = 99")


def add_garbage_of_a_write_ahead_log(work: Path) -> None:
    """A journal in order, beside a write-ahead log that is nonsense: SQLite ignores that itself."""
    (work / f"{JOURNAL}-wal").write_bytes(os.urandom(_PAGE_BYTES))


UNUSABLE: dict[str, Callable[[Path], None]] = {
    "truncated": truncate,
    "a garbage page": damage_a_page,
    "all garbage but the header": damage_all_but_the_first_page,
    "a foreign database": replace_by_another_database,
    "random bytes": replace_by_random_bytes,
    "a newer version": make_it_newer,
}
