"""MQTT topics and filters."""

from collections.abc import Sequence

from client_device_associator.core.result import ROSTER_TOPIC
from client_device_associator.messages.text import is_unicode

MAX_TOPIC_BYTES = 256
"""Bytes of UTF-8; the limit of local pub/sub on lite, and of AWS IoT Core."""

SINGLE, MULTI = "+", "#"

_REFUSED_BY_CLASSIC = frozenset("+#*")

HEALTH_TOPIC = "clientdevices/associator/health"
HEALTH_REQUEST_TOPIC = "clientdevices/associator/health/get"
ROSTER_REQUEST_TOPIC = "clientdevices/associator/roster/get"

OWN_TOPICS = (HEALTH_TOPIC, HEALTH_REQUEST_TOPIC, ROSTER_TOPIC, ROSTER_REQUEST_TOPIC)
"""The component's own topics; no announcement and no result may use them."""


def why_no_filter(text: str) -> str | None:
    """What is wrong with a topic filter, or None (MQTT 5.0, section 4.7.1)."""
    levels = text.split("/")
    if any(SINGLE in level and level != SINGLE for level in levels):
        return "a filter in which '+' is a whole level"
    if any(MULTI in level for level in levels[:-1]) or (
        MULTI in levels[-1] and levels[-1] != MULTI
    ):
        return "a filter in which '#' is the whole last level"
    return why_unusable(text)


def why_no_topic(text: str) -> str | None:
    """What is wrong with a topic to publish to, or None."""
    if SINGLE in text or MULTI in text:
        return "a topic to publish to, without '+' or '#'"
    return why_unusable(text)


def why_unusable(text: str) -> str | None:
    """What keeps local pub/sub from taking a topic or filter at all, or None."""
    if not is_unicode(text):
        return "a topic that can be written in UTF-8"
    if not text:
        return "a topic of at least one character"
    if len(text.encode()) > MAX_TOPIC_BYTES:
        return f"a topic of at most {MAX_TOPIC_BYTES} bytes"
    if "\0" in text or "?" in text or "*" in text:
        return "a topic without '?', '*' or null character, which local pub/sub does not take"
    return None


def can_be_published_to(topic: str) -> bool:
    """Whether every nucleus takes a message for this topic.

    Classic refuses wildcards in it. Lite closes the connection of a publisher whose message is too
    large, so a topic beyond its limit is never tried.
    """
    if set(topic) & _REFUSED_BY_CLASSIC or not is_unicode(topic):
        return False
    return len(topic.encode()) <= MAX_TOPIC_BYTES


def intersect(one: str, other: str) -> bool:
    """Whether some topic matches both filters; here `#` may stand in the middle, too.

    It says yes in doubt: a `#` at the end matches its parent level as well, which MQTT asks for
    and the classic nucleus does not do.
    """
    return _intersect(one.split("/"), other.split("/"))


def _intersect(one: Sequence[str], other: Sequence[str]) -> bool:
    # meets[j] says whether the rest of `one` from the current level on, and that of `other` from
    # level j on, have a topic in common; filled from the ends, so that no path is walked twice.
    meets = [False] * len(other) + [True]
    for j in reversed(range(len(other))):
        meets[j] = other[j] == MULTI and meets[j + 1]
    for level in reversed(one):
        below, meets = meets, [False] * (len(other) + 1)
        meets[-1] = level == MULTI and below[-1]
        for j in reversed(range(len(other))):
            if MULTI in (level, other[j]):
                meets[j] = below[j] or meets[j + 1]
            elif SINGLE in (level, other[j]) or level == other[j]:
                meets[j] = below[j + 1]
    return meets[0]
