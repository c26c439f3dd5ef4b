"""Where results may go on AWS IoT Core."""

import re

import pytest

from client_device_associator.configuration.result_topics import why_no_iot_core_results_topic
from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.core.bus import Bus
from client_device_associator.messages.topic import HEALTH_TOPIC


def cloud(topic_filter: str) -> AnnouncementTopic:
    """An announcement topic there."""
    return AnnouncementTopic(topic_filter, topic_filter, bus=Bus.IOT_CORE)


def local(topic_filter: str) -> AnnouncementTopic:
    """One on the core device, whose results go there, too."""
    return AnnouncementTopic(topic_filter, topic_filter)


@pytest.mark.parametrize(
    ("template", "answered"),
    [
        ("{topic}/status", [cloud("a"), cloud("b/+")]),
        ("{topic}/status", []),
        ("$aws/rules/fleet/{topic}", [cloud("a/b/c/d/e/f/g/h")]),
        # On the other bus: nothing of it comes back.
        ("{topic}/x", [local("a"), cloud("b")]),
        ("{topic}", [local("a/#")]),
        (HEALTH_TOPIC, [cloud("a")]),
    ],
)
def test_a_harmless_template_is_accepted(template: str, answered: list[AnnouncementTopic]) -> None:
    """Only what is heard there can come back."""
    assert why_no_iot_core_results_topic(template, answered) is None


@pytest.mark.parametrize(
    ("template", "answered", "why"),
    [
        ("{topic}", [cloud("a")], "come back as announcements on a"),
        ("{topic}/status", [cloud("a/#")], "come back as announcements on a/#"),
        ("x", [cloud("a"), cloud("+")], "come back as announcements on \\+"),
        # The same topic on both buses, and the copy of a local result goes to the cloud's.
        ("{topic}", [local("a"), cloud("a")], "results for a would come back"),
        ("{topic}/x", [local("a"), cloud("a/+")], "results for a would come back .* on a/\\+"),
        ("{topic}/i", [cloud("a/b/c/d/e/f/g/h")], "at most 7 slashes; .* would have 8"),
        ("{topic}/{thingName}/i", [local("a/b/c/d/e/f/g")], "at most 7 slashes; .* would have 8"),
        ("$aws/things/{thingName}", [], "rules"),
        ("{topic}/status", [cloud("a" * 250)], "at most 256 bytes; .* would have 257"),
        ("{x}", [], "no placeholder but"),
        ("a/+", [], "without '\\+'"),
    ],
)
def test_a_harmful_template_is_refused_with_the_reason(
    template: str, answered: list[AnnouncementTopic], why: str
) -> None:
    """A loop, or what AWS IoT Core would end the connection for."""
    assert re.search(why, why_no_iot_core_results_topic(template, answered) or "accepted")
