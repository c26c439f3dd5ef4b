"""Sets of characters in brackets, as `[a-z]`."""

from client_device_associator.core.admission.syntax import ANY, OneOf, PatternError

_END = "]"
_RANGE = "-"
_REFUSED = frozenset("[^!\\{}")


def read_set(text: str, at: int, negation: str) -> tuple[OneOf, int]:
    """Reads a set of characters.

    Args:
        text: The whole pattern.
        at: Where the set begins, after its bracket.
        negation: What makes it the set of all others if it stands first.

    Returns:
        The set, and where the pattern goes on after it.

    Raises:
        PatternError: It cannot be understood.
    """
    is_negated = text.startswith(negation, at)
    at += is_negated
    end = text.find(_END, at)
    if end <= at:
        raise PatternError("a set of characters such as [a-z], with at least one in it")
    inside = text[at:end]
    if _REFUSED.intersection(inside):
        raise PatternError(
            f"a set of characters without '[', '\\', '{{', '}}', '^' or '!' in it, as in [a-z] or"
            f" [{negation}a-z]"
        )
    characters: set[str] = set()
    while inside:
        # A hyphen that stands first or last is itself.
        if inside[1:2] == _RANGE and len(inside) > len("a-"):
            characters |= _range(inside[0], inside[2])
            inside = inside[3:]
        else:
            characters.add(inside[0])
            inside = inside[1:]
    return OneOf(ANY - characters if is_negated else ANY & characters), end + len(_END)


def _range(first: str, last: str) -> frozenset[str]:
    if last < first:
        raise PatternError(f"a range from the lower character to the higher, not {first}-{last}")
    return frozenset(one for one in ANY if first <= one <= last)
