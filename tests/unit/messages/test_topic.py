import sys
from collections.abc import Callable
from itertools import product
from types import FrameType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from client_device_associator.messages.topic import (
    MAX_TOPIC_BYTES,
    can_be_published_to,
    intersect,
    why_no_filter,
    why_no_topic,
    why_unusable,
)

TOPICS = [list(levels) for length in range(1, 7) for levels in product("abc", repeat=length)]
"""Three levels on either side, each taking one more, never need a longer topic, or another letter
than the two that filters hold and one that they do not."""


def matches(levels: list[str], topic: list[str]) -> bool:
    """Whether a filter matches a topic; a `#` anywhere stands for any number of levels."""
    if not levels:
        return not topic
    if levels[0] == "#":
        return any(matches(levels[1:], topic[start:]) for start in range(len(topic) + 1))
    return bool(topic) and levels[0] in ("+", topic[0]) and matches(levels[1:], topic[1:])


FILTERS = st.lists(st.sampled_from("ab+#"), min_size=1, max_size=3).map("/".join)


@given(FILTERS, FILTERS)
@example("a/#", "a")
@example("#", "#")
@example("+/b", "a/+")
@example("a/#/b", "a/b")
def test_intersect_agrees_with_trying_every_topic(one: str, other: str) -> None:
    """Two filters intersect if some topic matches both, and the order does not matter."""
    found = any(
        matches(one.split("/"), topic) and matches(other.split("/"), topic) for topic in TOPICS
    )
    assert intersect(one, other) == intersect(other, one) == found


def within_calls(limit: int, work: Callable[[], object]) -> object:
    """The result of some work that may call functions only so often."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"
        if calls > limit:
            raise AssertionError(f"more than {limit} calls")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        return work()
    finally:
        sys.setprofile(before)


def test_intersect_does_not_explode() -> None:
    """Many wildcards against many levels take no more than the product of both."""
    one = "/".join(["r", *["a", "#"] * 6, "c"])
    other = "/".join(["r", *["a"] * 60, "b"])
    assert within_calls(20_000, lambda: intersect(one, other)) is False


def test_intersect_takes_topics_of_any_depth() -> None:
    """The check of a configuration must not fall over a filter that is too long to be right."""
    assert intersect("a/" * 3000, "a/" * 3000)


@pytest.mark.parametrize("text", ["a", "a/b", "+", "#", "a/+/b", "a/#", "+/#", "/", "a//b", "$x/+"])
def test_takes_filters(text: str) -> None:
    """Whole levels may be wildcards, and levels may be empty."""
    assert why_no_filter(text) is None


@pytest.mark.parametrize(
    "text", ["", "a+", "+a/b", "a/b#", "#/a", "a/#/b", "a?", "a*", "a\0", "é" * 129, "\ud800" * 257]
)
def test_refuses_filters(text: str) -> None:
    """Half wildcards, what lite cannot take, and what is too long."""
    assert why_no_filter(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a+", "a filter in which '+' is a whole level"),
        ("a/#/b", "a filter in which '#' is the whole last level"),
    ],
)
def test_says_which_filter_would_be_right(text: str, words: str) -> None:
    """The words stand behind "expected" in what an operator reads."""
    assert why_no_filter(text) == words


@pytest.mark.parametrize("text", ["", "a/+", "#", "a+", "x" * 257, "a?"])
def test_refuses_topics(text: str) -> None:
    """A topic to publish to has no wildcard."""
    assert why_no_topic(text)


def test_takes_topics() -> None:
    """Anything else up to the limit in bytes."""
    assert why_no_topic("a/é") is None
    assert why_unusable("é" * 128) is None


def test_a_topic_of_the_greatest_length_is_published_to() -> None:
    """The bound itself is inside, and counted in bytes."""
    assert can_be_published_to("é" * (MAX_TOPIC_BYTES // 2))
    assert not can_be_published_to("a" + "é" * (MAX_TOPIC_BYTES // 2))
