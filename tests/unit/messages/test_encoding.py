import json

import pytest
from hypothesis import given

from client_device_associator.messages.encoding import encode, iso, size_on_the_wire
from support.values import START, UNICODE


def test_messages_are_as_small_as_json_can_be() -> None:
    """No blanks, and letters of any alphabet as themselves."""
    assert encode({"a": [1, "\u00e9"]}) == '{"a":[1,"\u00e9"]}'.encode()


def test_half_a_surrogate_pair_is_replaced() -> None:
    """A service may send what UTF-8 cannot hold; the message goes out all the same."""
    assert encode({"message": "a\ud800b"}) == b'{"message":"a?b"}'


@given(UNICODE)
def test_sizes_are_those_on_the_wire(text: str) -> None:
    """A JsonMessage is written in ASCII with blanks."""
    document = {"message": text}
    assert size_on_the_wire(document, as_json=False) == len(encode(document))
    assert size_on_the_wire(document, as_json=True) == len(json.dumps(document))


def test_moments_are_utc_to_the_millisecond() -> None:
    """As the contract has them."""
    assert iso(START + 0.0625) == "2027-01-15T08:00:00.062Z"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1e15, "9999-12-31T00:00:00.000Z"),
        (float("inf"), "9999-12-31T00:00:00.000Z"),
        (float("nan"), "9999-12-31T00:00:00.000Z"),
        (-1e15, "1970-01-01T00:00:00.000Z"),
    ],
)
def test_a_moment_beyond_the_calendar_is_its_end(seconds: float, expected: str) -> None:
    """A journal written with a wrong clock, or a wrong service, must not stop the results."""
    assert iso(seconds) == expected
