import sqlite3
from pathlib import Path

import pytest

from client_device_associator.core.trail import TrailEntry, TrailEvent
from client_device_associator.errors import JournalError
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.trail import (
    TRIM_AT_ONCE,
    read_trail_row,
    trail_of,
    trail_row,
    whole_trail,
)
from support.journal_files import connection
from support.rig import fill_disk

MOST = 1000
ENTRY = TrailEntry(
    1.5, "lamp", TrailEvent.FAILED, {"code": "Ünknown", "attempts": 3, "already": True, "at": 2.5}
)


def numbers(journal: Journal) -> list[int]:
    """Which entries there are, oldest first; each was made by `add` with its number."""
    rows = connection(journal).execute("SELECT at FROM trail ORDER BY entry_id")
    return [int(at) for (at,) in rows]


def add(journal: Journal, first: int, count: int, most: int = MOST) -> None:
    """Adds so many numbered entries in one transaction."""
    entries = [
        TrailEntry(float(number), "lamp", TrailEvent.ANNOUNCED)
        for number in range(first, first + count)
    ]
    with journal.transaction():
        journal.trail.add(entries, most)


def test_an_entry_is_read_as_it_was_stored() -> None:
    """Every kind of value in its detail, and every event."""
    assert read_trail_row(trail_row(ENTRY)) == ENTRY
    for event in TrailEvent:
        entry = TrailEntry(0.0, "", event)
        assert read_trail_row(trail_row(entry)) == entry


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (0, "soon"),
        (1, 7),
        (2, "abducted"),
        (3, None),
        (3, "no JSON"),
        (3, "[" * 100_000),
        (3, "[]"),
        (3, '{"a": {}}'),
        (3, '{"a": null}'),
    ],
)
def test_an_entry_with_anything_else_in_it_is_unreadable(column: int, value: object) -> None:
    """As any other row of the journal."""
    row = list(trail_row(ENTRY))
    row[column] = value
    with pytest.raises((ValueError, TypeError)):
        read_trail_row(row)


def test_the_trail_of_a_device_is_its_own_newest_first(journal: Journal) -> None:
    """And no more of it than was asked for."""
    entries = [TrailEntry(float(at), name, TrailEvent.ANNOUNCED) for at, name in enumerate("abab")]
    with journal.transaction():
        journal.trail.add(entries, MOST)
    assert journal.trail.of("a", 10) == [entries[2], entries[0]]
    assert journal.trail.of("a", 1) == [entries[2]]
    assert journal.trail.of("c", 10) == []


def test_a_trail_may_be_read_by_who_may_not_write(journal: Journal, path: Path) -> None:
    """The operator's command opens the journal for reading only."""
    add(journal, 1, 1)
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    assert trail_of(database.execute, "lamp", 10) == journal.trail.of("lamp", 10)
    database.close()


def test_all_of_it_is_read_in_portions(journal: Journal) -> None:
    """Oldest first, none twice, and as many as there are at the end of a portion."""
    for count in (999, 1, 1, 1500):
        add(journal, journal_length(journal), count, 10_000)
        found = list(whole_trail(connection(journal).execute))
        assert [one.at for one in found] == sorted({one.at for one in found})
        assert len(found) == journal_length(journal)


def journal_length(journal: Journal) -> int:
    """How many entries there are."""
    ((count,),) = connection(journal).execute("SELECT COUNT(*) FROM trail")
    return int(count)


def test_a_damaged_entry_is_the_journals_fault(journal: Journal) -> None:
    """It is reported like any other damage."""
    add(journal, 1, 1)
    connection(journal).execute("UPDATE trail SET event = 'abducted'")
    with pytest.raises(JournalError, match="abducted"):
        journal.trail.of("lamp", 1)


def test_the_oldest_entries_give_way(journal: Journal) -> None:
    """Some at a time: never more than the number, and nearly as many."""
    add(journal, 0, MOST)
    assert numbers(journal) == list(range(MOST))
    add(journal, MOST, 1)
    assert numbers(journal) == list(range(11, MOST + 1))
    add(journal, MOST + 1, 10)
    assert numbers(journal) == list(range(11, MOST + 11))
    add(journal, MOST + 11, 1)
    assert numbers(journal) == list(range(22, MOST + 12))


def test_of_more_than_there_is_room_for_the_last_are_taken(journal: Journal) -> None:
    """A small trail and a large batch."""
    add(journal, 0, 20, most=5)
    assert numbers(journal) == [15, 16, 17, 18, 19]
    add(journal, 20, 2, most=5)
    assert numbers(journal) == [17, 18, 19, 20, 21]


def test_as_many_give_way_as_come(journal: Journal) -> None:
    """However many come at once: the trail is never longer than it may be."""
    add(journal, 0, MOST)
    add(journal, MOST, MOST)
    assert numbers(journal) == list(range(MOST + 10, 2 * MOST))


def test_a_trail_that_is_far_too_long_is_shortened_in_portions(journal: Journal) -> None:
    """A transaction stays short, also if the number is lowered by much."""
    add(journal, 0, MOST)
    assert not journal.trail.is_too_long(MOST)
    assert journal.trail.is_too_long(100)
    with journal.transaction():
        journal.trail.trim(100)
    assert numbers(journal)[0] == TRIM_AT_ONCE
    with journal.transaction():
        journal.trail.trim(100)
    assert numbers(journal) == list(range(901, MOST))
    assert not journal.trail.is_too_long(100)


def test_an_empty_trail_is_not_too_long(journal: Journal) -> None:
    """Also if it may have nothing."""
    assert not journal.trail.is_too_long(0)
    add(journal, 0, 1)
    assert journal.trail.is_too_long(0)


def test_what_is_rolled_back_leaves_no_gap(journal: Journal) -> None:
    """How long the trail is follows from its first id and its last."""
    add(journal, 0, 2)
    fill_disk(journal, full=True)
    with pytest.raises(JournalError):
        add(journal, 10, 500)
    fill_disk(journal, full=False)
    add(journal, 2, 2)
    rows = connection(journal).execute("SELECT entry_id FROM trail ORDER BY entry_id")
    assert [entry_id for (entry_id,) in rows] == [1, 2, 3, 4]
