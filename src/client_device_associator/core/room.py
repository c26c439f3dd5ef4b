"""Who may still join the queue of pending devices: it is bounded, and no lane may fill it alone."""

from collections import Counter
from collections.abc import Collection, Mapping

KEPT_SHARE = 10
"""A tenth of the places is kept for lanes that have few devices waiting."""


class Room:
    """The places in the queue.

    Each lane that is in use has a few places of its own, which nobody else may take.

    Args:
        places: How many there are.
        pending: The devices that wait, by lane.
        lanes: Those that are in use: a lane by which nothing comes keeps no places.
    """

    def __init__(self, places: int, pending: Mapping[str, int], lanes: Collection[str]) -> None:
        self._lanes = lanes
        self._own = places // (KEPT_SHARE * max(1, len(lanes)))
        self._pending = Counter(pending)
        self._free = places - sum(pending.values())

    def take(self, lane: str) -> bool:
        """Takes a place for one more device of a lane; False if there is none for it."""
        if self._free <= 0 or self._free <= self._kept_from(lane):
            return False
        self._free -= 1
        self._pending[lane] += 1
        return True

    def _kept_from(self, lane: str) -> int:
        """How many free places belong to other lanes."""
        return sum(
            max(0, self._own - self._pending[other]) for other in self._lanes if other != lane
        )
