"""What the nuclei do to a published JSON message beyond passing it on."""

from typing import Any

# How much of lite's fixed decode buffer one key and one list item take (measured on 2.6.0).
_KEY_WEIGHT = 21
_LIST_ITEM_WEIGHT = 11


def weight(value: object) -> int:
    """What a JSON value takes in lite's buffer: 21 for each key at any level, 11 a list item."""
    total = 0
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            total += _KEY_WEIGHT * len(item)
            pending.extend(item.values())
        elif isinstance(item, list):
            total += _LIST_ITEM_WEIGHT * len(item)
            pending.extend(item)
    return total


def depth(value: object) -> int:
    """How deeply lists and maps are nested in a JSON value; 0 for a scalar."""
    deepest = 0
    pending = [(value, 0)]
    while pending:
        item, outer = pending.pop()
        if isinstance(item, dict | list):
            deepest = max(deepest, outer + 1)
            children = item.values() if isinstance(item, dict) else item
            pending.extend((child, outer + 1) for child in children)
    return deepest


def largest_integer(value: object) -> int:
    """The largest magnitude among all integers in a JSON value; 0 if there are none."""
    largest = 0
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, int):
            largest = max(largest, abs(item))
    return largest


def with_doubles(value: Any) -> Any:  # noqa: ANN401 - any JSON value in, the same kind out
    """The value as Gson reads it on classic: each integer as a double (1 becomes 1.0).

    Raises:
        OverflowError: An integer is larger than any double.
    """
    if isinstance(value, dict):
        return {key: with_doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_doubles(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
