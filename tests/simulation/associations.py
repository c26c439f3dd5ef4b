"""Who is associated in the cloud, who has done it, and since when."""

from collections import defaultdict

from simulation.world import World


class Associations:
    """The table, and how it came to be.

    Attributes:
        table: Who is associated now.
        ever: Whom a call of the component's has associated, or found associated.
        released: Whom a call of the component's has disassociated, or found so.
        by_hand_at: When somebody else changed a device last.
        ours_at: When a call of the component's was carried out for a device last.
    """

    def __init__(self, world: World) -> None:
        self.table: set[str] = set()
        self.ever: set[str] = set()
        self.released: set[str] = set()
        self.by_hand_at: dict[str, float] = {}
        self.ours_at: dict[str, float] = {}
        self._world = world
        self._history: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)

    def ours(self, name: str, *, is_there: bool) -> None:
        """A call of the component's is carried out for a device."""
        (self.ever if is_there else self.released).add(name)
        self.ours_at[name] = self._world.time
        self._set(name, is_there=is_there)

    def by_hand(self, name: str, *, is_there: bool) -> None:
        """Somebody else associates a device, or disassociates it."""
        if (name in self.table) is not is_there:
            self.by_hand_at[name] = self._world.time
        self._set(name, is_there=is_there)

    def was_there(self, name: str, at: float) -> bool:
        """Whether a device was associated at a time."""
        changes = reversed(self._history.get(name, []))
        return next((is_there for time, is_there in changes if time <= at), False)

    def knows(self, name: str) -> bool:
        """Whether a device ever was associated."""
        return name in self._history

    def _set(self, name: str, *, is_there: bool) -> None:
        if (name in self.table) is not is_there:
            self._history[name].append((self._world.time, is_there))
            (self.table.add if is_there else self.table.discard)(name)
