"""From a message on a topic to the client devices that it announces, or why it was rejected."""

import json
import re
from collections.abc import Iterable, Mapping

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.core.thing_name import (
    MAX_LENGTH,
    THING_NAME,
    is_thing_name,
    why_not,
)
from client_device_associator.core.values import dataclass, replace
from client_device_associator.messages.payload import Json, Payload
from client_device_associator.messages.template import NoValueError, Template
from client_device_associator.messages.text import is_unicode
from client_device_associator.messages.topic import MAX_TOPIC_BYTES

MAX_PAYLOAD_BYTES = 256 * 1024
"""Room for MAX_NAMES names of full length; lite's own limit is far below."""

MAX_NAMES = 1000
"""Thing names in one message. More come in several messages: each is one synced commit."""

MAX_ID_LENGTH = 128
"""Characters of an announcement's `id`."""


_SPACE = r"[ \t\r\n]*"
_USUAL = re.compile(
    rf'{_SPACE}\{{{_SPACE}"thingName"{_SPACE}:{_SPACE}"({THING_NAME})"{_SPACE}\}}{_SPACE}'.encode()
)
"""JSON that needs no reading: nothing in it can be written in another way."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message says: the announcements in it, and a rejection for everything else."""

    announcements: tuple[Announcement, ...] = ()
    rejections: tuple[Result, ...] = ()


class _Rejected(Exception):  # noqa: N818 - it ends the reading of one message, it is no fault of ours
    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def usual_thing_name(payload: Payload) -> str | None:
    """The thing name in `{"thingName": …}`, the usual announcement; None if it is any other.

    It says nothing else than `read_announcement` would, in a tenth of the time.
    """
    if isinstance(payload, bytes):
        usual = _USUAL.fullmatch(payload)
        return usual[1].decode() if usual else None
    name = payload.get("thingName")
    if isinstance(name, str) and len(payload) == 1 and is_thing_name(name):
        return name
    return None


def read_announcement(template: Template | None, topic: str, payload: Payload) -> Reading:
    """Reads one message; it never raises, whatever the message holds.

    Args:
        template: How the topic's subscription names the device; None means that the payload is
            an announcement of ours, `{"thingName": …}` or `{"thingNames": […]}`.
        topic: Where the message was published.
        payload: What it holds.
    """
    if not is_unicode(topic):
        return Reading()  # nobody could subscribe to its result topic
    try:
        _check_length(topic)
        if template is None:
            return _read_shared(topic, payload)
        if template.reads_payload:
            return _read_foreign(template, topic, payload)
        return _read_own(template, topic, payload)
    except _Rejected as rejected:
        return Reading(rejections=(_rejection(topic, rejected.reason, rejected.message),))


def read_presence(template: Template, topic: str) -> Reading:
    """Reads a message that has another purpose: its topic says that a device is there.

    Args:
        template: How the topic names the device.
        topic: Where the message was published.
    """
    if not is_unicode(topic):
        return Reading()
    try:
        _check_length(topic)
        reading = _sort_out(topic, [_fill(template, topic)], None)
    except _Rejected as rejected:
        return Reading(rejections=(_rejection(topic, rejected.reason, rejected.message),))
    announcements = tuple(replace(one, is_presence=True) for one in reading.announcements)
    return Reading(announcements, reading.rejections)


def _check_length(topic: str) -> None:
    """Raises _Rejected: what is kept of an announcement has its topic."""
    if len(topic.encode()) > MAX_TOPIC_BYTES:
        raise _Rejected(
            Reason.TOO_LARGE, f"a topic has at most {MAX_TOPIC_BYTES} bytes, this one has more"
        )


def _read_shared(topic: str, payload: Payload) -> Reading:
    document = _object(_decode(payload))
    announcement_id = _announcement_id(document)
    names, complaint = _named(document)
    if complaint is not None:
        rejection = _rejection(topic, Reason.WRONG_TYPE, complaint, None, announcement_id)
        taken = _sort_out(topic, names, announcement_id)
        return Reading(taken.announcements, (rejection, *taken.rejections))
    if not names:
        raise _Rejected(Reason.NO_THING_NAME, 'expected {"thingName": …} or {"thingNames": […]}')
    return _sort_out(topic, names, announcement_id)


