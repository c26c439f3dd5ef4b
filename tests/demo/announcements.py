"""Who announces what: client devices in every form that there is, and mistakes of every kind."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

SHARED_TOPIC = "clientdevices/announce"

Payload = bytes | Mapping[str, object]
"""Bytes go out as BinaryMessage (as the MQTT bridge delivers), a mapping as JsonMessage."""


@dataclass(frozen=True)
class Announcement:
    """One message that announces client devices.

    Attributes:
        topic: Where it is published.
        payload: What it holds.
        thing_names: Whom it announces.
        announcement_id: The `id` in it, which must come back in the results.
    """

    topic: str
    payload: Payload
    thing_names: tuple[str, ...]
    announcement_id: str | None = None

    @property
    def status_topic(self) -> str:
        """Where its results must come."""
        return f"{self.topic}/status"


@dataclass(frozen=True)
class Mistake:
    """A message that cannot be taken, and the reason code that it must get."""

    topic: str
    payload: Payload
    code: str


def in_every_form(thing_names: Sequence[str]) -> list[Announcement]:
    """Announce each device once, in order; the forms take turns."""
    return list(_take_turns(iter(thing_names)))


def _take_turns(thing_names: Iterator[str]) -> Iterator[Announcement]:
    for form, size in itertools.cycle(_FORMS):
        names = tuple(itertools.islice(thing_names, size))
        if not names:
            return
        yield form(names)


def own_topic(thing_name: str) -> str:
    """The topic that belongs to one client device."""
    return f"clientdevices/{thing_name}/announce"


def _shared_json(names: tuple[str, ...]) -> Announcement:
    return Announcement(SHARED_TOPIC, {"thingName": names[0]}, names)


def _shared_binary_with_id(names: tuple[str, ...]) -> Announcement:
    request = f"request-of-{names[0]}"
    payload = json.dumps({"thingName": names[0], "id": request}).encode()
    return Announcement(SHARED_TOPIC, payload, names, request)


def _shared_json_list_with_id(names: tuple[str, ...]) -> Announcement:
    request = f"list-from-{names[0]}"
    return Announcement(SHARED_TOPIC, {"thingNames": [*names], "id": request}, names, request)


def _shared_binary_list(names: tuple[str, ...]) -> Announcement:
    return Announcement(SHARED_TOPIC, json.dumps({"thingNames": names}).encode(), names)


def _own_empty(names: tuple[str, ...]) -> Announcement:
    return Announcement(own_topic(names[0]), b"", names)


def _own_json_with_id(names: tuple[str, ...]) -> Announcement:
    request = f"hello-from-{names[0]}"
    payload = {"thingName": names[0], "id": request}
    return Announcement(own_topic(names[0]), payload, names, request)


def _own_binary(names: tuple[str, ...]) -> Announcement:
    return Announcement(own_topic(names[0]), b"\x00\x01 here I am", names)


# The second of each pair: how many devices a message of this form announces. Ten in one round, and
# lists short enough for the lite nucleus, whose subscriptions die of JSON messages with long ones.
_FORMS: Sequence[tuple[Callable[[tuple[str, ...]], Announcement], int]] = (
    (_shared_json, 1),
    (_shared_binary_with_id, 1),
    (_shared_json_list_with_id, 3),
    (_shared_binary_list, 2),
    (_own_empty, 1),
    (_own_json_with_id, 1),
    (_own_binary, 1),
)

_TOO_LONG = 129
"""Characters; a thing name has at most 128."""

MISTAKES = (
    Mistake(SHARED_TOPIC, b"", "notJson"),
    Mistake(SHARED_TOPIC, b"{thingName: lamp}", "notJson"),
    Mistake(SHARED_TOPIC, b'["lamp"]', "notAnObject"),
    Mistake(SHARED_TOPIC, {}, "noThingName"),
    Mistake(SHARED_TOPIC, {"thingNames": "lamp"}, "wrongType"),
    Mistake(SHARED_TOPIC, {"thingName": "a lamp/#"}, "invalidThingName"),
    Mistake(SHARED_TOPIC, {"thingName": "x" * _TOO_LONG}, "invalidThingName"),
    Mistake(own_topic("impostor"), {"thingName": "somebody-else"}, "otherThingName"),
)
