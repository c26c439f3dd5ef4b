"""Nucleus lite's token exchange: tes-serverd on libevent."""

from collections.abc import Mapping
from http import HTTPStatus

from greengrass_sandbox.token_exchange.manners import PATH, TOKEN_LENGTH, IsKnown, Refusal

_METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "DELETE"})
"""What libevent takes unless it is told otherwise."""
_CONTENT_TYPE = "text/html; charset=ISO-8859-1"


class LiteManners:
    """Refusals are text (ran)."""

    looks_at_credentials = False

    def refusal(
        self, *, method: str, path: str, token: str | None, is_known: IsKnown
    ) -> Refusal | None:
        """See `Manners`."""
        if method not in _METHODS:
            return Refusal(HTTPStatus.NOT_IMPLEMENTED)
        if path != PATH:
            return Refusal(HTTPStatus.BAD_REQUEST, f"Only {PATH} uri is supported.")
        if token is None:
            return Refusal(
                HTTPStatus.BAD_REQUEST, "Authorization header is needed to process the request."
            )
        if len(token) != TOKEN_LENGTH:
            return Refusal(HTTPStatus.BAD_REQUEST, f"SVCUID length must be exactly {TOKEN_LENGTH}.")
        if not is_known(token):
            return Refusal(HTTPStatus.NOT_FOUND, "No such svcuid present.", "Server unavailable")
        return None

    def headers(self, *, method: str, status: int, length: int) -> Mapping[str, str]:
        """See `Manners`."""
        del status
        if method == "HEAD":
            return {}
        return {"Content-Length": str(length), "Content-Type": _CONTENT_TYPE}
