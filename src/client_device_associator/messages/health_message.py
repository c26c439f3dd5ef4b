"""The message on the health topic, small enough for every nucleus."""

from collections.abc import Mapping
from typing import Any

from client_device_associator.messages.encoding import MAX_MESSAGE_BYTES, encode, iso

_MAX_LISTED = 10
_LONGEST_TEXTS = (500, 200, 100, 40, 0)
"""Characters of each text in the states, tried in turn."""


def health_message(
    head: Mapping[str, object],
    states: Mapping[str, object],
    counters: Mapping[str, int],
    wall: float,
) -> bytes:
    """The bytes of a health message.

    Args:
        head: What says whose health it is.
        states: The state of everything that the component depends on; long texts and lists in it
            are shortened until the message is small enough.
        counters: How often what has happened.
        wall: Epoch seconds, for the message's timestamp.
    """
    # Without any text in the states the message is always small enough.
    for longest in _LONGEST_TEXTS:
        shortened = {key: _shortened(state, longest) for key, state in states.items()}
        document = {**head, **shortened, "counters": counters, "timestamp": iso(wall)}
        message = encode(document)
        if len(message) <= MAX_MESSAGE_BYTES:
            break
    return message


def _shortened(value: Any, longest: int) -> Any:  # noqa: ANN401 - JSON, of any depth
    """The same with every text cut to so many characters, and every list to its first items."""
    if isinstance(value, str):
        return value[:longest]
    if isinstance(value, Mapping):
        return {key: _shortened(one, longest) for key, one in value.items()}
    if isinstance(value, list):
        listed = [_shortened(one, longest) for one in value[:_MAX_LISTED]]
        more = len(value) - _MAX_LISTED
        return [*listed, f"and {more} more"[:longest]] if more > 0 else listed
    return value
