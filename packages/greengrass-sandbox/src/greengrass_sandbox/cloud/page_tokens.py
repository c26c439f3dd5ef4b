"""The tokens that lead from one page of a list to the next."""

import secrets
from dataclasses import dataclass

DEFAULT_LIFETIME_SECONDS = 24 * 3600.0
"""The service model gives tokens no lifetime; other AWS services let them end within a day."""
_TOKEN_BYTES = 48


@dataclass(frozen=True)
class Position:
    """Where the next page of a list begins.

    Attributes:
        core: Whose list it is.
        after: What the last item was sorted by; "" at the beginning.
        seed: Of the list's order; "" for the names' own.
        as_of: For a list of one moment: how many changes there had been; None for one that sees
            what changes while it is read.
    """

    core: str
    after: str = ""
    seed: str = ""
    as_of: int | None = None


class PageTokens:
    """Gives out tokens that say nothing to who has them, and knows them again.

    Attributes:
        lifetime_seconds: How long a token is good; None: for ever.
    """

    def __init__(self) -> None:
        self.lifetime_seconds: float | None = DEFAULT_LIFETIME_SECONDS
        self._positions: dict[str, tuple[Position, float]] = {}

    def issue(self, position: Position, *, now: float) -> str:
        """Make a token (`now` in seconds since the epoch)."""
        self._forget_expired(now)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._positions[token] = (position, now)
        return token

    def resolve(self, token: str, core: str, *, now: float) -> Position:
        """Where a token leads to; it may be used again, as a call that is repeated does.

        Raises:
            LookupError: It is not one of this core device's list, or not good any more; says which.
        """
        self._forget_expired(now)
        known = self._positions.get(token)
        if known is None:
            raise LookupError("is not a token that this operation gave out, or it has expired")
        position, _ = known
        if position.core != core:
            raise LookupError("is a token of another core device's list")
        return position

    def expire_all(self) -> None:
        """Let no token be good any more."""
        self._positions.clear()

    def _forget_expired(self, now: float) -> None:
        if self.lifetime_seconds is None:
            return
        # The oldest come first.
        for token, (_, issued_at) in list(self._positions.items()):
            if now - issued_at < self.lifetime_seconds:
                break
            del self._positions[token]
