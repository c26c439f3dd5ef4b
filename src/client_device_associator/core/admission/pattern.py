"""A pattern over whole thing names, ready to be used."""

from collections.abc import Callable

from client_device_associator.core.admission.automaton import Automaton
from client_device_associator.core.admission.glob import parse_glob
from client_device_associator.core.admission.regex import parse_regex
from client_device_associator.core.admission.syntax import (
    MAX_CHARACTERS,
    Node,
    PatternError,
    check_size,
)
from client_device_associator.core.thing_name import MAX_LENGTH
from client_device_associator.core.values import dataclass, field


@dataclass(frozen=True, slots=True)
class Pattern:
    """What whole thing names look like.

    Attributes:
        text: How it was written.
        core_thing_name: The core device that it was made for.
        is_regex: Whether it is a regular expression, and not a shell-style pattern.
    """

    text: str
    core_thing_name: str
    is_regex: bool
    _automaton: Automaton = field(compare=False, repr=False)

    def matches(self, thing_name: str) -> bool:
        """Whether the whole name matches; it takes time linear in the name."""
        return self._automaton.matches(thing_name)


def glob_pattern(text: str, core_thing_name: str) -> Pattern:
    """A shell-style pattern; raises PatternError."""
    automaton = _automaton(parse_glob, text, core_thing_name)
    return Pattern(text, core_thing_name, is_regex=False, _automaton=automaton)


def regex_pattern(text: str, core_thing_name: str) -> Pattern:
    """A regular expression, see `parse_regex`; raises PatternError."""
    automaton = _automaton(parse_regex, text, core_thing_name)
    return Pattern(text, core_thing_name, is_regex=True, _automaton=automaton)


def _automaton(parse: Callable[[str, str], Node], text: str, core_thing_name: str) -> Automaton:
    if not 1 <= len(text) <= MAX_CHARACTERS:
        raise PatternError(f"a pattern of 1 to {MAX_CHARACTERS} characters")
    automaton = Automaton(check_size(parse(text, core_thing_name)))
    shortest = automaton.shortest()
    if shortest is None or shortest > MAX_LENGTH:
        raise PatternError(
            "a pattern that some thing name matches: 1 to 128 letters, digits, ':', '_' and '-'"
        )
    return automaton
