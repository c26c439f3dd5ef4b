"""Regular expressions: the part of Python's that has one meaning and takes linear time."""

import re

from client_device_associator.core.admission.characters import read_set
from client_device_associator.core.admission.syntax import (
    ANY,
    CORE_THING_NAME,
    MAX_PLACES,
    Either,
    Node,
    OneOf,
    PatternError,
    Repeat,
    Sequence,
    check_size,
    core_device,
    literal,
)

MAX_DEPTH = 20
"""Groups in groups."""

_COUNTED = re.compile(r"\{([0-9]{1,3})(?:(,)([0-9]{1,3})?)?\}")
_SPECIAL = frozenset("\\^$.|?*+()[]{}")
_CLASSES = {"d": frozenset("0123456789"), "w": ANY - frozenset(":-")}
_KNOWN = "\\d, \\w, or a backslash before a character that is no letter and no digit"


def parse_regex(text: str, core_thing_name: str) -> Node:
    r"""Reads a regular expression for the whole name.

    It knows literals, `.`, sets as `[a-z]` and `[^a-z]`, `\d`, `\w`, groups, `|`, and the
    quantifiers `?`, `*`, `+`, `{n}`, `{n,}` and `{n,m}`. A `^` at the begin and a `$` at the end
    may be there, and mean nothing more. Whatever looks back or ahead is refused.

    Args:
        text: The expression, as in `line-{coreThingName}-[0-9]+`.
        core_thing_name: What takes the place of the placeholder, as it is.

    Raises:
        PatternError: It is refused.
    """
    inside = text.removeprefix("^")
    if inside.endswith("$") and not inside.endswith("\\$"):
        inside = inside[:-1]
    parser = _Parser(inside, core_thing_name)
    node = parser.alternatives(0)
    if not parser.is_over:
        raise PatternError("parentheses in pairs")
    return node


class _Parser:
    """Reads from left to right, one character ahead."""

    def __init__(self, text: str, core_thing_name: str) -> None:
        self._text = text
        self._core_thing_name = core_thing_name
        self._at = 0

    @property
    def is_over(self) -> bool:
        return self._at >= len(self._text)

    def alternatives(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise PatternError(f"at most {MAX_DEPTH} groups in one another")
        branches = [self._sequence(depth)]
        while self._take("|"):
            branches.append(self._sequence(depth))
        return branches[0] if len(branches) == 1 else Either(tuple(branches))

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while not self.is_over and self._text[self._at] not in "|)":
            parts.append(self._quantified(self._atom(depth)))
        return Sequence(tuple(parts))

    def _atom(self, depth: int) -> Node:
        if self._take(CORE_THING_NAME):
            return core_device(self._core_thing_name)
        if self._take("("):
            return self._group(depth)
        if self._take("["):
            one_of, self._at = read_set(self._text, self._at, "^")
            return one_of
        if self._take("\\"):
            return self._escaped()
        if self._take("."):
            return OneOf(ANY)
        character = self._text[self._at]
        if character in "^$":
            raise PatternError("'^' only at the begin and '$' only at the end")
        if character in _SPECIAL:
            raise PatternError(f"something before '{character}', or a backslash to mean it as such")
        self._at += 1
        return literal(character)

    def _group(self, depth: int) -> Node:
        if not self._take("?:") and self._text.startswith("?", self._at):
            raise PatternError(
                "plain groups: '(?=', '(?!', '(?<', '(?P' and flags are not possible"
            )
        inside = self.alternatives(depth + 1)
        if not self._take(")"):
            raise PatternError("parentheses in pairs")
        return inside

    def _escaped(self) -> Node:
        character = self._text[self._at : self._at + 1]
        self._at += 1
        if character in _CLASSES:
            return OneOf(_CLASSES[character])
        if not character or character.isalnum():
            raise PatternError(_KNOWN)
        return literal(character)

    def _quantified(self, atom: Node) -> Node:
        limits = self._limits()
        if limits is None:
            return atom
        least, most = limits
        if self._text[self._at : self._at + 1] in ("?", "*", "+"):
            raise PatternError("one quantifier: '*?', '*+' and '**' are not possible")
        return check_size(Repeat(atom, least, most))

    def _limits(self) -> tuple[int, int | None] | None:
        """How often what stands before is repeated; None if nothing is said."""
        for sign, limits in {"?": (0, 1), "*": (0, None), "+": (1, None)}.items():
            if self._take(sign):
                return limits
        counted = _COUNTED.match(self._text, self._at)
        if counted is None:
            return None
        self._at = counted.end()
        least = int(counted[1])
        if counted[2] is None:
            most: int | None = least
        else:
            most = int(counted[3]) if counted[3] else None
        if max(least, most or 0) > MAX_PLACES or (most is not None and most < least):
            raise PatternError(f"{{n,m}} with n not above m and both at most {MAX_PLACES}")
        return least, most

    def _take(self, text: str) -> bool:
        if not self._text.startswith(text, self._at):
            return False
        self._at += len(text)
        return True
