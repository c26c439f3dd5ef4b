import re

import pytest

from client_device_associator.messages.iot_core_topic import (
    MAX_SLASHES,
    can_be_published_to_on_iot_core,
    slashes_that_count,
    why_no_iot_core_filter,
    why_no_iot_core_topic,
)

DEEPEST = "/".join("abcdefgh")
INGEST = "$aws/rules/fleet/"


@pytest.mark.parametrize("text", ["a", "a/+/b", "a/#", "+", "#", DEEPEST, "a$/$b", "/a/"])
def test_a_filter_that_is_good(text: str) -> None:
    """With as many levels as AWS IoT Core allows."""
    assert why_no_iot_core_filter(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$aws/events/presence/connected/+", "reserved for AWS"),
        ("$share/g/a", "reserved for AWS"),
        (f"{INGEST}a", "reserved for AWS"),
        (f"{DEEPEST}/i", "at most 7 slashes, .* here are 8"),
        (f"{DEEPEST}/#", "at most 7 slashes"),
        ("a+", "whole level"),
        ("a" * 257, "at most 256 bytes"),
        ("", "at least one character"),
    ],
)
def test_a_filter_that_is_refused(text: str, why: str) -> None:
    """With what would be right."""
    assert re.search(why, why_no_iot_core_filter(text) or "")


@pytest.mark.parametrize("text", ["a", DEEPEST, f"{INGEST}{DEEPEST}", f"{INGEST}a"])
def test_a_topic_that_is_good(text: str) -> None:
    """Nobody can subscribe to what goes to a rule directly, and its first levels do not count."""
    assert why_no_iot_core_topic(text) is None
    assert can_be_published_to_on_iot_core(text)
    assert slashes_that_count(text) <= MAX_SLASHES


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$aws/things/lamp/shadow/update", "rules"),
        ("$aws/rules/fleet", "rules"),
        (INGEST, "rules"),
        (f"{INGEST}$aws/x", "rules"),
        (f"{INGEST}{DEEPEST}/i", "at most 7 slashes"),
        (f"x/{INGEST}{DEEPEST}", "at most 7 slashes"),
        (f"{DEEPEST}/i", "at most 7 slashes"),
        ("a/+", "without '\\+'"),
        ("a" * 257, "at most 256 bytes"),
        ("", "at least one"),
    ],
)
def test_a_topic_that_is_refused(text: str, why: str) -> None:
    """AWS IoT Core ends the connection of a client that publishes there."""
    assert re.search(why, why_no_iot_core_topic(text) or "")
    assert not can_be_published_to_on_iot_core(text) or not text
