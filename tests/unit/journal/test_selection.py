import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.errors import JournalError
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.reader import JournalReader
from client_device_associator.journal.selection import (
    Order,
    Selection,
    device_pages,
    longest_name,
    names_with_prefix,
)
from support.journal_files import pending, store, store_devices
from support.values import START, numbered

PENDING, FAILED, LEFT = DeviceState.PENDING, DeviceState.FAILED, DeviceState.LEFT


@pytest.fixture
def reader(path: Path) -> Iterator[JournalReader]:
    """Reads the journal."""
    with closing(JournalReader(path)) as reader:
        yield reader


def names(reader: JournalReader, selection: Selection, order: Order = Order.NAME) -> list[str]:
    """Who is found, in order."""
    pages = device_pages(reader, selection, order)
    return [device.thing_name for page in pages for device in page]


@pytest.fixture
def few(journal: Journal) -> None:
    """Three devices, each first in one order."""
    devices = [
        Device("a", FAILED, START + 3, due_at=START + 3, attempts=2),
        Device("bb", LEFT, START + 1, due_at=START + 2, attempts=3),
        Device("C-1", PENDING, START + 2, due_at=START + 1, attempts=1),
    ]
    store_devices(journal, devices)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.NAME, ["C-1", "a", "bb"]),
        (Order.SINCE, ["bb", "C-1", "a"]),
        (Order.DUE, ["C-1", "bb", "a"]),
        (Order.ATTEMPTS, ["C-1", "a", "bb"]),
        (Order.STATE, ["C-1", "a", "bb"]),
    ],
)
@pytest.mark.usefixtures("few")
def test_orders(reader: JournalReader, order: Order, expected: list[str]) -> None:
    """Each column, ascending."""
    assert names(reader, Selection(), order) == expected


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), ["C-1", "a", "bb"]),
        (Selection(states=(FAILED, LEFT)), ["a", "bb"]),
        (Selection(globs=("?",)), ["a"]),
        (Selection(globs=("[!a-z]*",)), ["C-1"]),
        (Selection(globs=("a", "b*")), ["a", "bb"]),
        (Selection(entered_before=START + 2), ["C-1", "bb"]),
        (Selection((PENDING, LEFT), ("*b",), START + 2), ["bb"]),
        (Selection(globs=("A",)), []),
    ],
)
@pytest.mark.parametrize("order", [Order.NAME, Order.SINCE])
@pytest.mark.usefixtures("few")
def test_selections(
    reader: JournalReader, selection: Selection, expected: list[str], order: Order
) -> None:
    """States, patterns and ages, each and together, in any order."""
    assert sorted(names(reader, selection, order)) == expected
    assert longest_name(reader, selection) == max(map(len, expected), default=0)


@pytest.mark.parametrize("order", [Order.NAME, Order.SINCE])
@pytest.mark.parametrize("count", [499, 500, 501, 1234])
def test_every_device_comes_once(
    journal: Journal, reader: JournalReader, order: Order, count: int
) -> None:
    """Whatever the size of a page; devices with the same moment are in the order of names."""
    expected = numbered(count)
    store_devices(journal, [pending(name) for name in expected])
    assert names(reader, Selection(), order) == expected
    sizes = [len(page) for page in device_pages(reader, Selection(), order)]
    assert max(sizes) <= 500
    assert 0 not in sizes


@pytest.mark.parametrize("order", [Order.NAME, Order.SINCE])
def test_devices_that_change_meanwhile(
    journal: Journal, reader: JournalReader, order: Order
) -> None:
    """A device that is not to be shown any more is not shown, and nobody is shown twice."""
    everybody = [pending(name) for name in numbered(1001)]
    store_devices(journal, everybody)
    pages = device_pages(reader, Selection(states=(PENDING,)), order)
    first = next(iter(pages))
    store(
        journal,
        Decision(
            devices=(replace(everybody[600], state=FAILED), replace(everybody[0], since=START + 9)),
            forgotten=("device-00700",),
        ),
    )
    rest = [device.thing_name for page in pages for device in page]
    assert len(first) == 500
    gone = {"device-00600", "device-00700"}
    assert rest == [name for name in numbered(1001)[500:] if name not in gone]


def test_a_row_that_makes_no_sense(path: Path, journal: Journal, reader: JournalReader) -> None:
    """A flash that fails can put anything into a row."""
    store_devices(journal, [pending("a")])
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE device SET state = 99")
    with pytest.raises(JournalError, match="damaged"):
        names(reader, Selection())


@pytest.mark.usefixtures("few")
def test_names_with_a_prefix(reader: JournalReader) -> None:
    """Letters of either case differ; the bound is a bound."""
    assert names_with_prefix(reader, "b", 9) == ["bb"]
    assert names_with_prefix(reader, "c", 9) == []
    assert names_with_prefix(reader, "", 2) == ["C-1", "a"]
