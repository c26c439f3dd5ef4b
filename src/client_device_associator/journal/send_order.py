"""In which order results are sent: the lanes of their devices take turns.

Each result has a rank, and the lowest goes first; of equal ones the oldest. The ranks of a lane go
up by one from result to result, and begin at the rank that is being sent now. So a lane with one
result does not wait for the end of a lane with a thousand (start-time fair queueing, with results
that all cost the same).

A rank is stored as the moment at which a result may be sent, far before every clock began: the
table needs no column for it, and versions before this one, which send by moment and age, read it
too.
"""

from collections import defaultdict

from client_device_associator.core.bus import Bus
from client_device_associator.journal.database import Database

RANK_0 = -float(2**52)
"""The moment of rank 0, in steady seconds. From there on each whole number is a float."""

_AT_ONCE = 0
"""The moment that versions before this one store for a new result."""


class SendOrder:
    """Gives ranks to new results. What it forgets with the process costs a lane one turn."""

    def __init__(self) -> None:
        self._reached: defaultdict[Bus, int] = defaultdict(int)
        self._last: dict[tuple[Bus, str], int] = {}

    def place(self, bus: Bus, lane: str) -> float:
        """The moment to be stored for a lane's next result."""
        rank = max(self._reached[bus], self._last.get((bus, lane), -1) + 1)
        self._last[bus, lane] = rank
        return RANK_0 + rank

    def reach(self, bus: Bus, moment: float) -> None:
        """A result with this moment is sent; one that was refused has no rank any more."""
        if moment < 0:
            self._reached[bus] = max(self._reached[bus], int(moment - RANK_0))

    def resume(self, database: Database) -> None:
        """Goes on behind what an earlier process has left; within a transaction.

        Its results keep their order, and so do those that an earlier version has added since.
        """
        for bus in Bus:
            ((highest,),) = database.read(
                "SELECT MAX(send_at) FROM owed WHERE bus = ? AND send_at < 0", (bus.value,)
            )
            with database.reading():
                rank = 0 if highest is None else int(float(highest) - RANK_0) + 1
            self._reached[bus] = rank
            database.write(
                "UPDATE owed SET send_at = ? WHERE bus = ? AND send_at = ?",
                (RANK_0 + rank, bus.value, _AT_ONCE),
            )
        self._last.clear()
