"""Which topics results can go to, and why a template for them is refused."""

import re
from collections.abc import Sequence

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.core.bus import Bus
from client_device_associator.messages.iot_core_topic import (
    MAX_SLASHES,
    slashes_that_count,
    why_no_iot_core_topic,
)
from client_device_associator.messages.topic import (
    MAX_TOPIC_BYTES,
    MULTI,
    OWN_TOPICS,
    SINGLE,
    intersect,
    why_no_topic,
)

_KNOWN_PLACEHOLDERS = re.compile(r"\{(topic|thingName|coreThingName)\}")
_ANY_PLACEHOLDER = re.compile(r"\{[^}]*\}?|\}")


def own_topic(topic_filter: str) -> str | None:
    """The component's own topic that a filter matches: neither announcements nor results may."""
    return next((own for own in OWN_TOPICS if intersect(topic_filter, own)), None)


def why_no_results_topic(template: str, sources: Sequence[AnnouncementTopic]) -> str | None:
    """What is wrong with a template for result topics, or None.

    Args:
        template: With `{topic}`, `{thingName}` and `{coreThingName}`.
        sources: Where announcements come from.
    """
    return (
        _why_unknown(template)
        or why_no_topic(_KNOWN_PLACEHOLDERS.sub("x", template))
        or _why_own(template, sources)
        or _why_harmful(template, sources, sources)
    )


def why_no_iot_core_results_topic(
    template: str, answered: Sequence[AnnouncementTopic]
) -> str | None:
    """What is wrong with a template for result topics on AWS IoT Core, or None.

    Args:
        template: With `{topic}`, `{thingName}` and `{coreThingName}`.
        answered: Where the announcements come from whose results go there, over either bus.
    """
    heard = [one for one in answered if one.bus is Bus.IOT_CORE]
    return (
        _why_unknown(template)
        or why_no_iot_core_topic(_KNOWN_PLACEHOLDERS.sub("x", template))
        or _why_harmful(template, answered, heard)
        or _why_too_deep(template, answered)
    )


def reach(template: str, topic_filter: str) -> str:
    """A filter that matches every topic to which results for this filter can go."""
    levels = template.replace("{topic}", topic_filter).split("/")
    return "/".join(map(_reach_of_level, levels))


def _why_unknown(template: str) -> str | None:
    if _ANY_PLACEHOLDER.search(_KNOWN_PLACEHOLDERS.sub("", template)):
        return "no placeholder but {topic}, {thingName} and {coreThingName}"
    return None


def _why_own(template: str, sources: Sequence[AnnouncementTopic]) -> str | None:
    owns = (own_topic(reach(template, source.topic_filter)) for source in sources)
    own = next((own for own in owns if own is not None), None)
    return f"a topic that cannot become {own}" if own is not None else None


def _why_too_deep(template: str, sources: Sequence[AnnouncementTopic]) -> str | None:
    for source in sources:
        slashes = slashes_that_count(reach(template, source.topic_filter))
        if slashes > MAX_SLASHES:
            return (
                f"a topic with at most {MAX_SLASHES} slashes; results for {source.topic_filter}"
                f" would have {slashes}"
            )
    return None


def _why_harmful(
    template: str, sources: Sequence[AnnouncementTopic], heard: Sequence[AnnouncementTopic]
) -> str | None:
    """Why results on such topics would come back as announcements, or could not be sent."""
    for source in sources:
        reached = reach(template, source.topic_filter)
        if len(reached.encode()) > MAX_TOPIC_BYTES:
            return (
                f"a topic of at most {MAX_TOPIC_BYTES} bytes; results for {source.topic_filter}"
                f" would have {len(reached.encode())}"
            )
        for other in heard:
            if intersect(reached, other.topic_filter):
                return (
                    "a topic that no announcement filter matches: results for"
                    f" {source.topic_filter} would come back as announcements on"
                    f" {other.topic_filter}"
                )
    return None


def _reach_of_level(level: str) -> str:
    """A level that is only partly known may be any; text around a `#` may hide any number."""
    if MULTI in level:
        return MULTI
    return SINGLE if SINGLE in level or _KNOWN_PLACEHOLDERS.search(level) else level
