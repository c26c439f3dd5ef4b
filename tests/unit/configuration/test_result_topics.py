import re

import pytest

from client_device_associator.configuration.result_topics import (
    own_topic,
    reach,
    why_no_results_topic,
)
from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.messages.topic import (
    HEALTH_REQUEST_TOPIC,
    HEALTH_TOPIC,
    MAX_TOPIC_BYTES,
    intersect,
)


def sources(*filters: str) -> list[AnnouncementTopic]:
    """Announcement topics with these filters."""
    return [AnnouncementTopic(one, one) for one in filters]


@pytest.mark.parametrize(
    ("template", "topic_filter", "expected"),
    [
        ("{topic}/status", "a", "a/status"),
        ("{topic}/status", "a/+/b", "a/+/b/status"),
        ("x/{thingName}", "a", "x/+"),
        ("x/gw-{coreThingName}/y", "a", "x/+/y"),
        ("{topic}-{thingName}", "a/b", "a/+"),
        ("{topic}/status", "a/#", "a/#/status"),
        ("{topic}x", "a/#", "a/#"),
        ("fixed", "a/#", "fixed"),
    ],
)
def test_results_reach_every_topic_that_a_template_can_give(
    template: str, topic_filter: str, expected: str
) -> None:
    """What is not known in advance stands for anything."""
    assert reach(template, topic_filter) == expected


@pytest.mark.parametrize(
    ("template", "filters"),
    [
        ("{topic}/status", ("a", "b/+/c")),
        ("x/{thingName}/{coreThingName}", ("a/#",)),
        ("{topic}/status", ("a", "a/+/b")),
        ("x", ("a",)),
    ],
)
def test_a_harmless_template_is_accepted(template: str, filters: tuple[str, ...]) -> None:
    """No announcement filter matches where it leads."""
    assert why_no_results_topic(template, sources(*filters)) is None


@pytest.mark.parametrize(
    ("template", "filters", "why"),
    [
        ("{nothing}", ("a",), "no placeholder but"),
        ("x/{", ("a",), "no placeholder but"),
        ("x/}", ("a",), "no placeholder but"),
        ("", ("a",), "at least one character"),
        ("x/+", ("a",), "without '\\+' or '#'"),
        ("x/*", ("a",), "without '\\?'"),
        ("{topic}", ("a",), "come back as announcements on a"),
        ("{topic}/status", ("a/#",), "come back as announcements on a/#"),
        ("{topic}/status", ("a", "+/status"), "results for a would come back .* on \\+/status"),
        (HEALTH_TOPIC, ("a",), f"cannot become {HEALTH_TOPIC}"),
        ("clientdevices/associator/health/{thingName}", ("a",), "cannot become"),
        ("{topic}/status", ("a" * (MAX_TOPIC_BYTES - 6),), "at most 256 bytes; .* would have 257"),
    ],
)
def test_a_harmful_template_is_refused_with_the_reason(
    template: str, filters: tuple[str, ...], why: str
) -> None:
    """Malformed, a loop, one of the component's own topics, or too long for lite."""
    reason = why_no_results_topic(template, sources(*filters))
    assert reason is not None
    assert re.search(why, reason), reason


def test_the_longest_topic_is_accepted() -> None:
    """Exactly as long as local publish/subscribe on lite takes it."""
    longest = "a" * (MAX_TOPIC_BYTES - len("/status"))
    assert why_no_results_topic("{topic}/status", sources(longest)) is None


@pytest.mark.parametrize("topic_filter", ["#", "clientdevices/#", "+/+/health", HEALTH_TOPIC])
def test_own_topics_are_recognized(topic_filter: str) -> None:
    """A filter that matches one of them names it."""
    own = own_topic(topic_filter)
    assert own in (HEALTH_TOPIC, HEALTH_REQUEST_TOPIC)
    assert intersect(topic_filter, own)


def test_other_topics_are_nobody_s() -> None:
    """The default announcement topics among them."""
    for topic_filter in ("clientdevices/announce", "clientdevices/+/announce", "a/#"):
        assert own_topic(topic_filter) is None
