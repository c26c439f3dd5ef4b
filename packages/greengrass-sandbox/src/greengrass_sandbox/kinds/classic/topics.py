"""Topics and filters as the classic nucleus splits and matches them (its SubscriptionTrie)."""

_SEPARATOR = "/"
_SINGLE_LEVEL = "+"
_MULTI_LEVEL = "#"
_ANY_WILDCARD = "+#*"


def split(text: str) -> list[str]:
    """The levels of a topic or filter, as Java's String.split has them: no empty ones at the end.

    Of slashes alone nothing is left; an empty text is one empty level.
    """
    levels = text.split(_SEPARATOR)
    if text:
        while levels and not levels[-1]:
            levels.pop()
    return levels


class ClassicFilter:
    """A filter; a wildcard is one level, and `#` anywhere but at the end is the same as `+`.

    Args:
        text: The filter as it was subscribed to.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._levels = split(text)
        self.has_wildcards = _SINGLE_LEVEL in self._levels or self._levels[-1:] == [_MULTI_LEVEL]

    def matches(self, topic: str) -> bool:
        """Whether a message on this topic is one for this filter."""
        levels = split(topic)
        last = len(self._levels) - 1
        for index, level in enumerate(levels):
            if index > last:
                return False
            if self._levels[index] == _MULTI_LEVEL and index == last:
                return True
            if self._levels[index] not in {level, _SINGLE_LEVEL, _MULTI_LEVEL}:
                return False
        return len(levels) == len(self._levels)


def has_publish_wildcard(topic: str) -> bool:
    """Whether it cannot be published to: there is one of three wildcards in it, `*` among them."""
    return any(character in topic for character in _ANY_WILDCARD)
