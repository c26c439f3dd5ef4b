"""What a result message says to the announcers."""

import json
from collections.abc import Mapping

from client_device_associator.messages.payload import Payload
from simulation.facts import Key


def keys(topic: str, document: Mapping[str, object]) -> list[Key]:
    """How its announcers keep its results apart."""
    results = document["results"]
    assert isinstance(results, list)
    return [(topic, one.get("thingName"), one["status"], one.get("id")) for one in results]


def read_document(message: Payload) -> Mapping[str, object]:
    """The document in a result message."""
    if not isinstance(message, bytes):
        return message
    document = json.loads(message)
    assert isinstance(document, dict)
    return document
