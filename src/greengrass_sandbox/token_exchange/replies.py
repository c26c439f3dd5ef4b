"""Answers as the HTTP servers of the two nuclei write them: the JDK's, and libevent's.

They are written as bytes, since a client can tell servers apart by their headers.
"""

from datetime import datetime, timezone
from email.utils import format_datetime
from http import HTTPStatus

from aiohttp import web

from greengrass_sandbox.profile import Profile

_LIBEVENT_CONTENT_TYPE = "text/html; charset=ISO-8859-1"
_JDK_ERROR_CONTENT_TYPE = "text/html"


def reply(
    profile: Profile, *, method: str, status: int, text: str = "", reason: str | None = None
) -> bytes:
    """A whole answer; the connection ends with it.

    Args:
        profile: Which nucleus answers.
        method: Of the request; HEAD gets no body.
        status: Of HTTP.
        text: The body.
        reason: The words after the status; None for the usual ones.
    """
    body = text.encode()
    headers = {"Date": format_datetime(datetime.now(timezone.utc), usegmt=True)}
    if profile.name == "lite":
        if method != "HEAD":
            headers["Content-Length"] = str(len(body))
            headers["Content-Type"] = _LIBEVENT_CONTENT_TYPE
    else:
        headers["Content-length"] = str(len(body))
        if status == HTTPStatus.NOT_FOUND:
            headers["Content-Type"] = _JDK_ERROR_CONTENT_TYPE
    headers["Connection"] = "close"
    lines = [f"HTTP/1.1 {status} {reason or HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""]).encode()
    return head if method == "HEAD" else head + body


def send(request: web.BaseRequest, answer: bytes) -> None:
    """Write an answer and close the connection behind it."""
    if request.transport is not None:
        request.transport.write(answer)
        request.transport.close()
