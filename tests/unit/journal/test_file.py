import os
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from client_device_associator.journal.file import open_journal
from client_device_associator.journal.schema import APPLICATION_ID, MIGRATIONS
from support.damage import checkpoint, garbage
from support.journal_files import (
    DEVICE,
    NEXT_VERSION,
    SYNCHRONOUS_FULL,
    devices,
    fill,
    pragma,
    reopened,
    set_aside_for,
)


def test_commits_are_synced(path: Path) -> None:
    """A receipt must survive a power loss: FULL, for NORMAL syncs the log at checkpoints only."""
    for _ in ("new", "opened again"):
        database, _ = open_journal(path)
        assert pragma(database, "synchronous") == SYNCHRONOUS_FULL
        assert pragma(database, "journal_mode") == "wal"
        assert pragma(database, "application_id") == APPLICATION_ID
        assert pragma(database, "user_version") == len(MIGRATIONS)
        assert database.isolation_level is None
        database.close()


def test_a_good_journal_is_opened_as_it_is(path: Path) -> None:
    """Nothing of it is changed, and nothing is set aside."""
    fill(path)
    before = path.read_bytes()
    database, aside = open_journal(path)
    assert (devices(database), aside) == (500, None)
    database.close()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"S"])
def test_a_file_with_nothing_in_it_becomes_a_journal(path: Path, content: bytes) -> None:
    """A crash may have left it between its creation and the first write; nothing can be in it."""
    path.write_bytes(content)
    assert reopened(path) == (0, None)


def test_a_row_in_a_wrong_order_is_damage(path: Path) -> None:
    """A row that is stored beside it is not found again. Found by fuzzing: one changed byte."""
    fill(path)
    content = path.read_bytes()
    assert b"device-250" in content
    path.write_bytes(content.replace(b"device-250", b"device+250"))
    set_aside_for(path)


def test_a_damaged_log_costs_what_was_in_it_alone(path: Path) -> None:
    """SQLite stops at the first frame whose checksum is wrong."""
    fill(path, 10)
    database, _ = open_journal(path)
    database.execute(DEVICE, ("late",))
    wal = path.with_name(path.name + "-wal")
    content, log = path.read_bytes(), wal.read_bytes()
    database.close()
    path.write_bytes(content)
    wal.write_bytes(log[:40] + garbage(len(log) - 40))
    assert reopened(path) == (10, None)


def test_an_earlier_version_is_taken_forward_with_all_that_is_in_it(path: Path) -> None:
    """Each migration runs once, in one transaction."""
    fill(path)
    for _ in range(2):
        database, aside = open_journal(path, NEXT_VERSION)
        assert aside is None
        assert pragma(database, "user_version") == len(NEXT_VERSION)
        assert pragma(database, "application_id") == APPLICATION_ID
        assert devices(database) == 500
        row = database.execute("SELECT * FROM device WHERE thing_name = 'device-7'").fetchone()
        assert row == ("device-7", 0, 1.5, 2.5, 3, 1, "code", "message", "", 0, 0, None, "none")
        database.close()


def test_a_migration_that_fails_leaves_the_journal_as_it_was(path: Path) -> None:
    """All or nothing: the version before can still read it."""
    fill(path)
    broken = (*MIGRATIONS, "CREATE TABLE extra (x); CREATE TABLE device (x)")
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        open_journal(path, broken)
    assert reopened(path) == (500, None)
    database, _ = open_journal(path)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        database.execute("SELECT * FROM extra")
    database.close()


def test_a_directory_in_its_place_is_left_alone(path: Path) -> None:
    """Nothing is known against a file that is not there; somebody has to look."""
    path.mkdir()
    with pytest.raises(IsADirectoryError, match=path.name):
        open_journal(path)
    assert path.is_dir()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("companion", ["", "-wal", "-shm"])
