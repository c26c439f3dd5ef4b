"""Sets of characters in brackets."""

import pytest

from client_device_associator.core.admission.characters import read_set
from client_device_associator.core.admission.syntax import ANY, PatternError


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("a]", "a"),
        ("abc]rest", "abc"),
        ("a-c]", "abc"),
        ("a-c1-3]", "abc123"),
        ("-a]", "-a"),
        ("a-]", "-a"),
        ("a-b-c]", "ab-c"),
        ("/ a]", "a"),
    ],
)
def test_what_is_in_a_set(text: str, characters: str) -> None:
    """Single characters and ranges; of those, what a thing name can hold."""
    one_of, end = read_set(f"[{text}", 1, "!")
    assert one_of.characters == frozenset(characters)
    assert end == 1 + text.index("]") + 1


def test_the_others() -> None:
    """After the sign that stands for that in the pattern at hand."""
    assert read_set("!ab]", 0, "!")[0].characters == ANY - {"a", "b"}
    assert read_set("^ab]", 0, "^")[0].characters == ANY - {"a", "b"}


@pytest.mark.parametrize("text", ["]", "!]", "a", "", "c-a]", "[a]", "a!]", "a^]", "\\d]", "{a}]"])
def test_what_is_refused(text: str) -> None:
    """What is no set, and what means different things in different programs."""
    with pytest.raises(PatternError):
        read_set(text, 0, "!")
