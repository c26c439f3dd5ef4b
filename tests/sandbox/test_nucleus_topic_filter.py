import pytest

from greengrass_sandbox.nucleus.topic_filter import TopicFilter, has_publish_wildcard
from greengrass_sandbox.profile import CLASSIC, LITE, Profile

BOTH = [CLASSIC, LITE]


@pytest.mark.parametrize("profile", BOTH, ids=["classic", "lite"])
@pytest.mark.parametrize(
    ("text", "topic", "expected"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/B", False),
        ("a/b", "a/b/", False),
        ("a", "a/b", False),
        ("+", "a", True),
        ("+", "a/b", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+", "a/", True),
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
def test_filters_of_both(profile: Profile, text: str, topic: str, *, expected: bool) -> None:
    """What MQTT says, where both nuclei do as it says."""
    assert TopicFilter(text, profile).matches(topic) is expected


@pytest.mark.parametrize(
    ("text", "topic", "on_classic", "on_lite"),
    [
        ("a/#", "a", False, True),
        ("a/b/#", "a", False, False),
        ("+/#", "a", False, True),
        ("#", "$aws/x", True, False),
        ("+/x", "$aws/x", True, False),
        ("$aws/#", "$aws/x", True, True),
    ],
)
def test_filters_that_differ(text: str, topic: str, *, on_classic: bool, on_lite: bool) -> None:
    """The parent level of `#`, and topics that begin with a dollar."""
    assert TopicFilter(text, CLASSIC).matches(topic) is on_classic
    assert TopicFilter(text, LITE).matches(topic) is on_lite


@pytest.mark.parametrize(
    ("topic", "expected"), [("a/b", False), ("a/+", True), ("#", True), ("a*b", True)]
)
def test_topics_that_classic_does_not_publish_to(topic: str, *, expected: bool) -> None:
    """Three characters, anywhere in the topic."""
    assert has_publish_wildcard(topic) is expected
