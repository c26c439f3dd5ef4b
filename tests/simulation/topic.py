"""Which topics a filter matches, by section 4.7 of the MQTT standard; apart from the component."""


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a subscription to the filter gets messages on the topic."""
    levels = topic.split("/")
    wanted = topic_filter.split("/")
    if wanted[-1] == "#":
        wanted, levels = wanted[:-1], levels[: len(wanted) - 1]
    return len(wanted) == len(levels) and all(
        one in {"+", level} for one, level in zip(wanted, levels, strict=True)
    )
