"""Which of the devices that are associated somebody has to look at."""

from collections.abc import Sequence

from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.database import Database
from client_device_associator.journal.rows import read_device

_ASSOCIATED = f"FROM device WHERE state = {DeviceState.ASSOCIATED.value}"


def associated_after(database: Database, after: str, count: int) -> Sequence[Device]:
    """So many of the devices that are associated, in the order of names, after a name.

    Like all functions here, it raises JournalError if the journal cannot be read.
    """
    query = f"SELECT * {_ASSOCIATED} AND thing_name > ? ORDER BY thing_name LIMIT ?"
    return _devices(database, query, (after, count))


def silent_devices(database: Database, heard_before: int, count: int) -> Sequence[Device]:
    """So many of our associated devices that were heard last before a day; longest first."""
    query = (
        f"SELECT * {_ASSOCIATED} AND origin = {Origin.OURS.value} AND heard_on < ?"
        " ORDER BY heard_on, thing_name LIMIT ?"
    )
    return _devices(database, query, (heard_before, count))


def devices_claimed(database: Database, by: float, count: int) -> Sequence[Device]:
    """So many of the devices that were claimed by a steady moment, those claimed first."""
    query = f"SELECT * {_ASSOCIATED} AND claimed_at <= ? ORDER BY claimed_at, thing_name LIMIT ?"
    return _devices(database, query, (by, count))


def first_claimed_at(database: Database) -> float | None:
    """When the first of them was claimed; steady seconds. None if there is none."""
    # The second condition is that of the index.
    query = f"SELECT MIN(claimed_at) {_ASSOCIATED} AND claimed_at IS NOT NULL"
    ((first,),) = database.read(query)
    with database.reading():
        return None if first is None else float(first)


def _devices(database: Database, query: str, values: tuple[object, ...]) -> Sequence[Device]:
    rows = database.read(query, values)
    with database.reading():
        return [read_device(row) for row in rows]
