import sys

import pytest

from client_device_associator.messages.payload import Payload, bytes_in_memory

MANY = 10**9


def test_bytes_take_their_length() -> None:
    """As much as the message itself."""
    assert bytes_in_memory(b"x" * 1000, MANY) == 1000


@pytest.mark.parametrize(
    ("payload", "parts"),
    [
        ({}, [{}]),
        ({"a": 1}, [{"a": 1}, "a", 1]),
        ({"a": [[], []]}, [{"a": 1}, "a", [[], []], [], []]),
        ({"a": {"b": None}}, [{"a": 1}, "a", {"b": 1}, "b", None]),
    ],
)
def test_objects_take_what_each_part_takes(payload: Payload, parts: list[object]) -> None:
    """Keys, values, and what is in them."""
    assert bytes_in_memory(payload, MANY) == sum(map(sys.getsizeof, parts))


def test_small_parts_take_far_more_than_their_text() -> None:
    """30,000 empty lists are 120 kB of text."""
    payload: Payload = {"thingNames": [[] for _ in range(30_000)]}
    assert bytes_in_memory(payload, MANY) > 10 * len(str(payload))


def test_it_is_not_counted_further_than_needed() -> None:
    """It is counted on the nucleus thread, which must not block."""
    payload: Payload = {"thingNames": [[] for _ in range(100_000)]}
    found = bytes_in_memory(payload, 1_000_000)
    assert 1_000_000 < found < 1_100_000


def test_deep_objects_are_counted_as_well() -> None:
    """Deeper than Python's stack."""
    deep: object = None
    for _ in range(100_000):
        deep = [deep]
    assert bytes_in_memory({"a": deep}, MANY) > 5_000_000
