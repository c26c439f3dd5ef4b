"""Classic's memory for errors: what failed once fails for a while, even when the cloud is back."""

from dataclasses import dataclass, field
from http import HTTPStatus

from greengrass_sandbox.token_exchange.manners import Refusal

CLIENT_ERROR_SECONDS = 120.0
SERVER_ERROR_SECONDS = 60.0
UNREACHABLE_SECONDS = 300.0


@dataclass
class ErrorCache:
    """Remembers the last error; a disabled one forgets it at once."""

    enabled: bool
    _error: Refusal | None = field(init=False, default=None)
    _until: float = field(init=False, default=0.0)

    def get(self, now: float) -> Refusal | None:
        """The error that is still answered at this time (seconds since the epoch), if any."""
        return self._error if now < self._until else None

    def put(self, error: Refusal, *, unreachable: bool, now: float) -> None:
        """Remember an error for as long as its kind is remembered."""
        if not self.enabled:
            return
        if unreachable:
            seconds = UNREACHABLE_SECONDS
        elif error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            seconds = CLIENT_ERROR_SECONDS
        else:
            seconds = SERVER_ERROR_SECONDS
        self._error, self._until = error, now + seconds
