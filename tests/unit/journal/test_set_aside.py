import os
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from client_device_associator.journal.file import open_journal
from client_device_associator.journal.schema import MIGRATIONS
from client_device_associator.journal.set_aside import (
    MAX_SET_ASIDE,
    SetAside,
    identity,
    set_aside,
)
from support.damage import garbage, overwrite
from support.journal_files import (
    DEVICE,
    NEXT_VERSION,
    PAGE_BYTES,
    devices,
    fill,
    set_aside_for,
)


@pytest.mark.parametrize("left", [15, 99, 511, 3000, PAGE_BYTES, 5000, 5 * PAGE_BYTES])
def test_a_truncated_journal_is_set_aside(path: Path, left: int) -> None:
    """Wherever it was cut; what is left of it is kept as it is."""
    fill(path)
    os.truncate(path, left)
    rest = path.read_bytes()
    aside = set_aside_for(path)
    assert aside.path.read_bytes() == rest
    assert aside.why


def test_a_journal_with_a_garbage_page_is_set_aside(path: Path) -> None:
    """In the middle of it, where only a check of the whole finds it."""
    fill(path)
    middle = path.stat().st_size // PAGE_BYTES // 2 * PAGE_BYTES
    overwrite(path, middle, garbage(PAGE_BYTES))
    damaged = path.read_bytes()
    aside = set_aside_for(path)
    assert re.fullmatch(r"journal\.sqlite3\.damaged-\d{8}T\d{12}Z", aside.path.name)
    assert aside.path.read_bytes() == damaged


def test_random_bytes_are_set_aside(path: Path) -> None:
    """As they are."""
    content = garbage(10_000)
    path.write_bytes(content)
    assert set_aside_for(path).path.read_bytes() == content


def test_the_database_of_another_program_is_set_aside_untouched(path: Path) -> None:
    """Byte for byte, and said to be foreign."""
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE precious (value TEXT)")
    other.execute("INSERT INTO precious VALUES ('gold')")
    other.commit()
    other.close()
    before = path.read_bytes()
    aside = set_aside_for(path)
    assert aside.path.name.startswith("journal.sqlite3.foreign-")
    assert "another program" in aside.why
    assert aside.path.read_bytes() == before


def test_the_log_of_another_program_goes_with_it(path: Path) -> None:
    """A foreign database that was not closed well keeps what is in its write-ahead log."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE precious (value TEXT)")
    other.execute("INSERT INTO precious VALUES ('gold')")
    aside = set_aside_for(path)
    other.close()
    kept = sqlite3.connect(aside.path)
    assert kept.execute("SELECT value FROM precious").fetchone() == ("gold",)
    kept.close()


def test_the_journal_of_a_later_version_is_set_aside_untouched(path: Path) -> None:
    """A component that was rolled back loses nothing of it."""
    fill(path, migrations=NEXT_VERSION)
    before = path.read_bytes()
    aside = set_aside_for(path)
    assert aside.path.name.startswith(f"journal.sqlite3.version{len(NEXT_VERSION)}-")
    assert aside.why == f"version {len(NEXT_VERSION)}; this component knows {len(MIGRATIONS)}"
    assert aside.path.read_bytes() == before
    later = open_journal(aside.path, NEXT_VERSION)
    assert devices(later[0]) == 500
    assert later[1] is None
    later[0].close()


def test_only_so_many_are_kept(path: Path) -> None:
    """The oldest go, with their logs; nobody else's files do."""
    bystander = path.with_name("journal.sqlite3.notes")
    bystander.write_text("keep", encoding="utf-8")
    asides: list[SetAside] = []
    for number in range(MAX_SET_ASIDE + 3):
        path.write_text(f"journal {number}", encoding="utf-8")
        for companion in ("-wal", "-shm"):
            path.with_name(path.name + companion).write_text(str(number), encoding="utf-8")
        aside = set_aside(path, ("damaged", "foreign")[number % 2], "because", identity(path))
        assert aside is not None
        asides.append(aside)
    kept = asides[3:]
    assert [one.path.exists() for one in asides] == [False] * 3 + [True] * MAX_SET_ASIDE
    assert sorted(path.parent.iterdir()) == sorted(
        [bystander]
        + [
            one.path.with_name(one.path.name + companion)
            for one in kept
            for companion in ("", "-wal", "-shm")
        ]
    )
    for number, one in enumerate(kept, start=3):
        assert one == SetAside(one.path, "because")
        assert one.path.read_text(encoding="utf-8") == f"journal {number}"


def test_what_is_set_aside_is_a_whole_journal(path: Path) -> None:
    """With its log: a copy for somebody to look at has all that was committed."""
    database, _ = open_journal(path)
    database.execute(DEVICE, ("in the log",))
    aside = set_aside(path, "damaged", "so that somebody looks at it", identity(path))
    assert aside is not None
    database.close()
    kept, _ = open_journal(aside.path)
    assert devices(kept) == 1
    kept.close()
    assert not path.exists()


@pytest.mark.parametrize(("offset", "byte"), [(0, 0), (16, 3), (18, 9), (19, 9), (47, 9), (59, 2)])
def test_a_header_that_makes_no_sense_is_damage(path: Path, offset: int, byte: int) -> None:
    """Magic, page size, format versions, schema format, encoding (SQLite's file format, 1.3)."""
    fill(path, 3)
    overwrite(path, offset, bytes([byte]))
    set_aside_for(path)


def test_two_that_find_the_same_damage_end_up_with_the_same_journal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slower one must not set aside what the quicker one has started, and lose its receipts."""
    path.write_bytes(garbage(10_000))
    quicker: list[sqlite3.Connection] = []

    def overtaken(*args: Any, **kwargs: Any) -> SetAside | None:  # noqa: ANN401 - handed on as they are
        monkeypatch.undo()
        database, _ = open_journal(path)
        database.execute(DEVICE, ("receipted",))
        quicker.append(database)
        return set_aside(*args, **kwargs)

    monkeypatch.setattr("client_device_associator.journal.file.set_aside", overtaken)
    slower, _ = open_journal(path)
    try:
        assert devices(slower) == 1
    finally:
        slower.close()
        quicker[0].close()
