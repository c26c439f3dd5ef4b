"""Who has sent a message, as far as it shows before it is read."""

import re

from client_device_associator.core.thing_name import MAX_LENGTH
from client_device_associator.messages.payload import Payload
from client_device_associator.pipeline.events import ClaimArrived, MessageArrived
from client_device_associator.pipeline.fair_queue import Sender

_NAME = re.compile(rb'"thingName"\s{0,9}:\s{0,9}"([a-zA-Z0-9:_-]{1,128})"')
"""What an announcement of one device looks like."""

_LOOKED_AT_BYTES = 512
"""Of a payload; small announcements are what comes in great numbers."""

_UNNAMED = ""

_CLAIMS = "handover"
"""The lane of claims; all of them come from core devices."""


def sender_of(message: MessageArrived | ClaimArrived) -> Sender:
    """Who is treated as one: a device's own topic, whom an announcement names, or a whole entry.

    What a message says of itself may be a lie, so that its entry of the configuration counts, too;
    and nothing but the order in which messages are read depends on it.
    """
    if isinstance(message, ClaimArrived):
        return Sender(_CLAIMS, _UNNAMED)
    source = message.source
    if source.proves_names:
        return Sender(source.key, message.topic)
    if source.thing_name is not None:
        return Sender(source.key, _UNNAMED)
    return Sender(source.key, _named_in(message.payload))


def _named_in(payload: Payload) -> str:
    if isinstance(payload, bytes):
        found = _NAME.search(payload, 0, _LOOKED_AT_BYTES)
        return found[1].decode() if found else _UNNAMED
    name = payload.get("thingName")
    return name[:MAX_LENGTH] if isinstance(name, str) else _UNNAMED
