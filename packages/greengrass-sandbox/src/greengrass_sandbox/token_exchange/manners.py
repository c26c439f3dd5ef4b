"""What the two nuclei's token exchanges do differently, as seen by a client."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

PATH = "/2016-11-01/credentialprovider/"
TOKEN_LENGTH = 16
"""Characters of an authorization token; it is the component's SVCUID on both nuclei."""

IsKnown = Callable[[str], bool]
"""Whether a token is one that counts."""


@dataclass(frozen=True)
class Refusal:
    """An answer that holds no credentials.

    Attributes:
        status: Of HTTP.
        text: The body.
        reason: The words after the status; None for the usual ones.
    """

    status: int
    text: str = ""
    reason: str | None = None


class Manners(Protocol):
    """How one kind of nucleus answers.

    Attributes:
        looks_at_credentials: Whether it does so before it gives them out: an unreachable cloud and
            expired credentials are errors of its own then; otherwise a slow `null`, and the
            credentials as they are.
    """

    looks_at_credentials: bool

    def refusal(
        self, *, method: str, path: str, token: str | None, is_known: IsKnown
    ) -> Refusal | None:
        """Say why a request is refused, or None if it is to be answered."""

    def headers(self, *, method: str, status: int, length: int) -> Mapping[str, str]:
        """The headers for a body of so many bytes, but for Date and Connection."""
