"""Results put together into messages that fit every nucleus."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from client_device_associator.core.bus import Bus
from client_device_associator.core.result import ROSTER_TOPIC, Result
from client_device_associator.core.thing_name import is_thing_name
from client_device_associator.core.values import dataclass
from client_device_associator.messages.encoding import (
    MAX_MESSAGE_BYTES,
    as_bytes,
    encode,
    iso,
    size_on_the_wire,
)
from client_device_associator.messages.flat_json import flat_object
from client_device_associator.messages.iot_core_topic import can_be_published_to_on_iot_core
from client_device_associator.messages.topic import MAX_TOPIC_BYTES, can_be_published_to

MAX_RESULTS_IN_JSON = 2
"""Results in a JsonMessage.

On lite a JSON object with 21·(keys) + 11·(list items) over 487 ends every subscription that it
matches. A message has 3 keys and a result at most 7 at once, so two results come to
3·21 + 2·(11 + 7·21) = 379 and a third would exceed it.
"""

_SEPARATOR = len(", ")
_NO_RESULTS = b"[]"
_MAX_CODE_CHARACTERS = 64
_MAX_TEXT_CHARACTERS = 256
_PLACEHOLDER = re.compile(r"\{(topic|thingName|coreThingName)\}")


@dataclass(frozen=True, slots=True)
class ResultMessage:
    """One message to publish.

    Attributes:
        topic: The result topic.
        payload: What is published there: the bytes of a BinaryMessage, or a JsonMessage's object.
        results: The indexes, in what was packed, of the results that it carries.
    """

    topic: str
    payload: bytes | dict[str, object]
    results: tuple[int, ...]


class _Entry(NamedTuple):
    """A result in a message: which, as it is written or as data, and its size in bytes."""

    place: int
    written: bytes
    document: dict[str, object]
    size: int


def result_topic(template: str, result: Result, core_thing_name: str) -> str | None:
    """Where a result goes, or None if there is no such topic.

    The template may need a thing name that the result does not have: a rejected announcement may
    name something that is no thing name and must not reach a topic. Or nobody may publish to the
    topic that the template gives, or it is too long. The classic nucleus ignores empty levels at
    the end of a topic, so `a/` reaches a subscriber of `a`: its results go where those of `a` go.
    """
    if result.topic == ROSTER_TOPIC and result.bus is Bus.LOCAL:
        return ROSTER_TOPIC  # it is no announcement's
    values = {"topic": result.topic.rstrip("/"), "coreThingName": core_thing_name}
    if result.thing_name is not None and is_thing_name(result.thing_name):
        values["thingName"] = result.thing_name
    try:
        topic = _PLACEHOLDER.sub(lambda match: values[match[1]], template)
    except KeyError:
        return None
    can_be_sent = (
        can_be_published_to if result.bus is Bus.LOCAL else can_be_published_to_on_iot_core
    )
    return topic if can_be_sent(topic) else None


def pack(
    results: Sequence[Result],
    topic_template: str,
    core_thing_name: str,
    wall: float,
    *,
    as_json: bool,
    max_bytes: int = MAX_MESSAGE_BYTES,
    claims_template: str | None = None,
) -> Iterator[ResultMessage]:
    """Puts results for the same topic together, as many to a message as fit.

    Results that have no topic to go to are left out.

    Args:
        results: In the order in which they came about.
        topic_template: With `{topic}`, `{thingName}` and `{coreThingName}`.
        core_thing_name: This core device.
        wall: Epoch seconds, for the messages' timestamp.
        as_json: Whether they will be sent as JsonMessage.
        max_bytes: Of a message.
        claims_template: The same for claims; None if they go nowhere.
    """
    topics: dict[str, list[int]] = {}
    filled: dict[tuple[str, str | None, Bus, bool], str | None] = {}
    for index, result in enumerate(results):
        template = claims_template if result.is_claim else topic_template
        # Results that come together mostly go to the same few topics.
        name = result.thing_name if template and "{thingName}" in template else None
        key = (result.topic, name, result.bus, result.is_claim)
        if key not in filled:
            filled[key] = template and result_topic(template, result, core_thing_name)
        topic = filled[key]
        if topic:
            topics.setdefault(topic, []).append(index)
    head = {"coreDeviceThingName": core_thing_name, "results": [], "timestamp": iso(wall)}
    before, after = (b"", b"") if as_json else encode(head).split(_NO_RESULTS)
    spare = max_bytes - size_on_the_wire(head, as_json=as_json)
    limit = MAX_RESULTS_IN_JSON if as_json else None
    for topic, indexes in topics.items():
        # The topic is written in ASCII: it may take six times its bytes in a packet.
        room = spare - max(0, len(json.dumps(topic)) - MAX_TOPIC_BYTES)
        entries = [_entry(index, results[index], as_json=as_json) for index in indexes]
        for portion in _portions(entries, room, limit):
            payload: bytes | dict[str, object]
            if as_json:
                payload = head | {"results": [one.document for one in portion]}
            else:
                payload = before + b"[" + b",".join([one.written for one in portion]) + b"]" + after
            yield ResultMessage(topic, payload, tuple(one.place for one in portion))


def result_document(result: Result) -> dict[str, object]:
    """A result as it stands in a message; what does not apply is left out."""
    return {key: value for key, value in _fields(result).items() if value is not None}


def _fields(result: Result) -> dict[str, str | float | None]:
    return {
        "thingName": result.thing_name,
        "status": result.status._value_,
        "already": result.already or None,
        "code": result.code and result.code[:_MAX_CODE_CHARACTERS],
        "message": result.message and result.message[:_MAX_TEXT_CHARACTERS],
        "attempts": result.attempts,
        "nextAttemptAt": None if result.next_attempt_at is None else iso(result.next_attempt_at),
        "id": result.announcement_id,
        "heardAt": None if result.heard_at is None else iso(result.heard_at),
    }


def _entry(index: int, result: Result, *, as_json: bool) -> _Entry:
    if as_json:
        document = result_document(result)
        return _Entry(index, b"", document, size_on_the_wire(document, as_json=True))
    written = as_bytes(flat_object(_fields(result)))
    return _Entry(index, written, {}, len(written))


def _portions(entries: Iterable[_Entry], room: int, limit: int | None) -> Iterator[list[_Entry]]:
    portion: list[_Entry] = []
    used = 0
    for entry in entries:
        if portion and (used + entry.size + _SEPARATOR > room or len(portion) == limit):
            yield portion
            portion, used = [], 0
        portion.append(entry)
        used += entry.size + _SEPARATOR
    yield portion
