"""Whether a resource of client device auth and an MQTT topic filter have something in common."""

from collections.abc import Sequence
from enum import Enum


class _Wild(Enum):
    """What stands for several characters."""

    ANYTHING = "any characters"
    LEVEL = "any characters but a slash"


_Part = str | _Wild
_LITERALLY = frozenset("+#")
"""In a resource they are themselves, and no topic that is published to has them (MQTT 5.0, 4.7)."""


def can_meet(resource: str, variable: str, topic_filter: str) -> bool:
    """Whether some text fits both.

    Args:
        resource: `*` stands for any characters; all else for itself.
        variable: What stands for a thing name in it.
        topic_filter: `+` and `#` stand for a level and for any levels; what stands before it is
            compared with the resource like the rest.
    """
    if _LITERALLY.intersection(resource):
        return False
    one: list[_Part] = []
    for index, text in enumerate(resource.split(variable)):
        one += [_Wild.LEVEL] if index else []
        one += [_Wild.ANYTHING if sign == "*" else sign for sign in text]
    wild: dict[str, _Part] = {"+": _Wild.LEVEL, "#": _Wild.ANYTHING}
    return _meet(one, [wild.get(sign, sign) for sign in topic_filter])


def _meet(one: Sequence[_Part], other: Sequence[_Part]) -> bool:
    # meets[j] says whether the rest of `one` and that of `other` from j on have a text in common.
    meets = [False] * len(other) + [True]
    for j in reversed(range(len(other))):
        meets[j] = isinstance(other[j], _Wild) and meets[j + 1]
    for part in reversed(one):
        below, meets = meets, [False] * (len(other) + 1)
        meets[-1] = isinstance(part, _Wild) and below[-1]
        for j in reversed(range(len(other))):
            # A wildcard may be over, or take what the other side has here.
            meets[j] = (
                (
                    isinstance(part, _Wild)
                    and (below[j] or (_takes(part, other[j]) and meets[j + 1]))
                )
                or (
                    isinstance(other[j], _Wild)
                    and (meets[j + 1] or (_takes(other[j], part) and below[j]))
                )
                or (part == other[j] and below[j + 1])
            )
    return meets[0]


def _takes(wild: _Part, part: _Part) -> bool:
    """Whether a wildcard can take what one part stands for, or some of it."""
    return wild is _Wild.ANYTHING or (wild is _Wild.LEVEL and part != "/")
