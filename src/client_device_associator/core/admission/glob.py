"""Shell-style patterns: `*`, `?`, `[a-z]` and `[!a-z]`."""

from client_device_associator.core.admission.characters import read_set
from client_device_associator.core.admission.syntax import (
    ANY,
    CORE_THING_NAME,
    Node,
    OneOf,
    PatternError,
    Repeat,
    Sequence,
    core_device,
    literal,
)

_ANYTHING = Repeat(OneOf(ANY), 0, None)


def parse_glob(text: str, core_thing_name: str) -> Node:
    """Reads a shell-style pattern.

    Args:
        text: The pattern, as in `line-{coreThingName}-*`.
        core_thing_name: What takes the place of the placeholder, as it is.

    Raises:
        PatternError: It cannot be understood.
    """
    parts: list[Node] = []
    at = 0
    while at < len(text):
        if text.startswith(CORE_THING_NAME, at):
            parts.append(core_device(core_thing_name))
            at += len(CORE_THING_NAME)
            continue
        character = text[at]
        at += 1
        if character == "*":
            # Two in a row mean what one does, and are work for nothing.
            if not parts or parts[-1] is not _ANYTHING:
                parts.append(_ANYTHING)
        elif character == "?":
            parts.append(OneOf(ANY))
        elif character == "[":
            one_of, at = read_set(text, at, "!")
            parts.append(one_of)
        elif character in "]{}":
            raise PatternError("brackets as in [a-z] and [!a-z], and braces as in {coreThingName}")
        else:
            parts.append(literal(character))
    return Sequence(tuple(parts))
