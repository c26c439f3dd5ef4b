"""A recorded session of local publish/subscribe: one message a line, as JSON.

    {"at": 1.25, "topic": "hello/request", "json": {"name": "Ada"}, "publisher": "com.example.A"}

`at` is in seconds since the recording began. In place of `json`, bytes are `text` if they are one,
or `binary`, base64. A line may be written by hand: `at` and `publisher` may be missing.
"""

import base64
import binascii
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from greengrass_sandbox.bus.mqtt_filter import MqttFilter

_PAYLOAD_KEYS = ("json", "text", "binary")


@dataclass(frozen=True)
class Recorded:
    """One message.

    Attributes:
        at: When it came, in seconds since the recording began.
        topic: Where.
        payload: `json` with an object, or `binary` with base64: as the control socket takes it.
        publisher: The component that published it; "" if nobody knows.
    """

    at: float
    topic: str
    payload: Mapping[str, Any]
    publisher: str = ""


def to_line(message: Mapping[str, Any], at: float) -> str:
    """The line for a message as the control socket tells it."""
    document = {"at": round(at, 3), "topic": message["topic"], **_written(message)}
    return json.dumps({**document, "publisher": message["publisher"]}, ensure_ascii=False)


def read_lines(lines: Iterable[str]) -> list[Recorded]:
    """The messages of a session, by the time at which they came; empty lines are none.

    Raises:
        ValueError: A line is none that can be published; says which and why.
    """
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(_message(json.loads(line)))
            except (ValueError, TypeError, AttributeError, binascii.Error) as error:
                raise ValueError(f"line {number}: {error}") from error
    return sorted(found, key=lambda message: message.at)


def is_to_replay(filters: Sequence[str], running: Collection[str]) -> Callable[[Recorded], bool]:
    """Which messages are replayed.

    Args:
        filters: Topic filters by the rules of MQTT, one of which has to match; none: every topic.
        running: Components that say themselves what they have to say: their messages are not
            replayed.
    """
    matchers = [MqttFilter(text) for text in filters]

    def chosen(message: Recorded) -> bool:
        matches = not matchers or any(it.matches(message.topic) for it in matchers)
        return matches and message.publisher not in running

    return chosen


def due(messages: Sequence[Recorded], speed: float) -> list[float]:
    """When each is published, in seconds after the first.

    Args:
        messages: By their time.
        speed: How many times faster than they came; 0 for no pauses at all.
    """
    return [(it.at - messages[0].at) / speed if speed else 0.0 for it in messages]


def _written(message: Mapping[str, Any]) -> dict[str, Any]:
    """The payload, so that a person can read it where that is possible."""
    if "json" in message:
        return {"json": message["json"]}
    try:
        return {"text": base64.b64decode(message["binary"]).decode()}
    except UnicodeDecodeError:
        return {"binary": message["binary"]}


def _message(document: object) -> Recorded:
    if not isinstance(document, dict):
        raise TypeError("not a JSON object")
    if not isinstance(document.get("topic"), str):
        raise TypeError("there is no topic")
    payload = {key: document[key] for key in _PAYLOAD_KEYS if key in document}
    if len(payload) != 1:
        raise ValueError("there is not one payload: json, text or binary")
    if "json" in payload and not isinstance(payload["json"], dict):
        raise TypeError("json is not an object: the sandbox publishes no other")
    if "text" in payload:
        payload = {"binary": base64.b64encode(payload["text"].encode()).decode()}
    if "binary" in payload:
        base64.b64decode(payload["binary"], validate=True)
    at, publisher = float(document.get("at", 0.0)), str(document.get("publisher", ""))
    return Recorded(at, document["topic"], payload, publisher)
