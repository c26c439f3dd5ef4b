"""What does not fit on nucleus lite, and what that does."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from awsiot.eventstreamrpc import StreamClosedError
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.kinds.lite.measures import (
    depth,
    levels,
    packed_bytes,
    subobjects,
    text_bytes,
    weight,
)
from greengrass_sandbox.nucleus.errors import PublishRefused
from sandbox.nucleus_support import TIMEOUT_SECONDS, Component, Core, running

LARGEST_BINARY = 7_305
"""Bytes that a packet holds with a topic of one character."""


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Core]:
    """A nucleus lite."""
    with running(LITE, tmp_path) as core:
        yield core


def flat(count: int) -> dict[str, int]:
    """A map of so many keys."""
    return {f"key{number}": number for number in range(count)}


def deep(levels: int) -> Any:  # noqa: ANN401 - a JSON value
    """Maps in maps, so many of them."""
    value: Any = "bottom"
    for _ in range(levels):
        value = {"k": value}
    return value


@pytest.mark.parametrize(
    "message",
    [
        flat(23),
        list(range(44)),
        [flat(2)] * 9,
        {"thingNames": list(range(42))},
    ],
)
def test_json_at_the_limit_arrives(lite: Core, message: object) -> None:
    """21 a key and 11 a list item, up to 487."""
    component = lite.component("c")
    inbox = component.subscribe("a")
    component.publish_json("a", message)
    assert inbox.next_json() == message


@pytest.mark.parametrize(
    "message",
    [
        flat(24),
        list(range(45)),
        [flat(2)] * 10,
        {"thingNames": list(range(43))},
    ],
)
def test_json_beyond_the_limit_kills_subscriptions(lite: Core, message: object) -> None:
    """The publish succeeds, nothing arrives, and what matched is dead from then on, silently."""
    victim = lite.component("victim")
    dead, elsewhere = victim.subscribe("a/+"), victim.subscribe("b")
    watch = lite.call(lite.nucleus.watch, "a/#")
    bad = lite.component("bad")
    bad.publish_json("a/x", message)
    assert lite.call(lite.nucleus.dead_subscriptions, "victim") == ["a/+"]
    assert lite.call(lite.nucleus.subscriptions, "victim") == ["b"]
    bad.publish_json("a/x", {"small": "one"})
    bad.publish_json("b", {})
    elsewhere.next()
    assert dead.events.empty()
    assert not dead.closed.is_set()
    assert not bad.lost.is_set()
    assert [seen.payload for seen in watch.messages] == [{"small": "one"}]
    renewed = victim.subscribe("a/+")
    bad.publish_json("a/x", {"small": "two"})
    assert renewed.next_json() == {"small": "two"}


def test_the_same_as_binary_kills_nothing(lite: Core) -> None:
    """The limit is one of JSON objects, not of bytes."""
    component = lite.component("c")
    inbox = component.subscribe("a")
    component.publish_bytes("a", b"[" + b"1," * 1000 + b"1]")
    assert len(inbox.next().binary_message.message) == 2003
    assert lite.call(lite.nucleus.dead_subscriptions, "c") == []


@pytest.mark.parametrize("topic", ["a", "a/longer/topic/of/34/characters/xyz"])
def test_a_packet_beyond_10000_bytes_closes_the_publisher(lite: Core, topic: str) -> None:
    """It is the packet that counts: some 7,300 bytes of binary, less for a longer topic.

    The publisher is disconnected, and the subscriber is not.
    """
    receiver = lite.component("receiver")
    inbox = receiver.subscribe(topic)
    publisher = lite.component("publisher")
    # Base64 makes four characters of three bytes.
    most = LARGEST_BINARY - 3 * ((len(topic) + 2) // 4)
    publisher.publish_bytes(topic, b"x" * most)
    assert len(inbox.next().binary_message.message) == most
    with pytest.raises(StreamClosedError):
        publisher.publish_bytes(topic, b"x" * (most + 3))
    assert publisher.lost.wait(TIMEOUT_SECONDS)
    assert not receiver.lost.is_set()
    lite.component("another").publish_bytes(topic, b"y")
    assert inbox.next().binary_message.message == b"y"


def test_json_beyond_the_packet_closes_the_publisher(lite: Core) -> None:
    """A packet has 10,000 bytes, which leaves some 9,700 for JSON."""
    receiver = lite.component("receiver")
    inbox = receiver.subscribe("a")
    publisher = lite.component("publisher")
    publisher.publish_json("a", {"k": "x" * 9_700})
    assert len(inbox.next_json()["k"]) == 9_700
    with pytest.raises(StreamClosedError):
        publisher.publish_json("a", {"k": "x" * 9_740})
    assert publisher.lost.wait(TIMEOUT_SECONDS)
    assert not receiver.lost.is_set()


def test_topics_have_256_bytes(lite: Core) -> None:
    """Longer ones are refused, in bytes and not in characters."""
    component = lite.component("c")
    inbox = component.subscribe("ü" * 128)
    component.publish_bytes("ü" * 128, b"x")
    inbox.next()
    with pytest.raises(model.ServiceError):
        component.subscribe("ü" * 128 + "a")
    with pytest.raises(model.ServiceError):
        component.publish_bytes("a" * 257, b"x")


def test_json_has_twelve_levels(lite: Core) -> None:
    """The thirteenth is accepted and does not arrive; from fourteen on it is a ServiceError."""
    component = lite.component("c")
    inbox = component.subscribe("a")
    for levels_too_many in (14, 20):
        with pytest.raises(model.ServiceError):
            component.publish_json("a", deep(levels_too_many))
    component.publish_json("a", deep(13))
    component.publish_json("a", deep(12))
    assert inbox.next_json() == deep(12)


@pytest.mark.parametrize("number", [10**18, -(10**17 * 9), 2**63 - 1, 1.5e16])
def test_some_numbers_arrive_as_broken_json(lite: Core, number: float) -> None:
    """Integers of 19 characters and floats from 1e16: the SDK reports an error, and lives on."""
    component = lite.component("c")
    inbox = component.subscribe("a")
    component.publish_json("a", {"n": number})
    assert isinstance(inbox.errors.get(timeout=TIMEOUT_SECONDS), Exception)
    component.publish_json("a", {"n": 1})
    assert inbox.next_json() == {"n": 1}


@pytest.mark.parametrize("number", [2**63, 10**25, 5e-324, float("nan"), float("inf")])
def test_numbers_that_lite_cannot_hold_are_refused(lite: Core, number: float) -> None:
    """Beyond 64 bits, or no number at all."""
    component = lite.component("c")
    with pytest.raises(model.ServiceError):
        component.publish_json("a", {"n": number})


@pytest.mark.parametrize("number", [10**18 - 1, 1e15, 1e17, 1e300, -0.0])
def test_other_large_numbers_arrive(lite: Core, number: float) -> None:
    """As they were sent."""
    component = lite.component("c")
    inbox = component.subscribe("a")
    component.publish_json("a", {"n": number})
    assert inbox.next_json() == {"n": number}


def test_the_device_has_a_hundred_subscriptions(tmp_path: Path) -> None:
    """Of all components and kinds together; what is closed makes room."""
    with running(LITE.with_figures(max_subscriptions=3), tmp_path) as core:
        one, other = core.component("one"), core.component("other")
        first = one.subscribe("a")
        other.subscribe("b")
        one.subscribe_to_configuration()

        def refused(component: Component) -> None:
            with pytest.raises(model.ServiceError):
                component.subscribe("c")
            with pytest.raises(model.ServiceError):
                component.subscribe_to_configuration()

        refused(other)
        one.unsubscribe(first)
        # A publish on the same connection comes after the unsubscribe.
        one.publish_bytes("x", b"")
        other.subscribe("c")
        refused(one)


def test_the_sandbox_keeps_to_the_limits_itself(lite: Core) -> None:
    """What would close a component's connection is an error of the sandbox's own publish."""
    with pytest.raises(PublishRefused, match="7400 bytes"):
        lite.call(lite.nucleus.publish, "a", b"x" * 7_400)
    with pytest.raises(PublishRefused):
        lite.call(lite.nucleus.publish, "a" * 257, b"x")
    component = lite.component("c")
    component.subscribe("a")
    lite.call(lite.nucleus.publish, "a", flat(24))
    assert lite.call(lite.nucleus.dead_subscriptions, "c") == ["a"]


def test_classic_has_none_of_these_limits(tmp_path: Path) -> None:
    """Long topics, many items, deep and large messages all arrive."""
    with running(CLASSIC, tmp_path) as core:
        component = core.component("c")
        topic = "a" * 1000
        inbox = component.subscribe(topic)
        component.publish_json(topic, {"many": ["x"] * 1000, "deep": deep(50)})
        assert inbox.next_json() == {"many": ["x"] * 1000, "deep": deep(50)}
        component.publish_bytes(topic, b"x" * 1_000_000)
        assert len(inbox.next().binary_message.message) == 1_000_000


def test_the_rate_of_the_device_can_be_limited(tmp_path: Path) -> None:
    """At 100 messages a second, thirty of them take more than a quarter of one."""
    with running(LITE.with_figures(messages_per_second=100.0), tmp_path) as core:
        component = core.component("c")
        start = time.monotonic()
        for _ in range(30):
            component.publish_bytes("a", b"")
        assert time.monotonic() - start > 0.25


@pytest.mark.parametrize(
    ("value", "expected_weight", "expected_depth"),
    [
        (1, 0, 0),
        ([], 0, 1),
        ({}, 0, 1),
        ({"a": [1, {"b": 2}]}, 21 + 22 + 21, 3),
        ([[1], [2, 3]], 22 + 11 + 22, 2),
    ],
)
def test_weight_and_depth(value: object, expected_weight: int, expected_depth: int) -> None:
    """Keys and items of all levels count."""
    assert weight(value) == expected_weight
    assert depth(value) == expected_depth


def test_sizes_on_the_bus() -> None:
    """A tag for each node, a length for each text, list, map and key, eight bytes for numbers."""
    value = {"ab": [1, "ü", None, True]}
    assert packed_bytes(value) == (1 + 4 + 4 + 2) + (1 + 4) + (1 + 8) + (1 + 4 + 2) + 1 + (1 + 1)
    assert text_bytes(value) == 4
    assert subobjects(value) == 2 + 4
    assert levels(value) == 3
