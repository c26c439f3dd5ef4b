"""What each nucleus answers to a request that it does not take.

Both were read in source: classic in CredentialRequestHandler (refusals have no body), lite in
tes-serverd's http_server (they are plain text, and the method is not looked at).
"""

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus

from greengrass_sandbox.profile import Profile

PATH = "/2016-11-01/credentialprovider/"
TOKEN_LENGTH = 16
"""Characters of an authorization token; it is the component's SVCUID on both nuclei."""


@dataclass(frozen=True)
class Refusal:
    """An answer that holds no credentials."""

    status: int
    text: str = ""


def check(
    profile: Profile, *, method: str, path: str, token: str | None, known: Collection[str]
) -> Refusal | None:
    """Say why a request is refused, or None if it is to be answered."""
    if profile.name == "classic":
        return _classic(method=method, path=path, token=token, known=known)
    return _lite(path=path, token=token, known=known)


def _classic(
    *, method: str, path: str, token: str | None, known: Collection[str]
) -> Refusal | None:
    if method != "GET":
        return Refusal(HTTPStatus.METHOD_NOT_ALLOWED)
    if path != PATH:
        return Refusal(HTTPStatus.BAD_REQUEST)
    if token not in known:
        return Refusal(HTTPStatus.FORBIDDEN)
    return None


def _lite(*, path: str, token: str | None, known: Collection[str]) -> Refusal | None:
    if path != PATH:
        return Refusal(HTTPStatus.BAD_REQUEST, f"There is nothing here but {PATH}")
    if token is None:
        return Refusal(HTTPStatus.BAD_REQUEST, "The header Authorization is missing")
    if len(token) != TOKEN_LENGTH:
        return Refusal(HTTPStatus.BAD_REQUEST, f"An SVCUID has {TOKEN_LENGTH} characters")
    if token not in known:
        return Refusal(HTTPStatus.NOT_FOUND, "There is no such SVCUID")
    return None
