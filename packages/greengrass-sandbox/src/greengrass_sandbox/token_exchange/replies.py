"""Answers as the HTTP servers of the two nuclei write them: the JDK's, and libevent's.

They are written as bytes, since a client can tell servers apart by their headers.
"""

from datetime import datetime, timezone
from email.utils import format_datetime
from http import HTTPStatus

from aiohttp import web

from greengrass_sandbox.token_exchange.manners import Manners, Refusal


def reply(manners: Manners, *, method: str, answer: Refusal) -> bytes:
    """A whole answer; the connection ends with it.

    Args:
        manners: Of the nucleus that answers.
        method: Of the request; HEAD gets no body.
        answer: Credentials as well.
    """
    body = answer.text.encode()
    headers = {
        "Date": format_datetime(datetime.now(timezone.utc), usegmt=True),
        **manners.headers(method=method, status=answer.status, length=len(body)),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {answer.status} {answer.reason or HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""]).encode()
    return head if method == "HEAD" else head + body


def send(request: web.BaseRequest, answer: bytes) -> None:
    """Write an answer and close the connection behind it."""
    if request.transport is not None:
        request.transport.write(answer)
        request.transport.close()
