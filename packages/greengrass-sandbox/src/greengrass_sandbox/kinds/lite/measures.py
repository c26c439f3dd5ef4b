"""What a JSON value takes up in nucleus lite's fixed buffers (read in gg-sdk's object.h, run).

Lite allocates nothing: every request is decoded into a buffer of a fixed number of bytes, and each
of its daemons passes objects on in packets of a fixed size.
"""

from collections.abc import Iterator
from typing import Any

KEY_BYTES = 21
"""Of a map's entry in a decode buffer: a pointer, a 16-bit length, and the value's object."""
OBJECT_BYTES = 11
"""Of a list's item in a decode buffer: a packed object."""
_TAG_BYTES = 1
_LENGTH_BYTES = 4
_NUMBER_BYTES = 8
_BOOLEAN_BYTES = 1


def weight(value: object) -> int:
    """Bytes that the entries of all maps and lists in a value take in a decode buffer."""
    return sum(
        KEY_BYTES * len(node) if isinstance(node, dict) else OBJECT_BYTES * len(node)
        for node in _containers(value)
    )


def subobjects(value: object) -> int:
    """How many objects a value holds, a map's entry counting twice (GG_MAX_OBJECT_SUBOBJECTS)."""
    return sum(
        2 * len(node) if isinstance(node, dict) else len(node) for node in _containers(value)
    )


def depth(value: object) -> int:
    """How deeply maps and lists are nested in a value; 0 for a scalar."""
    return max((level for level, node in _nodes(value) if isinstance(node, dict | list)), default=0)


def levels(value: object) -> int:
    """The depth of a value's deepest node, itself being 1 (GG_MAX_OBJECT_DEPTH)."""
    return max(level for level, _ in _nodes(value))


def text_bytes(value: object) -> int:
    """Bytes of all keys and strings in a value."""
    total = 0
    for _, node in _nodes(value):
        if isinstance(node, str):
            total += len(node.encode())
        elif isinstance(node, dict):
            total += sum(len(key.encode()) for key in node)
    return total


def packed_bytes(value: object) -> int:
    """Bytes of a value on the bus between lite's daemons (core-bus' object_serde)."""
    total = 0
    for _, node in _nodes(value):
        total += _TAG_BYTES + _own_bytes(node)
    return total


def _own_bytes(node: object) -> int:
    if node is None:
        return 0
    if isinstance(node, bool):
        return _BOOLEAN_BYTES
    if isinstance(node, int | float):
        return _NUMBER_BYTES
    if isinstance(node, str):
        return _LENGTH_BYTES + len(node.encode())
    if isinstance(node, dict):
        return _LENGTH_BYTES + sum(_LENGTH_BYTES + len(key.encode()) for key in node)
    return _LENGTH_BYTES


def _containers(value: object) -> Iterator[dict[str, Any] | list[Any]]:
    return (node for _, node in _nodes(value) if isinstance(node, dict | list))


def _nodes(value: object) -> Iterator[tuple[int, object]]:
    """Every node of a value with its level; the value itself is on level 1."""
    pending = [(1, value)]
    while pending:
        level, node = pending.pop()
        yield level, node
        if isinstance(node, dict):
            pending.extend((level + 1, item) for item in node.values())
        elif isinstance(node, list):
            pending.extend((level + 1, item) for item in node)