def _read_foreign(template: Template, topic: str, payload: Payload) -> Reading:
    """A message made for another purpose: only what the template points at means anything."""
    return _sort_out(topic, [_fill(template, topic, _decode(payload))], None)


def _read_own(template: Template, topic: str, payload: Payload) -> Reading:
    """A device's own topic: the topic proves the name, the payload may say anything else."""
    own_name = _fill(template, topic)
    try:
        document = _object(_decode(payload))
    except _Rejected:
        return _sort_out(topic, [own_name], None)
    try:
        announcement_id = _announcement_id(document)
    except _Rejected:
        announcement_id = None
    names, _ = _named(document)
    claimed = [name for name in names if name and isinstance(name, str)]
    others = [name for name in _unique(claimed) if name != own_name]
    rejections = tuple(
        _rejection(
            topic,
            Reason.OTHER_THING_NAME,
            f"this topic is {own_name}'s own; announce other devices on theirs",
            name,
            announcement_id,
        )
        for name in others
    )
    if others and own_name not in claimed:
        return Reading(rejections=rejections)
    own = _sort_out(topic, [own_name], announcement_id)
    return Reading(own.announcements, own.rejections + rejections)


def _fill(template: Template, topic: str, payload: Json = None) -> str:
    try:
        return template.fill(topic, payload)
    except NoValueError as missing:
        raise _Rejected(Reason.NO_THING_NAME, str(missing)) from None


def _decode(payload: Payload) -> Json:
    if not isinstance(payload, bytes):
        return payload
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise _Rejected(
            Reason.TOO_LARGE,
            f"an announcement has at most {MAX_PAYLOAD_BYTES} bytes, this one has more",
        )
    try:
        decoded: Json = json.loads(payload)
    except (ValueError, RecursionError):
        raise _Rejected(Reason.NOT_JSON, "the payload is not JSON") from None
    return decoded


def _object(document: Json) -> Mapping[str, Json]:
    if not isinstance(document, Mapping):
        raise _Rejected(Reason.NOT_AN_OBJECT, "the payload is JSON, but not an object")
    return document


def _announcement_id(document: Mapping[str, Json]) -> str | None:
    given = document.get("id")
    if given is None:
        return None
    if not isinstance(given, str) or len(given) > MAX_ID_LENGTH or not is_unicode(given):
        raise _Rejected(Reason.INVALID_ID, f"id is a string of up to {MAX_ID_LENGTH} characters")
    return given or None


def _named(document: Mapping[str, Json]) -> tuple[list[Json], str | None]:
    """Every value in the place of a thing name, of any type; and what cannot be read."""
    names: list[Json] = []
    complaint: str | None = None
    if "thingName" in document:
        names.append(document["thingName"])
    if "thingNames" in document:
        listed = document["thingNames"]
        if isinstance(listed, list):
            names.extend(listed)
        else:
            complaint = "thingNames is a list of strings"
    if len(names) > MAX_NAMES:
        raise _Rejected(
            Reason.TOO_MANY_NAMES, f"{len(names)} names; one message holds at most {MAX_NAMES}"
        )
    return names, complaint


def _sort_out(topic: str, names: Iterable[Json], announcement_id: str | None) -> Reading:
    announcements: list[Announcement] = []
    rejections: list[Result] = []
    for name in _unique(names):
        if not isinstance(name, str):
            rejections.append(
                _rejection(
                    topic,
                    Reason.WRONG_TYPE,
                    f"a thing name is a string, not {type(name).__name__}",
                    None,
                    announcement_id,
                )
            )
        elif is_thing_name(name):
            announcements.append(Announcement(name, topic, announcement_id))
        else:
            reason = Reason.INVALID_THING_NAME
            rejections.append(_rejection(topic, reason, why_not(name), name, announcement_id))
    return Reading(tuple(announcements), tuple(rejections))


def _unique(names: Iterable[Json]) -> Iterable[Json]:
    """Each name once, in order; of values that are no strings, one of each type."""
    return {name if isinstance(name, str) else type(name): name for name in names}.values()


def _rejection(
    topic: str,
    reason: Reason,
    message: str,
    name: Json = None,
    announcement_id: str | None = None,
) -> Result:
    shown = name[:MAX_LENGTH] if isinstance(name, str) and is_unicode(name) else None
    return Result(
        topic,
        Status.REJECTED,
        thing_name=shown or None,
        code=reason.value,
        message=message,
        announcement_id=announcement_id,
    )
