"""Patterns against Python's own, and what they refuse."""

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.admission.pattern import glob_pattern, regex_pattern
from client_device_associator.core.admission.syntax import MAX_CHARACTERS, MAX_PLACES, PatternError
from client_device_associator.core.thing_name import CHARACTERS, MAX_LENGTH

CORE = "core-1"

NAMES = st.text("ab-1:_", min_size=1, max_size=12)

SETS = st.sampled_from(["[ab]", "[a-c]", "[{}1-]", "[{}b]", "[-_:]"])
GLOB_PARTS = st.one_of(
    st.sampled_from(["*", "?", "a", "b", "-", "1"]), SETS.map(lambda one: one.format("!"))
)
GLOBS = st.lists(GLOB_PARTS, min_size=1, max_size=8).map("".join)

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


@given(GLOBS, NAMES)
def test_shell_style_patterns_are_those_of_the_shell(pattern: str, name: str) -> None:
    """As the standard library understands them."""
    assert glob_pattern(pattern, CORE).matches(name) == fnmatch.fnmatchcase(name, pattern)


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


@given(st.text("ab*?[]!^-{}\\1:", min_size=1, max_size=14), NAMES)
def test_a_glob_that_is_taken_means_what_it_means_to_the_shell(pattern: str, name: str) -> None:
    """Any text is refused, or means the same as to the standard library."""
    try:
        taken = glob_pattern(pattern, CORE).matches(name)
    except PatternError:
        return
    assert taken == fnmatch.fnmatchcase(name, pattern)


@pytest.mark.parametrize(
    ("pattern", "matched", "not_matched"),
    [
        ("line-{coreThingName}-*", "line-core-1-7", "line-core-2-7"),
        ("{coreThingName}", CORE, "core-11"),
        ("mqtt-bridge-*", "mqtt-bridge-Xy12", "a-mqtt-bridge-Xy12"),
        ("a**b", "a--b", "b"),
    ],
)
def test_globs(pattern: str, matched: str, not_matched: str) -> None:
    """The whole name, and this core device in the placeholder."""
    compiled = glob_pattern(pattern, CORE)
    assert compiled.matches(matched)
    assert not compiled.matches(not_matched)


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


def test_the_core_device_s_name_is_no_pattern() -> None:
    """Even if it held what is special in one, it would stand for itself."""
    with pytest.raises(PatternError):
        glob_pattern("a{coreThingName}b", "*")
    assert not regex_pattern("a{coreThingName}b|c", "a+").matches("aaab")


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "a" * (MAX_CHARACTERS + 1), "line/1", "sensor 1", "[", "a]", "[]", "[b-a]", "[^a]"),
        *("{core}", "a{2}", "a\\*", "[[a]", "?" * (MAX_LENGTH + 1), "ü"),
    ],
)
def test_globs_that_are_refused(pattern: str) -> None:
    """What no thing name can match, and what shells do not agree on."""
    with pytest.raises(PatternError):
        glob_pattern(pattern, CORE)


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


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+b", "(a|a)*b", "(a|aa)+b", "([a-z]+)*b", "(a?){64}a{64}b", "(.*a){40}b", "a*a*a*a*a*b"],
)
def test_patterns_that_are_catastrophic_elsewhere(pattern: str) -> None:
    """The number of steps is bounded by the pattern's size for each character of the name."""
    # Elsewhere this takes longer than the universe is old.
    assert not regex_pattern(pattern, CORE).matches("a" * MAX_LENGTH)


def test_a_pattern_is_bounded_in_size() -> None:
    """As many characters as are allowed, and one more."""
    assert regex_pattern(f"(a?){{{MAX_PLACES - 1}}}b", CORE).matches("aab")
    with pytest.raises(PatternError, match=str(MAX_PLACES)):
        regex_pattern(f"(a?){{{MAX_PLACES}}}b", CORE)


@given(st.text(CHARACTERS, min_size=1, max_size=MAX_LENGTH))
def test_a_thing_name_is_a_glob_for_itself(name: str) -> None:
    """None of its characters is special."""
    assert glob_pattern(name, CORE).matches(name)
    assert not glob_pattern(name, CORE).matches(f"{name}x")


def test_equal_patterns_are_equal() -> None:
    """So that a configuration that is read again is no change."""
    assert glob_pattern("a*", CORE) == glob_pattern("a*", CORE)
    assert glob_pattern("a", CORE) != regex_pattern("a", CORE)
    assert glob_pattern("a*", CORE) != glob_pattern("a*", "core-2")
