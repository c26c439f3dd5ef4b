"""What is in messages: announcements as they are read, results as data."""

import json

from client_device_associator.messages.announcement import Reading, read_announcement
from client_device_associator.messages.result_message import ResultMessage
from client_device_associator.messages.template import Template
from support.values import SHARED


def read(payload: object, template: Template | None = None, topic: str = SHARED) -> Reading:
    """Reads a payload, as bytes unless it is bytes already."""
    sent = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return read_announcement(template, topic, sent)


def names(reading: Reading) -> list[str]:
    """The names that were taken."""
    return [one.thing_name for one in reading.announcements]


def reasons(reading: Reading) -> list[str | None]:
    """The codes of what was rejected."""
    return [one.code for one in reading.rejections]


def document_of(message: ResultMessage) -> dict[str, object]:
    """A message of results as data, however it is sent."""
    payload = message.payload
    document: dict[str, object] = json.loads(payload) if isinstance(payload, bytes) else payload
    return document
