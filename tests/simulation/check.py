"""What an invariant is."""

from simulation.facts import Broken
from simulation.hooks import Hooks
from simulation.record import Record


class Check(Hooks):
    """An invariant: it looks at every new fact, and ends the run if one is not as it should be."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def require(self, holds: object, text: str) -> None:
        """Ends the run unless it holds."""
        if not holds:
            raise Broken(type(self).__name__, text)