def test_a_fifo_in_its_place_is_set_aside(path: Path, companion: str) -> None:
    """To open one would block until somebody writes, and no signal would be handled."""
    if companion:
        fill(path)
    fifo = path.with_name(path.name + companion)
    fifo.unlink(missing_ok=True)
    os.mkfifo(fifo)
    database, aside = open_journal(path)
    assert aside is not None
    assert aside.why == f"{fifo.name} is no regular file"
    assert aside.path.with_name(aside.path.name + companion).is_fifo()
    assert devices(database) == 0
    database.close()


def test_a_link_in_a_circle_is_set_aside(path: Path) -> None:
    """Nothing can be behind it."""
    path.symlink_to(path)
    database, aside = open_journal(path)
    assert aside is not None
    assert aside.why == f"{path.name} is a link in a circle"
    assert aside.path.is_symlink()
    assert devices(database) == 0
    database.close()


def test_a_link_to_a_journal_is_followed(path: Path, tmp_path: Path) -> None:
    """Somebody has moved it to another disk."""
    elsewhere = tmp_path / "elsewhere"
    fill(elsewhere)
    path.symlink_to(elsewhere)
    database, aside = open_journal(path)
    assert (devices(database), aside) == (500, None)
    database.close()


def test_a_locked_journal_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An orphan may be in the middle of a transaction of its own."""
    monkeypatch.setattr("client_device_associator.journal.file.LOCK_TIMEOUT_SECONDS", 0.0)
    fill(path)
    orphan = sqlite3.connect(path, isolation_level=None)
    orphan.execute("PRAGMA locking_mode = EXCLUSIVE")
    orphan.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        open_journal(path)
    orphan.execute("ROLLBACK")
    orphan.close()
    assert reopened(path) == (500, None)


def test_a_lock_that_ends_is_waited_for(path: Path) -> None:
    """Within the timeout of the connection, no matter which process holds it."""
    fill(path, 1)
    database, _ = open_journal(path)
    orphan = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    orphan.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.2, lambda: orphan.execute("COMMIT"))
    timer.start()
    database.execute(DEVICE, ("waited",))
    timer.join()
    orphan.close()
    assert devices(database) == 2
    database.close()


def test_two_that_begin_the_same_journal_share_it(path: Path) -> None:
    """Both open it at the same moment; nothing is set aside and both write to the same file.

    On a slow disk one of them may find it locked for longer than it waits; then it tries again.
    """
    start = threading.Barrier(2)
    outcomes: list[object] = []

    def begin(name: str) -> None:
        start.wait()
        aside: object = "locked"
        while aside == "locked":
            with suppress(sqlite3.OperationalError):
                database, aside = open_journal(path)
                database.execute(DEVICE, (name,))
                database.close()
        outcomes.append(aside)

    for attempt in range(10):
        threads = [
            threading.Thread(target=begin, args=(f"{attempt}-{side}",)) for side in ("a", "b")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes == [None, None]
        assert reopened(path) == (2, None)
        outcomes.clear()
        for file in path.parent.iterdir():
            file.unlink()


def test_a_checkpointed_journal_is_the_same_journal(path: Path) -> None:
    """What the other tests do to have everything in the one file loses nothing."""
    database, _ = open_journal(path)
    database.execute(DEVICE, ("one",))
    checkpoint(path)
    database.close()
    assert reopened(path) == (1, None)


def test_files_that_an_earlier_version_left_are_made_private(path: Path) -> None:
    """The journal, its log, and what was set aside; SQLite gives new ones the journal's mode."""
    fill(path, 1)
    aside = path.with_name(f"{path.name}.damaged-20260101T000000000000Z")
    aside.touch()
    for file in (path, aside):
        file.chmod(0o666)
    database, _ = open_journal(path)
    database.execute(DEVICE, ("late",))
    files = list(path.parent.iterdir())
    assert {path.with_name(path.name + end) for end in ("-wal", "-shm")} <= set(files)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    database.close()
