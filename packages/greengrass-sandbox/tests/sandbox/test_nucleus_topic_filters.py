"""Which topics a filter matches on each nucleus."""

import pytest

from greengrass_sandbox.bus.mqtt_filter import MqttFilter
from greengrass_sandbox.kinds.classic.topics import ClassicFilter, has_publish_wildcard


@pytest.mark.parametrize("kind", [ClassicFilter, MqttFilter], ids=["classic", "lite"])
@pytest.mark.parametrize(
    ("text", "topic", "expected"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/B", False),
        ("a", "a/b", False),
        ("+", "a", True),
        ("+", "a/b", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("+/+", "/a", True),
        ("a/#", "a/b", True),
        ("a/#", "a/b/c", True),
        ("a/#", "b/a", False),
        ("a/#", "ab", False),
        ("#", "a/b/c", True),
        ("+/b/#", "a/b/c", True),
        ("a+", "a+", True),
        ("a+", "ab", False),
        ("a/$b/#", "a/$b/c", True),
    ],
)
def test_filters_of_both(
    kind: type[ClassicFilter] | type[MqttFilter], text: str, topic: str, *, expected: bool
) -> None:
    """What MQTT says, where both nuclei do as it says."""
    assert kind(text).matches(topic) is expected


@pytest.mark.parametrize(
    ("text", "topic", "on_classic", "on_lite"),
    [
        ("a/#", "a", False, True),
        ("a/b/#", "a", False, False),
        ("+/#", "a", False, True),
        ("#", "$aws/x", True, False),
        ("+/x", "$aws/x", True, False),
        ("$aws/#", "$aws/x", True, True),
        ("a/b", "a/b/", True, False),
        ("a/b/", "a/b", True, False),
        ("a", "a//", True, False),
        ("a/+", "a/", False, True),
        ("a/#/b", "a/x/b", True, False),
        ("/", "//", True, False),
        ("a", "", False, False),
    ],
)
def test_filters_that_differ(text: str, topic: str, *, on_classic: bool, on_lite: bool) -> None:
    """The parent level of `#`, dollars, empty levels at the end, `#` in the middle."""
    assert ClassicFilter(text).matches(topic) is on_classic
    assert MqttFilter(text).matches(topic) is on_lite


@pytest.mark.parametrize(
    ("topic", "expected"), [("a/b", False), ("a/+", True), ("#", True), ("a*b", True)]
)
def test_topics_that_classic_does_not_publish_to(topic: str, *, expected: bool) -> None:
    """Three characters, anywhere in the topic."""
    assert has_publish_wildcard(topic) is expected
