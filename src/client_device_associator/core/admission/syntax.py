"""What a pattern is made of, whichever way it was written."""

from client_device_associator.core.thing_name import CHARACTERS
from client_device_associator.core.values import dataclass

MAX_CHARACTERS = 512
"""Of a pattern as it is written."""

MAX_PLACES = 256
"""Characters that a pattern has when everything that repeats is written out: twice the longest
thing name. No name takes more than this many steps for each of its characters."""

ANY = frozenset(CHARACTERS)
"""Every character that a thing name can hold."""

CORE_THING_NAME = "{coreThingName}"


class PatternError(ValueError):
    """A pattern that is refused; the text says what would be right."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One character of a set; one of an empty set matches nothing."""

    characters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other; an empty one matches the empty string."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """One of several."""

    branches: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part several times; `most` is None for any number."""

    part: "Node"
    least: int
    most: int | None


Node = OneOf | Sequence | Either | Repeat


def literal(text: str) -> Sequence:
    """Text that stands for itself. What no thing name can hold matches nothing."""
    return Sequence(tuple(OneOf(ANY & {character}) for character in text))


def core_device(thing_name: str) -> Sequence:
    """What stands for the placeholder; raises PatternError if this core device has no name."""
    if not thing_name:
        raise PatternError(f"no {CORE_THING_NAME}: the nucleus has not said which core this is")
    return literal(thing_name)


def places(node: Node) -> int:
    """How many characters a pattern has when everything that repeats is written out."""
    match node:
        case OneOf():
            return 1
        case Sequence():
            return sum(map(places, node.parts))
        case Either():
            return sum(map(places, node.branches))
        case _:
            return places(node.part) * max(node.least + (node.most is None), node.most or 0)


def check_size(node: Node) -> Node:
    """The same pattern; raises PatternError if matching it would be too much work."""
    if places(node) > MAX_PLACES:
        raise PatternError(
            f"a pattern of at most {MAX_PLACES} characters when all that repeats is written out"
        )
    return node
