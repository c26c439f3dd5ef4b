"""How documents become messages that fit every nucleus."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timezone

MAX_MESSAGE_BYTES = 7000
"""Lite closes the publisher's connection above 7,300 bytes of a binary message."""

MAX_IOT_CORE_MESSAGE_BYTES = 4700
"""Of a message to AWS IoT Core: nucleus lite throws away what arrives in more than 5,000 bytes with
its topic, so that another core device could not read it."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z", re.ASCII)
"""A moment in UTC, in the form that we write; Python 3.10 reads hardly any other."""

_to_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_LAST_MOMENT = datetime(9999, 12, 31, tzinfo=timezone.utc).timestamp()
"""A clock may be wrong by more than a date can express."""


def encode(document: Mapping[str, object]) -> bytes:
    """The bytes of a message, as small as JSON can be."""
    return as_bytes(_to_text(document))


def as_bytes(text: str) -> bytes:
    """A message's text as bytes.

    What a service said may hold half a surrogate pair, which is no Unicode: it becomes "?".
    """
    return text.encode(errors="replace")


def size_on_the_wire(document: Mapping[str, object], *, as_json: bool) -> int:
    """Bytes of a document in a message.

    In a JsonMessage what is not ASCII is written in six or twelve characters.
    """
    return len(json.dumps(document)) if as_json else len(encode(document))


def iso(epoch_seconds: float) -> str:
    """ISO 8601 in UTC, to the millisecond: `2026-01-31T12:00:00.000Z`."""
    if not epoch_seconds <= _LAST_MOMENT:
        epoch_seconds = _LAST_MOMENT
    moment = datetime.fromtimestamp(max(epoch_seconds, 0.0), timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_seconds(text: object) -> float | None:
    """The moment that such a text names, in epoch seconds; None if it is no such text."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return None
    return moment.replace(tzinfo=timezone.utc).timestamp()
