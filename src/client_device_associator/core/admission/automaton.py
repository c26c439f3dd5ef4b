"""Matches a pattern in time linear in the name, however the pattern looks.

Glushkov's construction: each character of the pattern is a place, and all places that can be
reached are followed at once, as the bits of a number. There is nothing to go back to, so there is
no name that takes exponential time, as it does with `re` for `(a+)+b`.
"""

from collections import defaultdict
from collections.abc import Iterator

from client_device_associator.core.admission.syntax import Either, Node, OneOf, Repeat, Sequence
from client_device_associator.core.values import dataclass

_NOWHERE = 0
"""No place at all."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a pattern: where it can begin, where it can end, and whether it can be empty."""

    first: int
    last: int
    is_optional: bool


class Automaton:
    """Decides whether a whole text matches.

    Args:
        pattern: What to match; its size is checked already.
    """

    def __init__(self, pattern: Node) -> None:
        self._places = 0
        self._of_character: defaultdict[str, int] = defaultdict(int)
        self._after: list[int] = []
        self._whole = self._add(pattern)

    def matches(self, text: str) -> bool:
        """Whether the whole text is one of those that the pattern describes."""
        reached, here = self._whole.first, _NOWHERE
        if not text:
            return self._whole.is_optional
        for character in text:
            here = reached & self._of_character.get(character, _NOWHERE)
            if not here:
                return False
            reached = _NOWHERE
            for place in _bits(here):
                reached |= self._after[place]
        return bool(here & self._whole.last)

    def shortest(self) -> int | None:
        """Characters of the shortest text that matches and is not empty; None if there is none."""
        fillable = _NOWHERE
        for places in self._of_character.values():
            fillable |= places
        seen, here, length = _NOWHERE, self._whole.first & fillable, 1
        while here & ~seen:
            if here & self._whole.last:
                return length
            seen |= here
            after = _NOWHERE
            for place in _bits(here):
                after |= self._after[place]
            here, length = after & fillable, length + 1
        return None

    def _add(self, node: Node) -> _Part:
        match node:
            case OneOf():
                return self._add_place(node)
            case Sequence():
                whole = _Part(_NOWHERE, _NOWHERE, is_optional=True)
                for part in node.parts:
                    whole = self._join(whole, self._add(part))
                return whole
            case Either():
                branches = [self._add(branch) for branch in node.branches]
                first = last = _NOWHERE
                for branch in branches:
                    first, last = first | branch.first, last | branch.last
                return _Part(first, last, any(branch.is_optional for branch in branches))
            case _:
                return self._add_repeat(node)

    def _add_place(self, node: OneOf) -> _Part:
        place = 1 << self._places
        self._places += 1
        self._after.append(_NOWHERE)
        for character in node.characters:
            self._of_character[character] |= place
        return _Part(place, place, is_optional=False)

    def _add_repeat(self, node: Repeat) -> _Part:
        whole = _Part(_NOWHERE, _NOWHERE, is_optional=True)
        for _ in range(node.least):
            whole = self._join(whole, self._add(node.part))
        if node.most is None:
            part = self._add(node.part)
            self._connect(part.last, part.first)
            return self._join(whole, _Part(part.first, part.last, is_optional=True))
        for _ in range(node.most - node.least):
            part = self._add(node.part)
            whole = self._join(whole, _Part(part.first, part.last, is_optional=True))
        return whole

    def _join(self, one: _Part, other: _Part) -> _Part:
        self._connect(one.last, other.first)
        return _Part(
            one.first | (other.first if one.is_optional else _NOWHERE),
            other.last | (one.last if other.is_optional else _NOWHERE),
            one.is_optional and other.is_optional,
        )

    def _connect(self, before: int, after: int) -> None:
        for place in _bits(before):
            self._after[place] |= after


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
