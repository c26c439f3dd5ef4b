"""Since when the device waits that waits for the longest time."""

from client_device_associator.core.life import QUEUED
from client_device_associator.journal.database import Database

MOST_BY_INDEX = 1000
"""Waiting devices that are looked up by the index of those that wait, some 2 µs each. With more of
them all rows are read in one go, some 0.2 µs each."""


def oldest_since(database: Database, waiting: int) -> float | None:
    """When the first of all devices that wait began to; steady seconds. None if none waits.

    Args:
        database: Where the devices are.
        waiting: How many there are, about.

    Raises:
        JournalError: The journal cannot be read.
    """
    # Not as a parameter: only for this very text does SQLite use the partial index.
    how = "" if waiting <= MOST_BY_INDEX else "NOT INDEXED"
    moments: list[float] = []
    for state in QUEUED:
        query = f"SELECT MIN(since) FROM device {how} WHERE state = {state.value}"  # noqa: S608 - ours
        with database.reading():
            moments += [float(since) for (since,) in database.read(query) if since is not None]
    return min(moments, default=None)
