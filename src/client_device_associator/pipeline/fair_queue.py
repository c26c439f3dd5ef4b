"""A bounded queue in which those who send much do not keep out those who send little."""

from collections import Counter, OrderedDict, deque
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who is treated as one.

    Attributes:
        lane: A group of senders, which counts as one beside other groups.
        name: One of them.
    """

    lane: str
    name: str


class FairQueue(Generic[Item]):
    """First in, first out for each sender; lanes take turns, and so do the senders of a lane.

    There is room for an item as long as what waits in all, in its lane and of its sender is less
    than the bound when it is added up. So one sender alone takes a third of the room, one lane half
    of it, and there always is some for those who have nothing waiting.

    It needs no lock. One thread offers and keeps count, another one takes, and each tells the other
    what it has done through a deque, which takes and gives one item at a time.

    Args:
        max_items: The bound of items.
        max_bytes: The bound of their sizes.
    """

    def __init__(self, max_items: int, max_bytes: int) -> None:
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._arrived: deque[tuple[Sender, Item, int]] = deque()
        self._left: deque[tuple[Sender, int]] = deque()
        self._items: Counter[Sender | str | None] = Counter()
        self._bytes: Counter[Sender | str | None] = Counter()
        self._lanes: OrderedDict[str, OrderedDict[str, deque[tuple[Item, int]]]] = OrderedDict()
        self._sorted = 0

    def __len__(self) -> int:
        """How many items wait; while the other thread is at work it may be one off."""
        return len(self._arrived) + self._sorted

    def offer(self, sender: Sender, item: Item, size: int) -> bool:
        """Adds an item if there is room for it; only one thread may offer."""
        self._count_what_left()
        who = (None, sender.lane, sender)
        if sum(self._items[one] for one in who) >= self._max_items:
            return False
        if sum(self._bytes[one] for one in who) + size > self._max_bytes:
            return False
        self._count(sender, 1, size)
        self._arrived.append((sender, item, size))
        return True

    def take(self, max_items: int, max_bytes: int) -> list[Item]:
        """Takes the next items; only one thread may take.

        Args:
            max_items: The most items.
            max_bytes: No more once their sizes have come to this.
        """
        self._sort_what_arrived()
        items: list[Item] = []
        taken = 0
        while self._lanes and len(items) < max_items and taken < max_bytes:
            item, size = self._next()
            items.append(item)
            taken += size
        return items

    def _next(self) -> tuple[Item, int]:
        lane, senders = self._lanes.popitem(last=False)
        name, waiting = senders.popitem(last=False)
        item, size = waiting.popleft()
        # Those who have more go to the end of the line.
        if waiting:
            senders[name] = waiting
        if senders:
            self._lanes[lane] = senders
        self._sorted -= 1
        self._left.append((Sender(lane, name), size))
        return item, size

    def _sort_what_arrived(self) -> None:
        while self._arrived:
            sender, item, size = self._arrived.popleft()
            senders = self._lanes.setdefault(sender.lane, OrderedDict())
            senders.setdefault(sender.name, deque()).append((item, size))
            self._sorted += 1

    def _count_what_left(self) -> None:
        while self._left:
            sender, size = self._left.popleft()
            self._count(sender, -1, -size)

    def _count(self, sender: Sender, items: int, size: int) -> None:
        for one in (None, sender.lane, sender):
            self._items[one] += items
            self._bytes[one] += size
            if not self._items[one]:
                # Or everybody who has ever sent would be remembered.
                del self._items[one], self._bytes[one]
