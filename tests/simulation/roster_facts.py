"""Lists as the component gets them."""

from collections import deque
from dataclasses import dataclass, field

from client_device_associator.core.answer import Listed
from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.roster import LISTED_AT
from simulation.facts import Flight


@dataclass(slots=True)
class RosterFacts:
    """What is known of lists.

    Attributes:
        began_at: When the first page of the last list was asked for last.
        complete: Of the last two lists of which the last page has come: when each began, and who
            was on it.
        compared: How many lists were compared.
        compared_began_at: When the last of them began.
        compared_at: When that was done.
        pages: How many pages of the list there are so far.
        listed: Who was on any page.
    """

    began_at: float = 0.0
    complete: deque[tuple[float, frozenset[str]]] = field(default_factory=lambda: deque(maxlen=2))
    compared: int = 0
    compared_began_at: float = -1.0
    compared_at: float = -1.0
    pages: int = 0
    listed: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)

    def asked(self, call: Call, now: float) -> None:
        """A page is asked for."""
        if call.next_token is None:
            self.began_at = now
            self._names = set()
            self.pages = 0

    def page_came(self, flight: Flight) -> None:
        """A page has come, or has not."""
        answer = flight.reply.answer
        if flight.reply.fault is None and isinstance(answer, Listed):
            self.pages += 1
            self._names.update(answer.thing_names)
            self.listed.update(answer.thing_names)
            if answer.next_token is None:
                self.complete.append((self.began_at, frozenset(self._names)))

    def committed(self, decision: Decision, now: float) -> None:
        """A decision is on disk."""
        if LISTED_AT in decision.facts:
            self.compared += 1
            self.compared_began_at, self.compared_at = self.began_at, now
