"""What every pattern has in common."""

import pytest

from client_device_associator.core.admission.pattern import glob_pattern, regex_pattern
from client_device_associator.core.admission.syntax import MAX_CHARACTERS, MAX_PLACES, PatternError
from client_device_associator.core.thing_name import MAX_LENGTH

CORE = "core-1"


def test_a_pattern_is_bounded_in_size() -> None:
    """As many characters as are allowed, and one more."""
    assert regex_pattern(f"(a?){{{MAX_PLACES - 1}}}b", CORE).matches("aab")
    with pytest.raises(PatternError, match=str(MAX_PLACES)):
        regex_pattern(f"(a?){{{MAX_PLACES}}}b", CORE)


def test_equal_patterns_are_equal() -> None:
    """So that a configuration that is read again is no change."""
    assert glob_pattern("a*", CORE) == glob_pattern("a*", CORE)
    assert glob_pattern("a", CORE) != regex_pattern("a", CORE)
    assert glob_pattern("a*", CORE) != glob_pattern("a*", "core-2")


def test_the_core_device_s_name_is_no_pattern() -> None:
    """Even if it held what is special in one, it would stand for itself."""
    with pytest.raises(PatternError):
        glob_pattern("a{coreThingName}b", "*")
    assert not regex_pattern("a{coreThingName}b|c", "a+").matches("aaab")


def test_a_core_device_without_a_name_is_in_no_pattern() -> None:
    """Nothing in place of the name would have `{coreThingName}*` admit everybody."""
    for pattern in (glob_pattern, regex_pattern):
        assert pattern("a", "").matches("a")
        with pytest.raises(PatternError, match="which core"):
            pattern("{coreThingName}.*", "")


def test_the_longest_pattern_is_taken() -> None:
    """One more character is too many, and so is a name that no thing can have."""
    longest = "*?" * (MAX_LENGTH - 1) + "*" * (MAX_CHARACTERS - 2 * (MAX_LENGTH - 1))
    assert glob_pattern(longest, CORE).matches("a" * MAX_LENGTH)
    for text in (longest + "*", "?" * (MAX_LENGTH + 1), ""):
        with pytest.raises(PatternError):
            glob_pattern(text, CORE)
    assert glob_pattern("?" * MAX_LENGTH, CORE).matches("a" * MAX_LENGTH)
