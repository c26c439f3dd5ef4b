"""What a message on local publish/subscribe holds."""

import sys
from collections.abc import Mapping

Payload = bytes | Mapping[str, object]
"""A binary message's bytes, or a JSON message's object decoded."""

Json = object
"""What `json.loads` returns: None, bool, int, float, str, lists, and dicts with string keys."""


def bytes_in_memory(payload: Payload, most: int) -> int:
    """How much memory a payload takes, about.

    An object may take twenty times the memory of its text: an empty list is 56 bytes.

    Args:
        payload: As it has come.
        most: It is not counted further than this.
    """
    if isinstance(payload, bytes):
        return len(payload)
    total = 0
    rest: list[object] = [payload]
    while rest and total <= most:
        one = rest.pop()
        total += sys.getsizeof(one)
        if isinstance(one, Mapping):
            rest.extend(one)
            rest.extend(one.values())
        elif isinstance(one, list):
            rest.extend(one)
    return total
