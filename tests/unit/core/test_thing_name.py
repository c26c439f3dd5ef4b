import string

import pytest
from hypothesis import given

from client_device_associator.core.thing_name import is_thing_name, why_not
from support.values import UNICODE

ALLOWED = set(string.ascii_letters + string.digits + ":_-")


@pytest.mark.parametrize("name", ["a", "A:b_c-9", "x" * 128])
def test_takes_thing_names(name: str) -> None:
    """1 to 128 letters, digits, colons, underscores and hyphens."""
    assert is_thing_name(name)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "at least one"),
        ("x" * 129, "at most 128"),
        ("a b", "letters"),
        ("é" * 128, "letters"),
        ("a\n", "letters"),
        ("٣", "letters"),
    ],
)
def test_says_why_not(text: str, why: str) -> None:
    """Each kind of mistake has its own words."""
    assert not is_thing_name(text)
    assert why in why_not(text)


@given(UNICODE)
def test_agrees_with_the_definition(text: str) -> None:
    """No other character and no other length gets through."""
    assert is_thing_name(text) == (1 <= len(text) <= 128 and set(text) <= ALLOWED)
