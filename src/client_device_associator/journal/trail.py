"""The trail in the journal: the newest entries, up to a number.

Nothing depends on it but what people read. It has no index by thing names: an index would write a
page of 4 KiB for nearly every device, and reading all of the trail takes milliseconds.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from client_device_associator.core.trail import Scalar, TrailEntry, TrailEvent
from client_device_associator.journal.database import Database
from client_device_associator.journal.rows import text

TRIM_AT_ONCE = 500
"""Entries deleted in one transaction beyond as many as were added, so that it stays short."""

_READ_AT_ONCE = 1000
"""Entries that are read together, so that no reader keeps a log from being shortened."""

_SLACK_SHARE = 100
"""A full trail loses a hundredth of its entries at a time: each deletion writes a page or more."""

_COLUMNS = "at, thing_name, event, detail"

_ENDS = "SELECT (SELECT MIN(entry_id) FROM trail), (SELECT MAX(entry_id) FROM trail)"
"""Asked for in one SELECT, all of the trail would be read."""

Read = Callable[[str, Sequence[object]], Iterable[Sequence[Any]]]
"""Runs a query with its values."""

_encode = json.JSONEncoder(separators=(",", ":")).encode


def trail_row(entry: TrailEntry) -> tuple[object, ...]:
    """An entry as it is stored."""
    return (entry.at, entry.thing_name, entry.event._value_, _encode(entry.detail))


def _rows(entries: Iterable[TrailEntry]) -> Iterator[tuple[object, ...]]:
    """Entries as they are stored; a detail that several have in common is written once."""
    written: Mapping[str, Scalar] | None = None
    as_text = ""
    for entry in entries:
        if entry.detail is not written:
            written, as_text = entry.detail, _encode(entry.detail)
        yield (entry.at, entry.thing_name, entry.event._value_, as_text)


def read_trail_row(row: Any) -> TrailEntry:  # noqa: ANN401 - whatever the file holds
    """An entry from its columns but for its id; raises ValueError or TypeError."""
    at, name, event, stored = row
    try:
        detail = json.loads(text(stored))
    except RecursionError as error:
        raise ValueError("a detail is not nested") from error
    if not isinstance(detail, dict) or not all(map(_is_scalar, detail.values())):
        raise TypeError("a detail is an object of numbers, texts and truth values")
    return TrailEntry(float(at), text(name), TrailEvent(event), detail)


def trail_of(read: Read, thing_name: str, limit: int) -> list[TrailEntry]:
    """The trail of one device, newest first.

    Args:
        read: Reads a journal; one that may not be written to will do.
        thing_name: The device; "" for what named nobody.
        limit: How many entries at most.

    Raises:
        ValueError, TypeError: An entry is damaged. And whatever `read` raises.
    """
    rows = read(
        f"SELECT {_COLUMNS} FROM trail WHERE thing_name = ? ORDER BY entry_id DESC LIMIT ?",  # noqa: S608 - ours
        (thing_name, limit),
    )
    return list(map(read_trail_row, rows))


def whole_trail(read: Read) -> Iterator[TrailEntry]:
    """All of the trail, oldest first, in portions; raises as `trail_of` does."""
    last = 0
    while True:
        rows = list(
            read(
                f"SELECT entry_id, {_COLUMNS} FROM trail WHERE entry_id > ?"  # noqa: S608 - ours
                " ORDER BY entry_id LIMIT ?",
                (last, _READ_AT_ONCE),
            )
        )
        for entry_id, *columns in rows:
            last = int(entry_id)
            yield read_trail_row(columns)
        if len(rows) < _READ_AT_ONCE:
            return


class Trail:
    """The trail as the component writes it.

    Args:
        database: The journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, thing_name: str, limit: int) -> Sequence[TrailEntry]:
        """The newest entries of one device, newest first; raises JournalError."""
        with self._database.reading():
            return trail_of(self._database.read, thing_name, limit)

    def add(self, entries: Sequence[TrailEntry], most: int) -> None:
        """Adds entries, and makes room for them; within a transaction.

        Args:
            entries: In the order in which they happened; of more than `most` the last are taken.
            most: How many entries the trail may have; 1 or more.
        """
        added = entries[-most:]
        self._database.insert_all(f"INSERT INTO trail ({_COLUMNS})", _rows(added))
        self.trim(most, TRIM_AT_ONCE + len(added))

    def trim(self, most: int, at_once: int = TRIM_AT_ONCE) -> None:
        """Deletes the oldest entries if there are too many; within a transaction.

        Args:
            most: How many entries the trail may have.
            at_once: How many are deleted at most.
        """
        ((first, last),) = self._database.write(_ENDS)
        if _too_many(first, last, most):
            # Ids follow one another: nothing is deleted but the oldest.
            goal = last - most + most // _SLACK_SHARE
            end = min(goal, first + at_once - 1)
            self._database.write("DELETE FROM trail WHERE entry_id <= ?", (end,))

    def is_too_long(self, most: int) -> bool:
        """Whether it has more entries than it may have; raises JournalError."""
        ((first, last),) = self._database.read(_ENDS)
        return _too_many(first, last, most)


def _too_many(first: int | None, last: int | None, most: int) -> bool:
    return first is not None and last is not None and last - first >= most


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float)
