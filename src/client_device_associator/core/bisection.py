"""Finds the devices at fault in a batch that was refused as a whole.

A group that is refused is split into halves, and each half is called. One device at fault among n
costs at most 2·⌈log2 n⌉ calls more, and all others are associated on the way. A device has failed
only when it was refused in a call of its own.
"""

from collections.abc import Collection, Iterable, Sequence

Group = tuple[str, ...]
"""Thing names that are called together."""


class Bisection:
    """The groups of one batch that are still to be called; it never changes.

    It lives in memory alone: after a crash the batch is called as a whole again.

    Args:
        groups: That to be called next last.
    """

    def __init__(self, groups: Iterable[Group]) -> None:
        self._groups = tuple(group for group in groups if group)

    def __bool__(self) -> bool:
        """Whether any group is left."""
        return bool(self._groups)

    @property
    def thing_names(self) -> Group:
        """All those that are still to be called."""
        return tuple(name for group in self._groups for name in group)

    def split(self, group: Sequence[str]) -> "Bisection":
        """A group was refused: its halves are called next."""
        middle = (len(group) + 1) // 2
        return Bisection((*self._groups, tuple(group[middle:]), tuple(group[:middle])))

    def without(self, thing_names: Collection[str]) -> "Bisection":
        """These are not called any more."""
        return Bisection(
            tuple(name for name in group if name not in thing_names) for group in self._groups
        )

    def take(self, limit: int) -> "tuple[Group, Bisection]":
        """The thing names of the next call, and what is left then.

        Args:
            limit: The most names that the call may have; the settings may have changed.
        """
        *others, group = self._groups
        return group[:limit], Bisection((*others, group[limit:]))


def bisection_of(batch: Sequence[str], accused: Collection[str]) -> Bisection:
    """What is to be called after a refusal.

    Args:
        batch: The thing names of the call that was refused.
        accused: Those that the service named as at fault; empty if it named none.
    """
    others = tuple(name for name in batch if name not in accused)
    if accused and others:
        # Believed once: from a service that names the wrong device, splitting finds the right
        # one more quickly than one accusation after the other.
        return Bisection((tuple(name for name in batch if name in accused), others))
    return Bisection(()).split(batch)
