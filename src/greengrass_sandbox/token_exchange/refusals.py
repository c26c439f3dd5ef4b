"""What each nucleus answers to a request that it does not take.

Both were read in source, and run: classic in CredentialRequestHandler and the JDK's HTTP server
(refusals have no body), lite in tes-serverd's http_server on libevent (refusals are text).
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from greengrass_sandbox.profile import Profile

PATH = "/2016-11-01/credentialprovider/"
TOKEN_LENGTH = 16
"""Characters of an authorization token; it is the component's SVCUID on both nuclei."""
_LIBEVENT_METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "DELETE"})
"""What libevent takes unless it is told otherwise."""

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


def check(
    profile: Profile, *, method: str, path: str, token: str | None, is_known: IsKnown
) -> Refusal | None:
    """Say why a request is refused, or None if it is to be answered."""
    if profile.name == "classic":
        return _classic(method=method, path=path, token=token, is_known=is_known)
    return _lite(method=method, path=path, token=token, is_known=is_known)


def _classic(*, method: str, path: str, token: str | None, is_known: IsKnown) -> Refusal | None:
    if not path.startswith(PATH):
        return Refusal(HTTPStatus.NOT_FOUND, "<h1>404 Not Found</h1>No context found for request")
    if method != "GET":
        return Refusal(HTTPStatus.METHOD_NOT_ALLOWED)
    if path != PATH:
        return Refusal(HTTPStatus.BAD_REQUEST)
    if token is None or not is_known(token):
        return Refusal(HTTPStatus.FORBIDDEN)
    return None


def _lite(*, method: str, path: str, token: str | None, is_known: IsKnown) -> Refusal | None:
    if method not in _LIBEVENT_METHODS:
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
