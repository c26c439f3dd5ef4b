"""Shell-style patterns against those of the standard library."""

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.admission.pattern import glob_pattern
from client_device_associator.core.admission.syntax import MAX_CHARACTERS, PatternError
from client_device_associator.core.thing_name import CHARACTERS, MAX_LENGTH

CORE = "core-1"
NAMES = st.text("ab-1:_", min_size=1, max_size=12)
SETS = st.sampled_from(["[ab]", "[a-c]", "[{}1-]", "[{}b]", "[-_:]"])
GLOB_PARTS = st.one_of(
    st.sampled_from(["*", "?", "a", "b", "-", "1"]), SETS.map(lambda one: one.format("!"))
)
GLOBS = st.lists(GLOB_PARTS, min_size=1, max_size=8).map("".join)


@given(GLOBS, NAMES)
def test_shell_style_patterns_are_those_of_the_shell(pattern: str, name: str) -> None:
    """As the standard library understands them."""
    assert glob_pattern(pattern, CORE).matches(name) == fnmatch.fnmatchcase(name, pattern)


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


@given(st.text(CHARACTERS, min_size=1, max_size=MAX_LENGTH))
def test_a_thing_name_is_a_glob_for_itself(name: str) -> None:
    """None of its characters is special."""
    assert glob_pattern(name, CORE).matches(name)
    assert not glob_pattern(name, CORE).matches(f"{name}x")
