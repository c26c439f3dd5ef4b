"""Finds the devices at fault in a batch that was refused as a whole.

A group that is refused is split into halves, and each half is called. One device at fault among n
costs at most 2·⌈log2 n⌉ calls more, and all others are associated on the way. A device has failed
only when it was refused in a call of its own.
"""

from collections.abc import Collection, Sequence


class Bisection:
    """The groups of one batch that are still to be called.

    It lives in memory alone: after a crash the batch is called as a whole again.

    Args:
        batch: The thing names of the call that was refused.
        accused: Those that the service named as at fault; empty if it named none.
    """

    def __init__(self, batch: Sequence[str], accused: Collection[str]) -> None:
        self._groups: list[tuple[str, ...]] = []
        others = [name for name in batch if name not in accused]
        if accused and others:
            # Believed once: from a service that names the wrong device, splitting finds the right
            # one more quickly than one accusation after the other.
            self._groups = [tuple(name for name in batch if name in accused), tuple(others)]
        else:
            self.split(batch)

    def __bool__(self) -> bool:
        """Whether any group is left."""
        return bool(self._groups)

    def split(self, group: Sequence[str]) -> None:
        """A group was refused: its halves are called next."""
        middle = (len(group) + 1) // 2
        self._groups += filter(None, (tuple(group[middle:]), tuple(group[:middle])))

    def take(self, limit: int) -> tuple[str, ...]:
        """The thing names of the next call.

        Args:
            limit: The most names that the call may have; the settings may have changed.
        """
        group = self._groups.pop()
        if group[limit:]:
            self._groups.append(group[limit:])
        return group[:limit]

    def put_back(self, group: tuple[str, ...]) -> None:
        """The call for this group failed for another reason; it is made again."""
        self._groups.append(group)
