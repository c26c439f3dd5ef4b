"""Tells apart what comes once and what comes on two subscriptions at the same time."""

import json
from collections import Counter
from hashlib import blake2b

from client_device_associator.core.announcement import Payload

MAX_REMEMBERED = 2000
"""Different messages of an overlap; beyond them a double is let through, and costs nothing but
its result being told twice."""

_DIGEST_BYTES = 16


class Overlap:
    """What has come on each of two subscriptions to the same topics while both were open.

    Messages have no identity, so they are counted: the k-th message of some content on one
    subscription is the same as the k-th on the other.
    """

    def __init__(self) -> None:
        self._counts: tuple[Counter[bytes], Counter[bytes]] = (Counter(), Counter())

    def is_first(self, side: int, topic: str, payload: Payload) -> bool:
        """Whether this message, come on side 0 or 1, has not come on the other side before."""
        mine, other = self._counts[side], self._counts[1 - side]
        if len(mine) >= MAX_REMEMBERED:
            return True
        content = _digest(topic, payload)
        mine[content] += 1
        return mine[content] > other[content]


def _digest(topic: str, payload: Payload) -> bytes:
    """What tells contents apart; the contents of a flood would fill the memory of a core device."""
    if isinstance(payload, bytes):
        kind, content = "binary", payload
    else:
        kind, content = "json", json.dumps(payload, sort_keys=True).encode()
    head = json.dumps([topic, kind]).encode()
    return blake2b(head + content, digest_size=_DIGEST_BYTES).digest()
