"""Which pending devices come next: lanes take turns, and none waits for the end of another."""

import heapq
from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import Any

from client_device_associator.journal.database import Database
from client_device_associator.journal.rows import text

_PENDING = "FROM device WHERE state = 0 AND lane = ?"


def due_names(database: Database, now: float, limit: int) -> Sequence[str]:
    """Thing names of pending devices that are due; raises JournalError.

    Args:
        database: Where the devices are.
        now: Steady seconds.
        limit: The most names.
    """
    queues = [
        database.read(
            f"SELECT due_at, thing_name {_PENDING} AND due_at <= ?"
            " ORDER BY due_at, thing_name LIMIT ?",
            (lane, now, limit),
        )
        for lane in _lanes(database)
    ]
    with database.reading():
        # The lane whose first device waits for the longest time begins.
        queues.sort(key=_first)
        turns = chain.from_iterable(zip_longest(*queues))
        return [text(row[1]) for row in islice((row for row in turns if row is not None), limit)]


def next_due_at(database: Database, count: int) -> float | None:
    """When so many of the pending devices are due; None if there are fewer; raises JournalError."""
    queues = [
        database.read(
            f"SELECT due_at {_PENDING} ORDER BY due_at LIMIT ?",
            (lane, count),
        )
        for lane in _lanes(database)
    ]
    with database.reading():
        moments = heapq.merge(*([float(due_at) for (due_at,) in queue] for queue in queues))
        return next(islice(moments, count - 1, None), None)


def _lanes(database: Database) -> Iterator[str]:
    """The lanes that have pending devices; each is found with one look at the index."""
    query = "SELECT MIN(lane) FROM device WHERE state = 0"
    ((lane,),) = database.read(query)
    while lane is not None:
        yield lane
        ((lane,),) = database.read(f"{query} AND lane > ?", (lane,))


def _first(queue: Sequence[Sequence[Any]]) -> float:
    return float(queue[0][0]) if queue else 0.0
