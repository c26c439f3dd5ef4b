"""How many devices the journal has, by what the contract says of places."""

from simulation.record import Record

OCCUPIED = "state = 1 OR ((state = 0 OR state = 3) AND origin <> 0)"
"""May be associated: they are, or were before what they wait for."""

HELD = f"state = 0 OR {OCCUPIED}"
"""Have a place, among `limits.maxDevices`: also those that are to be associated."""


def count(record: Record, which: str) -> int:
    """How many devices there are in the journal for which a condition holds."""
    ((number,),) = record.process.stored(f"SELECT COUNT(*) FROM device WHERE {which}")  # noqa: S608 - ours
    assert isinstance(number, int)
    return number
