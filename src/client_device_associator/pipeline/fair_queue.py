"""A bounded queue in which those who send much do not keep out those who send little."""

from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")


class Sender(NamedTuple):
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
        self._left: deque[list[tuple[Sender, int]]] = deque()
        self._items: dict[Hashable, int] = {}
        self._bytes: dict[Hashable, int] = {}
        self._lanes: OrderedDict[str, OrderedDict[str, deque[tuple[Item, int]]]] = OrderedDict()
        self._sorted = 0

    def __len__(self) -> int:
        """How many items wait; while the other thread is at work it may be one off."""
        return len(self._arrived) + self._sorted

    def offer(self, sender: Sender, item: Item, size: int) -> bool:
        """Adds an item if there is room for it; only one thread may offer."""
        if self._left:
            self._count_what_left()
        lane = sender.lane
        # Written out: it is done for each message, and on the nucleus's thread.
        items, sizes = self._items, self._bytes
        in_all, in_lane, own = items.get(None, 0), items.get(lane, 0), items.get(sender, 0)
        if in_all + in_lane + own >= self._max_items:
            return False
        all_bytes, lane_bytes = sizes.get(None, 0), sizes.get(lane, 0)
        own_bytes = sizes.get(sender, 0)
        if all_bytes + lane_bytes + own_bytes + size > self._max_bytes:
            return False
        items[None], items[lane], items[sender] = in_all + 1, in_lane + 1, own + 1
        sizes[None], sizes[lane] = all_bytes + size, lane_bytes + size
        sizes[sender] = own_bytes + size
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
        left: list[tuple[Sender, int]] = []
        taken = 0
        while self._lanes and len(items) < max_items and taken < max_bytes:
            sender, item, size = self._next()
            items.append(item)
            left.append((sender, size))
            taken += size
        if left:
            self._left.append(left)
        return items

    def _next(self) -> tuple[Sender, Item, int]:
        lane, senders = self._lanes.popitem(last=False)
        name, waiting = senders.popitem(last=False)
        item, size = waiting.popleft()
        # Those who have more go to the end of the line.
        if waiting:
            senders[name] = waiting
        if senders:
            self._lanes[lane] = senders
        self._sorted -= 1
        return Sender(lane, name), item, size

    def _sort_what_arrived(self) -> None:
        while self._arrived:
            sender, item, size = self._arrived.popleft()
            senders = self._lanes.setdefault(sender.lane, OrderedDict())
            senders.setdefault(sender.name, deque()).append((item, size))
            self._sorted += 1

    def _count_what_left(self) -> None:
        items, sizes = self._items, self._bytes
        while self._left:
            for sender, size in self._left.popleft():
                for one in (None, sender.lane, sender):
                    number = items[one] - 1
                    if number:
                        items[one] = number
                        sizes[one] -= size
                    else:
                        # Or everybody who has ever sent would be remembered.
                        del items[one], sizes[one]
