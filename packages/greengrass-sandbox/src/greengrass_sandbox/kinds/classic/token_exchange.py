"""The classic nucleus's token exchange: the JDK's HTTP server and its CredentialRequestHandler."""

from collections.abc import Mapping
from http import HTTPStatus

from greengrass_sandbox.token_exchange.manners import PATH, IsKnown, Refusal

_ERROR_CONTENT_TYPE = "text/html"


class ClassicManners:
    """Refusals have no body (ran)."""

    looks_at_credentials = True

    def refusal(
        self, *, method: str, path: str, token: str | None, is_known: IsKnown
    ) -> Refusal | None:
        """See `Manners`."""
        if not path.startswith(PATH):
            text = "<h1>404 Not Found</h1>No context found for request"
            return Refusal(HTTPStatus.NOT_FOUND, text)
        if method != "GET":
            return Refusal(HTTPStatus.METHOD_NOT_ALLOWED)
        if path != PATH:
            return Refusal(HTTPStatus.BAD_REQUEST)
        if token is None or not is_known(token):
            return Refusal(HTTPStatus.FORBIDDEN)
        return None

    def headers(self, *, method: str, status: int, length: int) -> Mapping[str, str]:
        """See `Manners`."""
        del method
        headers = {"Content-length": str(length)}
        if status == HTTPStatus.NOT_FOUND:
            headers["Content-Type"] = _ERROR_CONTENT_TYPE
        return headers
