"""Regular expressions against those of the standard library."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.admission.pattern import regex_pattern
from client_device_associator.core.admission.syntax import MAX_CHARACTERS, PatternError

CORE = "core-1"
NAMES = st.text("ab-1:_", min_size=1, max_size=12)
SETS = st.sampled_from(["[ab]", "[a-c]", "[{}1-]", "[{}b]", "[-_:]"])
ATOMS = st.one_of(
    st.sampled_from(["a", "b", ".", r"\d", r"\w", r"\-", ":"]),
    SETS.map(lambda one: one.format("^")),
)
QUANTIFIERS = st.sampled_from(["", "?", "*", "+", "{2}", "{1,}", "{0,2}", "{2,3}"])


def wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger expressions of smaller ones."""
    quantified = st.builds("({}){}".format, inner, QUANTIFIERS)
    either = st.lists(inner, min_size=2, max_size=3).map("|".join).map("({})".format)
    return st.one_of(quantified, either, st.builds("{}{}".format, inner, inner))


REGEXES = st.recursive(st.builds("{}{}".format, ATOMS, QUANTIFIERS), wider, max_leaves=5)


@given(REGEXES, NAMES)
def test_expressions_are_python_s_over_the_whole_name(pattern: str, name: str) -> None:
    """As `re.fullmatch` understands them, as far as they are taken at all."""
    try:
        ours = regex_pattern(pattern, CORE)
    except PatternError:
        return
    assert ours.matches(name) == (re.fullmatch(pattern, name, re.ASCII) is not None)


@given(st.text("ab*?[]!^-{}()|+.\\$1,:Pw<=", min_size=1, max_size=14), NAMES)
def test_what_is_taken_means_what_it_means_to_python(pattern: str, name: str) -> None:
    """Any text is refused, or means the same as to the standard library."""
    try:
        taken = regex_pattern(pattern, CORE).matches(name)
    except PatternError:
        return
    assert taken == (re.fullmatch(pattern, name, re.ASCII) is not None)


@pytest.mark.parametrize(
    ("pattern", "matched", "not_matched"),
    [
        ("line-{coreThingName}-[0-9]{2}", "line-core-1-07", "line-core-1-7"),
        ("({coreThingName})+", "core-1core-1", "core-1core"),
        ("^sensor-.*$", "sensor-1", "a-sensor-1"),
        ("(?:a|b)c", "bc", "abc"),
        ("a{0}b", "b", "ab"),
    ],
)
def test_expressions(pattern: str, matched: str, not_matched: str) -> None:
    """Anchored at both ends, whether that is written or not."""
    compiled = regex_pattern(pattern, CORE)
    assert compiled.matches(matched)
    assert not compiled.matches(not_matched)


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "a" * (MAX_CHARACTERS + 1), "line/1", "(", ")", "(a", "a)", "a|*", "*", "+a", "a**"),
        *("a*?", "a++", "(?=a)a", "(?!a)b", "(?<=a)b", "(?P<x>a)", "(?i)a", r"(a)\1", r"\ba"),
        *(
            "a^b",
            "a$b",
            "a$|b",
            r"\Aa",
            "a{3,2}",
            "a{999}",
            "{2}a",
            "a{x}",
            "[a",
            "[]",
            r"[\d]",
            "a\\",
        ),
        *("(" * 30 + "a" + ")" * 30, "((a{60}){60}){60}", "(a{1,30}){1,30}", "a{129}", "(|)"),
        *("a{2}{2}", "[[:alpha:]]", "(?:"),
    ],
)
def test_expressions_that_are_refused(pattern: str) -> None:
    """What looks back or ahead, what is too much work, and what is no expression."""
    with pytest.raises(PatternError):
        regex_pattern(pattern, CORE)
