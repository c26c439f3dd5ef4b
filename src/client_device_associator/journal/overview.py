"""What the journal holds, in numbers and in full, for a reader."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.journal.reader import JournalReader, converting
from client_device_associator.journal.rows import text

_PAGE = 1000
_WAITS = " OR ".join(
    f"state = {state.value}" for state in sorted(QUEUED, key=lambda one: one.value)
)


@dataclass(frozen=True, slots=True)
class Overview:
    """Numbers; moments are steady seconds, or None if there is no such row.

    Attributes:
        devices: How many there are in each state that has any.
        oldest_waiting: Since when the device waits that waits longest.
        next_due_at: When the next device that waits is, or was, due.
        last_settled: When a call or a list has settled a device last.
        unsent: Results that the nucleus has not taken yet, by bus.
    """

    devices: Mapping[DeviceState, int]
    oldest_waiting: float | None
    next_due_at: float | None
    last_settled: float | None
    unsent: Mapping[str, int]


def read_overview(journal: JournalReader) -> Overview:
    """Reads the numbers; raises JournalError."""
    counts = journal.read("SELECT state, COUNT(*) FROM device GROUP BY state")
    ((oldest, due),) = journal.read(f"SELECT MIN(since), MIN(due_at) FROM device WHERE {_WAITS}")  # noqa: S608 - ours
    # In the words of the index.
    ((settled,),) = journal.read("SELECT MAX(since) FROM device WHERE state <> 0 AND state <> 3")
    with converting():
        return Overview(
            devices={DeviceState(state): int(number) for state, number in counts},
            oldest_waiting=_moment(oldest),
            next_due_at=_moment(due),
            last_settled=_moment(settled),
            unsent=dict(unsent_counts(journal)),
        )


def unsent_counts(journal: JournalReader) -> Sequence[tuple[str, int]]:
    """Each bus that has results to be sent, and how many; raises JournalError."""
    rows = journal.read("SELECT bus, COUNT(*) FROM owed GROUP BY bus ORDER BY bus")
    with converting():
        return [(text(bus), int(number)) for bus, number in rows]


def table_rows(
    journal: JournalReader, table: str, key: Sequence[str]
) -> Iterator[Mapping[str, object]]:
    """Every row of a table by its columns' names, in the order of its key.

    Without such a table there are none: the journal of another version has others.

    Args:
        journal: Where it is.
        table: Its name.
        key: The columns of its primary key.

    Raises:
        JournalError: The journal cannot be read.
    """
    columns = [str(row[1]) for row in journal.read(f"PRAGMA table_info({table})")]
    if not columns:
        return
    names = ", ".join(key)
    after = ""
    values: list[object] = []
    while True:
        query = f"SELECT * FROM {table} {after} ORDER BY {names} LIMIT {_PAGE}"  # noqa: S608 - ours
        rows = journal.read(query, values)
        for row in rows:
            yield dict(zip(columns, row, strict=True))
        if len(rows) < _PAGE:
            return
        values = [rows[-1][columns.index(column)] for column in key]
        after = f"WHERE ({names}) > ({', '.join('?' * len(key))})"


def _moment(value: float | None) -> float | None:
    return None if value is None else float(value)
