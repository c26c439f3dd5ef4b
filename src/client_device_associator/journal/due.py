"""Which devices that wait come next: lanes take turns, and none waits for the end of another."""

import heapq
from collections.abc import Iterable, Sequence
from itertools import chain, islice, zip_longest
from typing import Any

from client_device_associator.core.life import DeviceState
from client_device_associator.journal.database import Database
from client_device_associator.journal.rows import text


def due_names(
    database: Database, state: DeviceState, now: float, limit: int, lanes: Iterable[str]
) -> Sequence[str]:
    """Thing names of devices that wait and are due; raises JournalError.

    Args:
        database: Where the devices are.
        state: In which they wait.
        now: Steady seconds.
        limit: The most names.
        lanes: Those in which any device waits for anything; to ask for them costs a look at the
            index for each.
    """
    queues = [
        database.read(
            f"SELECT due_at, thing_name {_waiting(state)} AND lane = ? AND due_at <= ?"
            " ORDER BY due_at, thing_name LIMIT ?",
            (lane, now, limit),
        )
        for lane in lanes
    ]
    with database.reading():
        # The lane whose first device waits for the longest time begins.
        queues.sort(key=_first)
        turns = chain.from_iterable(zip_longest(*queues))
        return [text(row[1]) for row in islice((row for row in turns if row is not None), limit)]


def next_due_at(
    database: Database, state: DeviceState, count: int, lanes: Iterable[str]
) -> float | None:
    """When so many of the devices that wait are due; None if there are fewer.

    Args:
        database: Where the devices are.
        state: In which they wait.
        count: How many.
        lanes: See `due_names`.

    Raises:
        JournalError: The journal cannot be read.
    """
    queues = [
        database.read(
            f"SELECT due_at {_waiting(state)} AND lane = ? ORDER BY due_at LIMIT ?", (lane, count)
        )
        for lane in lanes
    ]
    with database.reading():
        moments = heapq.merge(*([float(due_at) for (due_at,) in queue] for queue in queues))
        return next(islice(moments, count - 1, None), None)


def _waiting(state: DeviceState) -> str:
    # Not as a parameter: only for this very text does SQLite use the partial index.
    return f"FROM device WHERE state = {state.value}"


def _first(queue: Sequence[Sequence[Any]]) -> float:
    return float(queue[0][0]) if queue else 0.0
