"""A write-ahead log that has nothing in it, and readers that must not wait for it."""

import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from client_device_associator.journal.journal import Journal
from client_device_associator.journal.log_header import has_frames
from client_device_associator.journal.reader import JournalReader
from support.journal_files import PAGE_BYTES, connection, pending, store_devices

HEADER_BYTES = 32
GOOD = struct.pack(">8I", 0x377F0683, 3_007_000, PAGE_BYTES, 0, 1, 2, 3, 4)


def header(magic: int = 0x377F0683, page: int = PAGE_BYTES) -> bytes:
    """A header with other numbers in it."""
    return struct.pack(">8I", magic, 3_007_000, page, 0, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (GOOD + b"x", True),
        (header(magic=0x377F0682) + b"x", True),
        (header(page=512) + b"x", True),
        (header(page=65_536) + b"x", True),
        (GOOD, False),
        (GOOD[:20], False),
        (b"", False),
        (header(magic=0x377F0684) + b"x", False),
        (header(page=0) + b"x", False),
        (header(page=256) + b"x", False),
        (header(page=131_072) + b"x", False),
        (header(page=PAGE_BYTES + 1) + b"x", False),
    ],
)
def test_a_log_has_frames_behind_a_good_header(
    tmp_path: Path,
    content: bytes,
    expected: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """What SQLite would not read counts as nothing."""
    log = tmp_path / "journal-wal"
    log.write_bytes(content)
    assert has_frames(log) is expected


def test_a_log_that_is_not_there_has_none(tmp_path: Path) -> None:
    """As after the end of the component."""
    assert not has_frames(tmp_path / "journal-wal")


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "left",
    [
        lambda log: log[:HEADER_BYTES],
        lambda log: header(magic=0x377F0684) + log[HEADER_BYTES:],
        lambda log: header(page=PAGE_BYTES + 1) + log[HEADER_BYTES:],
    ],
    ids=["header alone", "magic", "page size"],
)
def test_a_reader_does_not_wait_for_a_log_with_nothing_in_it(
    path: Path, tmp_path: Path, left: Callable[[bytes], bytes]
) -> None:
    """SQLite would, for ever: a kill during the first write leaves such a log."""
    copy = tmp_path / "left" / "journal"
    copy.parent.mkdir()
    with closing(Journal(path)) as journal:
        store_devices(journal, [pending("in the database")])
        connection(journal).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        copy.write_bytes(path.read_bytes())
        store_devices(journal, [pending("in the log")])
        log = path.with_name(f"{path.name}-wal").read_bytes()
        index = path.with_name(f"{path.name}-shm").read_bytes()
    copy.with_name("journal-wal").write_bytes(left(log))
    copy.with_name("journal-shm").write_bytes(index)
    with closing(JournalReader(copy)) as reader:
        assert reader.read("SELECT thing_name FROM device") == [("in the database",)]
