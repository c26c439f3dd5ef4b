"""Tells apart what comes once and what comes on two subscriptions at the same time."""

import json
from collections import Counter

from client_device_associator.messages.announcement import Payload

MAX_REMEMBERED = 2000
"""Different messages of an overlap; beyond them a double is let through, and costs nothing but
its result being told twice."""


class Overlap:
    """What has come on each of two subscriptions to the same topics while both were open.

    Messages have no identity, so they are counted: the k-th message of some content on one
    subscription is the same as the k-th on the other.
    """

    def __init__(self) -> None:
        self._counts: tuple[Counter[int], Counter[int]] = (Counter(), Counter())

    def is_first(self, side: int, topic: str, payload: Payload) -> bool:
        """Whether this message, come on side 0 or 1, has not come on the other side before."""
        mine, other = self._counts[side], self._counts[1 - side]
        if len(mine) >= MAX_REMEMBERED:
            return True
        content = _digest(topic, payload)
        mine[content] += 1
        return mine[content] > other[content]


def _digest(topic: str, payload: Payload) -> int:
    """What tells contents apart; the contents of a flood would fill the memory of a core device.

    Python's own hash has 64 bits and a key that nobody knows. `hashlib` would do as well, and bring
    in 3 MB of OpenSSL.
    """
    if isinstance(payload, bytes):
        return hash((topic, payload))
    return hash((topic, json.dumps(payload, sort_keys=True)))
