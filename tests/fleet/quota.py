"""How many calls a second the service takes from an account: a token bucket, and what it says."""

import math
from dataclasses import dataclass, field
from enum import Enum


class Manners(str, Enum):
    """What a 429 says of when to come again."""

    SILENT = "nothing"
    NEXT_SECOND = "1 s to all"
    """Whole seconds until there is one more token, as a bucket knows no better."""
    OWN_TURN = "its turn to each"
    """A service that keeps a place for everybody whom it refuses."""


@dataclass
class Quota:
    """A token bucket that holds one second's worth of calls.

    Attributes:
        rate: Calls a second.
        manners: What it says to those whom it refuses.
        taken: Calls that it has let through.
        refused: Those that it has not.
    """

    rate: float
    manners: Manners = Manners.SILENT
    taken: int = 0
    refused: int = 0
    _tokens: float = field(init=False)
    _at: float = 0.0
    _next_turn: float = 0.0

    def __post_init__(self) -> None:
        self._tokens = self.burst

    @property
    def burst(self) -> float:
        """Calls that it takes at once after a rest."""
        return max(1.0, self.rate)

    def refuses(self, now: float) -> float | None:
        """Takes a call, or says for how many seconds not to come again.

        Returns:
            None if it was taken; 0 if it was refused and nothing is said.
        """
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            self.taken += 1
            return None
        self.refused += 1
        if self.manners is Manners.SILENT:
            return 0.0
        if self.manners is Manners.NEXT_SECOND:
            return float(max(1, math.ceil((1 - self._tokens) / self.rate)))
        self._next_turn = max(self._next_turn, now) + 1 / self.rate
        return self._next_turn - now
