"""Which topics a filter matches, by the MQTT standard (4.7): told apart from the component's own."""


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a subscription to the filter gets messages on the topic."""
    levels = topic.split("/")
    wanted = topic_filter.split("/")
    if wanted[-1] == "#":
        wanted, levels = wanted[:-1], levels[: len(wanted) - 1]
    return len(wanted) == len(levels) and all(
        one in {"+", level} for one, level in zip(wanted, levels, strict=True)
    )
