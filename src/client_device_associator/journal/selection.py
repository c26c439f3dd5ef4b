"""Which devices a reader wants to see, in which order, a page at a time."""

from collections.abc import Iterator, Sequence
from enum import Enum

from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.values import dataclass
from client_device_associator.journal.reader import JournalReader, converting
from client_device_associator.journal.rows import read_device, text

_PAGE = 500
_AFTER_ALL = "\x7f"
"""Behind every character of a thing name."""


class Order(Enum):
    """What devices are sorted by; the values are columns of the journal."""

    NAME = "thing_name"
    SINCE = "since"
    DUE = "due_at"
    ATTEMPTS = "attempts"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which devices.

    Attributes:
        states: In one of these states; in any if there is none.
        globs: Their names match one of these shell-style patterns; any name if there is none.
        entered_before: They are in their state since before this moment; steady seconds.
    """

    states: tuple[DeviceState, ...] = ()
    globs: tuple[str, ...] = ()
    entered_before: float | None = None

    def condition(self) -> tuple[str, list[object]]:
        """The same in SQL, and the values in it."""
        parts, values = ["1"], list[object]()
        if self.states:
            parts.append(f"state IN ({','.join('?' * len(self.states))})")
            values += [state.value for state in self.states]
        if self.globs:
            parts.append(f"({' OR '.join(['thing_name GLOB ?'] * len(self.globs))})")
            # The one difference to shells, and to the rules of admission.
            values += [glob.replace("[!", "[^") for glob in self.globs]
        if self.entered_before is not None:
            parts.append("since <= ?")
            values.append(self.entered_before)
        return " AND ".join(parts), values


def longest_name(journal: JournalReader, selection: Selection) -> int:
    """Characters of the longest thing name; 0 if there is no such device.

    Like all functions here, it raises JournalError if the journal cannot be read.
    """
    condition, values = selection.condition()
    query = f"SELECT MAX(LENGTH(thing_name)) FROM device WHERE {condition}"  # noqa: S608 - ours
    ((longest,),) = journal.read(query, values)
    return int(longest or 0)


def names_with_prefix(journal: JournalReader, prefix: str, count: int) -> Sequence[str]:
    """The first so many thing names that begin so; found by the table's key."""
    rows = journal.read(
        "SELECT thing_name FROM device WHERE thing_name >= ? AND thing_name < ?"
        " ORDER BY thing_name LIMIT ?",
        (prefix, prefix + _AFTER_ALL, count),
    )
    with converting():
        return [text(name) for (name,) in rows]


def device_pages(
    journal: JournalReader, selection: Selection, order: Order = Order.NAME
) -> Iterator[Sequence[Device]]:
    """The devices, some hundreds at a time; each as it is when its page is read."""
    if order is Order.NAME:
        return _pages_by_name(journal, selection)
    return _pages_in_order(journal, selection, order)


def _pages_by_name(journal: JournalReader, selection: Selection) -> Iterator[Sequence[Device]]:
    condition, values = selection.condition()
    after = ""
    while True:
        query = (
            f"SELECT * FROM device WHERE {condition} AND thing_name > ?"  # noqa: S608 - ours
            " ORDER BY thing_name LIMIT ?"
        )
        page = _devices(journal.read(query, [*values, after, _PAGE]))
        if page:
            yield page
        if len(page) < _PAGE:
            return
        after = page[-1].thing_name


def _pages_in_order(
    journal: JournalReader, selection: Selection, order: Order
) -> Iterator[Sequence[Device]]:
    """No index has this order: the names are sorted once, and the rest is read as it is needed."""
    condition, values = selection.condition()
    query = (
        f"SELECT thing_name FROM device WHERE {condition}"  # noqa: S608 - ours
        f" ORDER BY {order.value}, thing_name"
    )
    rows = journal.read(query, values)
    with converting():
        names = [text(name) for (name,) in rows]
    for start in range(0, len(names), _PAGE):
        portion = names[start : start + _PAGE]
        marks = ",".join("?" * len(portion))
        query = f"SELECT * FROM device WHERE {condition} AND thing_name IN ({marks})"  # noqa: S608
        found = {one.thing_name: one for one in _devices(journal.read(query, [*values, *portion]))}
        # Some may have gone, or changed, since the names were read.
        yield [found[name] for name in portion if name in found]


def _devices(rows: Sequence[Sequence[object]]) -> Sequence[Device]:
    with converting():
        return [read_device(row) for row in rows]
