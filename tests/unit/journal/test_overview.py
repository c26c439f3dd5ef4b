import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.errors import JournalError
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.overview import Overview, read_overview, waiting_announcements
from client_device_associator.journal.reader import JournalReader
from support.journal_files import pending, store, store_devices
from support.values import START, numbered


@pytest.fixture
def reader(path: Path) -> Iterator[JournalReader]:
    """Reads the journal."""
    with closing(JournalReader(path)) as reader:
        yield reader


@pytest.mark.usefixtures("journal")
def test_an_empty_journal(path: Path, journal: Journal, reader: JournalReader) -> None:
    """There is nothing to say."""
    assert journal.pending() == 0
    assert path.exists()
    assert read_overview(reader) == Overview({}, None, None, None, {})


def test_numbers(journal: Journal, reader: JournalReader) -> None:
    """Those who wait for a call are of both kinds, and all others are settled."""
    devices = [
        Device("a", DeviceState.PENDING, START + 5, due_at=START + 6),
        Device("b", DeviceState.LEAVING, START + 4, due_at=START + 7),
        Device("c", DeviceState.ASSOCIATED, START + 1),
        Device("d", DeviceState.ASSOCIATED, START + 3),
        Device("e", DeviceState.LEFT, START + 2),
    ]
    owed = [
        Result("t", Status.ASSOCIATED, "c"),
        Result("t", Status.ASSOCIATED, "d"),
        Result("t", Status.ASSOCIATED, "d", bus=Bus.IOT_CORE),
    ]
    store(journal, Decision(devices=tuple(devices), durable=tuple(owed)))
    assert read_overview(reader) == Overview(
        devices={
            DeviceState.PENDING: 1,
            DeviceState.LEAVING: 1,
            DeviceState.ASSOCIATED: 2,
            DeviceState.LEFT: 1,
        },
        oldest_waiting=START + 4,
        next_due_at=START + 6,
        last_settled=START + 3,
        unsent={"local": 2, "iotCore": 1},
    )


def test_a_number_that_makes_no_sense(path: Path, journal: Journal, reader: JournalReader) -> None:
    """A flash that fails can put anything into a row."""
    store_devices(journal, [pending("a")])
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE device SET state = 99")
    with pytest.raises(JournalError, match="damaged"):
        read_overview(reader)


@pytest.mark.parametrize("count", [999, 1000, 1001])
def test_every_announcement_that_waits_comes_once(
    journal: Journal, reader: JournalReader, count: int
) -> None:
    """Rows that share a part of their key, too, on whatever side of a page's end."""
    names = numbered(count // 2 + 1)
    waiting = [Announcement(name, topic) for name in names for topic in ("t", "u")]
    waiting = waiting[:count]
    store_devices(journal, map(pending, names))
    store(journal, Decision(waiting=tuple(waiting)))
    found = [tuple(row) for row in waiting_announcements(reader)]
    assert found == [(one.thing_name, one.topic, "", "local") for one in waiting]
