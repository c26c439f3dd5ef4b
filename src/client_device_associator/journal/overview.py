"""What the journal holds, in numbers and in full, for a reader."""

from collections.abc import Iterator, Mapping, Sequence

from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.core.values import dataclass
from client_device_associator.journal.reader import JournalReader, converting
from client_device_associator.journal.rows import text

_PAGE = 1000
_WAITING_COLUMNS = 4
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


def waiting_announcements(journal: JournalReader) -> Iterator[Sequence[str]]:
    """Every announcement that has no final result yet: thing name, topic, id, bus.

    In the order of the table's key, a page at a time. Raises JournalError.
    """
    after: Sequence[str] = ("",) * _WAITING_COLUMNS  # before every other
    while True:
        rows = journal.read(
            "SELECT thing_name, topic, announcement_id, bus FROM waiting"
            " WHERE (thing_name, topic, announcement_id, bus) > (?, ?, ?, ?)"
            " ORDER BY thing_name, topic, announcement_id, bus LIMIT ?",
            (*after, _PAGE),
        )
        with converting():
            found = [tuple(map(text, row)) for row in rows]
        yield from found
        if len(found) < _PAGE:
            return
        after = found[-1]


def _moment(value: float | None) -> float | None:
    return None if value is None else float(value)
