"""Which topics a subscription's filter matches."""

from greengrass_sandbox.profile import Profile

_SINGLE_LEVEL = "+"
_MULTI_LEVEL = "#"
_ANY_WILDCARD = "+#*"


class TopicFilter:
    """A topic filter as one kind of nucleus reads it.

    Args:
        text: The filter as it was subscribed to.
        profile: Decides whether `a/#` matches `a`, and whether wildcards match `$...` topics.
    """

    def __init__(self, text: str, profile: Profile) -> None:
        self.text = text
        self.has_wildcards = _SINGLE_LEVEL in text or _MULTI_LEVEL in text
        self._levels = text.split("/")
        self._skips_dollar = profile.wildcards_skip_dollar_topics and self._levels[0] in {
            _SINGLE_LEVEL,
            _MULTI_LEVEL,
        }
        self._matches_parent = profile.hash_matches_parent

    def matches(self, topic: str) -> bool:
        """Whether a message on this topic is one for this subscription."""
        if not self.has_wildcards:
            return topic == self.text
        if self._skips_dollar and topic.startswith("$"):
            return False
        return self._levels_match(topic.split("/"))

    def _levels_match(self, topic: list[str]) -> bool:
        last = len(self._levels) - 1
        for index, level in enumerate(self._levels):
            if level == _MULTI_LEVEL and index == last:
                # Here all levels before it have matched; what is left is whether one must follow.
                return len(topic) > index or self._matches_parent
            if index >= len(topic) or level not in {topic[index], _SINGLE_LEVEL}:
                return False
        return len(topic) == len(self._levels)


def has_publish_wildcard(topic: str) -> bool:
    """Whether classic refuses to publish to it (its three wildcards, `*` among them)."""
    return any(character in topic for character in _ANY_WILDCARD)
