"""Who is associated with whom: now, and as it was a while ago."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from functools import partial

MAX_CHANGES = 200_000
"""How many changes can be undone; what was changed before them counts as always been so."""


@dataclass(frozen=True)
class _Change:
    time: float
    core: str
    name: str
    before: float | None
    """Since when it had been associated, in seconds since the epoch; None: it was not."""


class History:
    """Every change of an association, so that an earlier state can be made again.

    Args:
        clock: Seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._changes: deque[_Change] = deque(maxlen=MAX_CHANGES)
        self.count = 0
        """How many changes there have been; a moment in the history is such a count."""

    def note(self, core: str, name: str, before: float | None) -> None:
        """Remember a change that is being made."""
        self._changes.append(_Change(self._clock(), core, name, before))
        self.count += 1

    def count_at(self, time: float) -> int:
        """How many changes there had been at a time (seconds since the epoch)."""
        later = 0
        for change in reversed(self._changes):
            if change.time <= time:
                break
            later += 1
        return self.count - later

    def undo(self, core: str, associated: Mapping[str, float], count: int) -> dict[str, float]:
        """What a core device's associations were when there had been `count` changes."""
        past = dict(associated)
        later = self.count - count
        for change in reversed(self._changes):
            if later <= 0:
                break
            later -= 1
            if change.core != core:
                continue
            if change.before is None:
                past.pop(change.name, None)
            else:
                past[change.name] = change.before
        return past


class AssociationTable(MutableMapping[str, float]):
    """A core device's client devices, and since when (seconds since the epoch).

    Args:
        note: Told of each change: the name, and since when it was associated before, or None.
    """

    def __init__(self, note: Callable[[str, float | None], None]) -> None:
        self._since: dict[str, float] = {}
        self._note = note
        self._in_order: list[str] | None = None

    def __getitem__(self, name: str) -> float:
        return self._since[name]

    def __setitem__(self, name: str, since: float) -> None:
        before = self._since.get(name)
        self._note(name, before)
        self._since[name] = since
        if before is None and self._in_order is not None:
            insort(self._in_order, name)

    def __delitem__(self, name: str) -> None:
        self._note(name, self._since[name])
        del self._since[name]
        if self._in_order is not None:
            del self._in_order[bisect_left(self._in_order, name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._since)

    def __len__(self) -> int:
        return len(self._since)

    def __repr__(self) -> str:
        return repr(self._since)

    def in_order(self) -> list[str]:
        """The names, sorted; kept that way, because a list of 100,000 has a thousand pages."""
        if self._in_order is None:
            self._in_order = sorted(self._since)
        return self._in_order


class Associations(MutableMapping[str, MutableMapping[str, float]]):
    """The tables of all core devices.

    Assigning a mapping makes a core device's table equal to it.

    Args:
        history: Told of every change.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._tables: dict[str, AssociationTable] = {}

    def __getitem__(self, core: str) -> MutableMapping[str, float]:
        return self._tables[core]

    def __setitem__(self, core: str, associated: Mapping[str, float]) -> None:
        table = self.table(core)
        for name in [name for name in table if name not in associated]:
            del table[name]
        table.update(associated)

    def __delitem__(self, core: str) -> None:
        self._tables[core].clear()
        del self._tables[core]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __repr__(self) -> str:
        return repr(self._tables)

    def table(self, core: str) -> AssociationTable:
        """A core device's table, made when there is none."""
        table = self._tables.get(core)
        if table is None:
            table = self._tables[core] = AssociationTable(partial(self._history.note, core))
        return table
