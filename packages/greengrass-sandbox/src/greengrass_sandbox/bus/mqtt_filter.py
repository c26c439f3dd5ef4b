"""Topic filters by the rules of MQTT, as nucleus lite and AWS IoT Core read them."""

_SINGLE_LEVEL = "+"
_MULTI_LEVEL = "#"


class MqttFilter:
    """A filter by the rules of MQTT; one that is equal to the topic always matches.

    Args:
        text: The filter as it was subscribed to.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._levels = text.split("/")
        self._is_plain = not {_SINGLE_LEVEL, _MULTI_LEVEL} & set(self._levels)
        self._skips_dollar = text.startswith((_SINGLE_LEVEL, _MULTI_LEVEL))

    def matches(self, topic: str) -> bool:
        """Whether a message on this topic is one for this filter."""
        if topic == self.text:
            # An empty topic is none, and matches nothing.
            return topic != ""
        if self._is_plain or not topic or (self._skips_dollar and topic.startswith("$")):
            return False
        return self._levels_match(topic.split("/"))

    def _levels_match(self, topic: list[str]) -> bool:
        last = len(self._levels) - 1
        for index, level in enumerate(self._levels):
            if level == _MULTI_LEVEL and index == last:
                return True
            if index >= len(topic) or level not in {topic[index], _SINGLE_LEVEL}:
                return False
        return len(topic) == len(self._levels)
