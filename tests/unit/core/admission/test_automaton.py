"""The time that matching takes, and the shortest text that matches."""

import pytest

from client_device_associator.core.admission.automaton import Automaton
from client_device_associator.core.admission.pattern import regex_pattern
from client_device_associator.core.admission.regex import parse_regex
from client_device_associator.core.thing_name import MAX_LENGTH

CORE = "core-1"


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+b", "(a|a)*b", "(a|aa)+b", "([a-z]+)*b", "(a?){64}a{64}b", "(.*a){40}b", "a*a*a*a*a*b"],
)
def test_patterns_that_are_catastrophic_elsewhere(pattern: str) -> None:
    """The number of steps is bounded by the pattern's size for each character of the name."""
    # Elsewhere this takes longer than the universe is old.
    assert not regex_pattern(pattern, CORE).matches("a" * MAX_LENGTH)


@pytest.mark.parametrize(
    ("pattern", "shortest"),
    [("a", 1), ("a{3}b?", 3), ("(a|bc)d", 2), ("a*", 1), ("", None), (" a|bcd", 3), ("a b", None)],
)
def test_the_shortest_text_is_found(pattern: str, shortest: int | None) -> None:
    """Without characters that no thing name has; an empty text is none."""
    assert Automaton(parse_regex(pattern, CORE)).shortest() == shortest


def test_the_empty_text_matches_what_is_optional() -> None:
    """It is no thing name, but a part of one."""
    assert Automaton(parse_regex("a*", CORE)).matches("")
    assert not Automaton(parse_regex("a+", CORE)).matches("")
