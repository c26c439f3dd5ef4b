"""What parent and worker send each other: one line of JSON for each call and each answer."""

import json
import math
import re
from typing import Any

from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    ErrorEntry,
    FailureCause,
    Listed,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from client_device_associator.core.values import dataclass, replace

MAX_TEXT_CHARACTERS = 1000
"""Of what a service, a proxy or token exchange says: that may be a page of HTML, and is stored once
for every device in the call."""

MAX_TOKEN_CHARACTERS = 8192
"""Of what a list goes on with; the service's are some hundred characters."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9+/=_-]{1,64}")
"""AWS's are UUIDs; some services write them in base 64."""


class ProtocolError(ValueError):
    """A line that is not one of ours."""


@dataclass(frozen=True, slots=True)
class CallRequest:
    """One call to make.

    Attributes:
        number: Comes back with the answer.
        core_thing_name: The core device that it is about.
        call: What is asked for, and for whom.
    """

    number: int
    core_thing_name: str
    call: Call


def encode_request(request: CallRequest) -> bytes:
    """A request as a line."""
    return _line(
        {
            "call": request.number,
            "coreThingName": request.core_thing_name,
            "operation": request.call.operation.value,
            "thingNames": request.call.thing_names,
            "nextToken": request.call.next_token,
            "asksPermission": request.call.asks_permission,
        }
    )


def decode_request(line: bytes) -> CallRequest:
    """A request from a line; raises ProtocolError."""
    document = _document(line)
    try:
        token = document.get("nextToken")
        call = Call(
            tuple(map(str, document["thingNames"])),
            operation=Operation(document["operation"]),
            next_token=None if token is None else str(token),
            asks_permission=bool(document["asksPermission"]),
        )
        return CallRequest(int(document["call"]), str(document["coreThingName"]), call)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ProtocolError(f"not a request: {error!r}") from error


def encode_answer(number: int, answer: Answer) -> bytes:
    """An answer as a line.

    Args:
        number: The call's.
        answer: How it ended.
    """
    document: dict[str, object] = {"call": number}
    if answer.request_id is not None:
        document["requestId"] = answer.request_id
    match answer:
        case Succeeded():
            document["succeeded"] = [
                [entry.thing_name, entry.code, entry.message] for entry in answer.error_entries
            ]
        case Listed():
            document["listed"] = {"names": answer.thing_names, "nextToken": answer.next_token}
        case ValidationFailed():
            document["validationFailed"] = {"message": answer.message, "fields": answer.fields}
        case ThingNotFound():
            document["thingNotFound"] = [answer.thing_name, answer.code, answer.message]
        case CallFailed():
            document["callFailed"] = {
                "cause": answer.cause.value,
                "code": answer.code,
                "message": answer.message,
                "retryAfter": answer.retry_after,
                "wasAnswered": answer.was_answered,
            }
    return _line(document)


def decode_answer(line: bytes) -> tuple[int, Answer]:
    """A call's number and its answer from a line; raises ProtocolError."""
    document = _document(line)
    try:
        answer = replace(_answer(document), request_id=_request_id(document.get("requestId")))
        return int(document["call"]), answer
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ProtocolError(f"not an answer: {error!r}") from error


def _answer(document: dict[str, Any]) -> Answer:
    if "succeeded" in document:
        entries = document["succeeded"]
        return Succeeded(tuple(ErrorEntry(*map(_text_or_none, fields)) for fields in entries))
    if "listed" in document:
        return _listed(document["listed"])
    if "validationFailed" in document:
        failed = document["validationFailed"]
        fields = tuple((_bounded(name), _bounded(message)) for name, message in failed["fields"])
        return ValidationFailed(_bounded(failed["message"]), fields)
    if "thingNotFound" in document:
        name, code, message = document["thingNotFound"]
        return ThingNotFound(_bounded(name), _bounded(code), _bounded(message))
    failed = document["callFailed"]
    retry_after = float(failed["retryAfter"])
    if not math.isfinite(retry_after) or retry_after < 0:
        raise ProtocolError("retryAfter is not a number of seconds")
    return CallFailed(
        FailureCause(failed["cause"]),
        _bounded(failed["code"]),
        _bounded(failed["message"]),
        retry_after,
        bool(failed["wasAnswered"]),
    )


def _request_id(value: object) -> str | None:
    """A request id that is one; it comes from a header, and may be anything."""
    return value if isinstance(value, str) and _REQUEST_ID.fullmatch(value) else None


def _listed(listed: Any) -> Listed:  # noqa: ANN401 - JSON
    names = tuple(_bounded(name) for name in listed["names"])
    token = listed["nextToken"]
    if token is not None and not (
        isinstance(token, str) and 0 < len(token) <= MAX_TOKEN_CHARACTERS
    ):
        raise ProtocolError("no such token")
    return Listed(names, token)


def _text_or_none(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ProtocolError("neither a string nor null")
    return None if value is None else _bounded(value)


def _bounded(text: object) -> str:
    """Text as it can be stored, sent and logged: in one line, of a bounded length.

    Half a surrogate pair, which JSON allows, cannot be stored.
    """
    line = " ".join(str(text)[:MAX_TEXT_CHARACTERS].split())
    return line.encode(errors="replace").decode()


def _line(document: dict[str, object]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def _document(line: bytes) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("not JSON") from error
    if not isinstance(document, dict):
        raise ProtocolError("not an object")
    return document
