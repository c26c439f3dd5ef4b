"""Adds, reads and drops the results that the nucleus has not taken yet."""

from collections.abc import Collection, Sequence

from client_device_associator.core.bus import Bus
from client_device_associator.core.device import Device
from client_device_associator.core.result import Result
from client_device_associator.core.values import dataclass
from client_device_associator.journal.database import Database
from client_device_associator.journal.rows import dump_result, load_result, whole
from client_device_associator.journal.send_order import SendOrder

MAX_RECENT = 500
"""Results kept in memory, at some 500 bytes each; an answer of the cloud makes 100."""

_NO_LANE = ""
"""Of results that no device of the decision has led to."""


@dataclass(frozen=True, slots=True)
class DurableResult:
    """A result that the nucleus has not taken yet; `refusals` counts how often it refused it."""

    result_id: int
    result: Result
    refusals: int


class Recent:
    """The last results that were stored, so that they need not be read from text to be sent.

    It holds values alone: what is not in it is read.
    """

    def __init__(self) -> None:
        self._results: dict[tuple[str, str], Result] = {}

    def dump(self, result: Result) -> tuple[str, str]:
        """A result as it is stored, and its bus."""
        stored = (dump_result(result), result.bus._value_)
        if len(self._results) >= MAX_RECENT:
            self._results.clear()
        self._results[stored] = result
        return stored

    def load(self, stored: object, bus: object) -> Result:
        """A result from what is stored; each is wanted once."""
        try:
            return self._results.pop((stored, bus))  # type: ignore[arg-type] # whatever the file holds
        except KeyError:
            return load_result(stored, bus)


def add_results(
    database: Database,
    order: SendOrder,
    recent: Recent,
    results: Sequence[Result],
    devices: Sequence[Device],
) -> None:
    """Adds results that are to be sent; within a transaction.

    Args:
        database: The journal's.
        order: Gives them their turns.
        recent: Keeps them in memory as well.
        results: What became of devices.
        devices: Those devices: the lane by which one has come is that of its results.
    """
    lanes = {one.thing_name: one.lane for one in devices}
    database.insert_all(
        "INSERT INTO owed (send_at, refusals, result, bus)",
        (
            (order.place(one.bus, lanes.get(one.thing_name or "", _NO_LANE)), 0, *recent.dump(one))
            for one in results
        ),
    )


def unsent_results(
    database: Database,
    order: SendOrder,
    recent: Recent,
    bus: Bus,
    now: float,
    *,
    limit: int,
    busy: Collection[int],
) -> Sequence[DurableResult]:
    """Results for a bus to be sent now, but for those on their way already.

    Lanes take turns: the results of a crowd that comes by one of them may be more than the nucleus
    takes, and nobody else's wait for their end. Within a lane the oldest come first.

    Args:
        database: The journal's.
        order: Is told how far they are.
        recent: Results that are known.
        bus: Where they go.
        now: Steady seconds.
        limit: How many at most.
        busy: The ids of those on their way.
    """
    rows = database.read(
        "SELECT owed_id, result, refusals, bus, send_at FROM owed WHERE bus = ? AND send_at <= ?"
        " ORDER BY send_at, owed_id LIMIT ?",
        (bus.value, now, limit + len(busy)),
    )
    rows = [row for row in rows if row[0] not in busy]
    with database.reading():
        if rows:
            order.reach(bus, float(rows[0][4]))
        return [
            DurableResult(int(result_id), recent.load(result, on), whole(refusals))
            for result_id, result, refusals, on, _ in rows
        ]


def next_send_at(database: Database, bus: Bus) -> float | None:
    """When the next result for a bus is, or was, to be sent, in steady seconds; None if none is."""
    ((first,),) = database.read("SELECT MIN(send_at) FROM owed WHERE bus = ?", (bus.value,))
    with database.reading():
        return None if first is None else float(first)


def drop_refused(database: Database, bus: Bus, keep: int) -> int:
    """Deletes the oldest results that were refused, down to a number; returns how many."""
    return database.write(
        "DELETE FROM owed WHERE owed_id IN (SELECT owed_id FROM owed WHERE bus = ?"
        " AND refusals > 0 ORDER BY owed_id DESC LIMIT -1 OFFSET ?)",
        (bus.value, keep),
    ).rowcount


def drop_oldest(database: Database, bus: Bus, keep: int) -> int:
    """Deletes the oldest results for a bus, down to a number; returns how many."""
    return database.write(
        "DELETE FROM owed WHERE owed_id IN (SELECT owed_id FROM owed WHERE bus = ?"
        " ORDER BY owed_id DESC LIMIT -1 OFFSET ?)",
        (bus.value, keep),
    ).rowcount
