"""How the token exchange behaves on command."""

from enum import Enum


class TokenExchangeMode(str, Enum):
    """What a request with a good token is answered.

    The errors with a status stand for what the cloud told the nucleus, which passes it on.
    """

    OK = "ok"
    """Fresh credentials."""
    REFUSED_403 = "refused403"
    ERROR_400 = "error400"
    ERROR_405 = "error405"
    ERROR_500 = "error500"
    ERROR_504 = "error504"
    UNREACHABLE = "unreachable"
    """The nucleus cannot reach the cloud: 500 on classic, `null` after a while on lite."""
    NULL = "null"
    """200 with `null`, at once."""
    NULL_SLOW = "nullSlow"
    """200 with `null`, after the time that lite takes to find that it has no cloud."""
    HANGING = "hanging"
    """No answer ever."""
    NOT_JSON = "notJson"
    """200 with text."""
    EXPIRED = "expired"
    """Credentials that have expired already."""
    DOWN = "down"
    """The port is closed."""

    @property
    def status(self) -> int | None:
        """The HTTP status of modes that stand for one."""
        return _STATUSES.get(self)


_STATUSES = {
    TokenExchangeMode.REFUSED_403: 403,
    TokenExchangeMode.ERROR_400: 400,
    TokenExchangeMode.ERROR_405: 405,
    TokenExchangeMode.ERROR_500: 500,
    TokenExchangeMode.ERROR_504: 504,
}
