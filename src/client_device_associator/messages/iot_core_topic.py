"""What AWS IoT Core allows of MQTT topics, beyond what local publish/subscribe allows.

Nucleus lite checks none of this, and AWS IoT Core ends the connection of a client that breaks it:
with it go the deployments of the core device, so nothing of the kind may ever be sent.
"""

import re

from client_device_associator.messages.topic import (
    can_be_published_to,
    why_no_filter,
    why_no_topic,
)

MAX_SLASHES = 7
"""In a topic or filter (AWS IoT Core's quotas)."""

_RESERVED = "$"
_BASIC_INGEST = re.compile(r"^\$aws/rules/[^/]+/(?=.)")
"""Before a topic: the message goes to that rule alone. These levels do not count."""


def why_no_iot_core_filter(text: str) -> str | None:
    """What is wrong with a topic filter for AWS IoT Core, or None."""
    if text.startswith(_RESERVED):
        return "a filter that does not begin with '$': such topics are reserved for AWS"
    return why_no_filter(text) or _why_too_deep(text)


def why_no_iot_core_topic(text: str) -> str | None:
    """What is wrong with a topic to publish to on AWS IoT Core, or None."""
    rest = _that_counts(text)
    if rest.startswith(_RESERVED):
        return "a topic that does not begin with '$', but for '$aws/rules/<rule>/…'"
    return why_no_topic(text) or _why_too_deep(rest)


def can_be_published_to_on_iot_core(topic: str) -> bool:
    """Whether every nucleus, and AWS IoT Core, takes a message for this topic."""
    return can_be_published_to(topic) and why_no_iot_core_topic(topic) is None


def slashes_that_count(topic: str) -> int:
    """How many slashes of a topic to publish to count against `MAX_SLASHES`."""
    return _that_counts(topic).count("/")


def _that_counts(topic: str) -> str:
    return _BASIC_INGEST.sub("", topic, count=1)


def _why_too_deep(text: str) -> str | None:
    slashes = text.count("/")
    if slashes > MAX_SLASHES:
        return f"at most {MAX_SLASHES} slashes, as AWS IoT Core allows; here are {slashes}"
    return None
