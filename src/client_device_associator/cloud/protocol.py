"""What parent and worker say to each other: one line of JSON per call and per answer."""

import json
import math
from dataclasses import dataclass
from typing import Any

from client_device_associator.core.answer import (
    Accepted,
    Answer,
    ErrorEntry,
    Invalid,
    Missing,
    Trouble,
    Unanswered,
)

MAX_TEXT_CHARACTERS = 1000
"""Of what a service, a proxy or token exchange says: that may be a page of HTML, and is stored once
for every device in the call."""


class ProtocolError(ValueError):
    """A line that is none of ours."""


@dataclass(frozen=True, slots=True)
class CallRequest:
    """One call to make.

    Attributes:
        call_id: Comes back with the answer.
        core_thing_name: The core device to associate with.
        thing_names: 1 to 100 names.
    """

    call_id: int
    core_thing_name: str
    thing_names: tuple[str, ...]


def encode_request(request: CallRequest) -> bytes:
    """A request as a line."""
    return _line(
        {
            "callId": request.call_id,
            "coreThingName": request.core_thing_name,
            "thingNames": request.thing_names,
        }
    )


def decode_request(line: bytes) -> CallRequest:
    """A request from a line; raises ProtocolError."""
    document = _document(line)
    try:
        return CallRequest(
            int(document["callId"]),
            str(document["coreThingName"]),
            tuple(map(str, document["thingNames"])),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ProtocolError(f"not a request: {error!r}") from error


def encode_answer(call_id: int, answer: Answer) -> bytes:
    """An answer as a line."""
    document: dict[str, object] = {"callId": call_id}
    if isinstance(answer, Accepted):
        document["accepted"] = [
            [entry.thing_name, entry.code, entry.message] for entry in answer.error_entries
        ]
    elif isinstance(answer, Invalid):
        document["invalid"] = {"message": answer.message, "fields": answer.fields}
    elif isinstance(answer, Missing):
        document["missing"] = [answer.thing_name, answer.code, answer.message]
    else:
        document["unanswered"] = {
            "trouble": answer.trouble.value,
            "code": answer.code,
            "message": answer.message,
            "retryAfter": answer.retry_after,
        }
    return _line(document)


def decode_answer(line: bytes) -> tuple[int, Answer]:
    """Call id and answer from a line; raises ProtocolError."""
    document = _document(line)
    try:
        return int(document["callId"]), _answer(document)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ProtocolError(f"not an answer: {error!r}") from error


def _answer(document: dict[str, Any]) -> Answer:
    if "accepted" in document:
        return Accepted(tuple(ErrorEntry(*map(_text, fields)) for fields in document["accepted"]))
    if "invalid" in document:
        invalid = document["invalid"]
        fields = tuple((_said(name), _said(message)) for name, message in invalid["fields"])
        return Invalid(_said(invalid["message"]), fields)
    if "missing" in document:
        name, code, message = document["missing"]
        return Missing(_said(name), _said(code), _said(message))
    said = document["unanswered"]
    retry_after = float(said["retryAfter"])
    if not math.isfinite(retry_after) or retry_after < 0:
        raise ProtocolError("retryAfter is no time")
    return Unanswered(
        Trouble(said["trouble"]), _said(said["code"]), _said(said["message"]), retry_after
    )


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ProtocolError("neither a string nor null")
    return None if value is None else _said(value)


def _said(text: object) -> str:
    """Text as it can be stored, sent and logged: in one line, of a bounded length.

    Half a surrogate pair, which JSON can spell, cannot be stored.
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
