"""Local publish/subscribe on each nucleus."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from awsiot.eventstreamrpc import StreamClosedError
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.nucleus.errors import PublishRefused
from greengrass_sandbox.nucleus.server import SANDBOX_PUBLISHER
from sandbox.nucleus_support import TIMEOUT_SECONDS, Core, running

RECEIVE_ALL = "RECEIVE_ALL_MESSAGES"
FROM_OTHERS = "RECEIVE_MESSAGES_FROM_OTHERS"


@pytest.fixture(params=[CLASSIC, LITE], ids=["classic", "lite"])
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Core]:
    """A nucleus of each kind."""
    with running(request.param, tmp_path) as core:
        yield core


def test_messages_arrive_as_what_they_were_sent_as(core: Core) -> None:
    """JSON comes as JSON, binary as binary, both with their topic."""
    inbox = core.component("receiver").subscribe("a/+")
    sender = core.component("sender")
    sender.publish_json("a/json", {"text": "grüße", "list": [True, None, 1.5]})
    sender.publish_bytes("a/binary", b"\x00\xff")
    first, second = inbox.next(), inbox.next()
    assert first.json_message.message == {"text": "grüße", "list": [True, None, 1.5]}
    assert first.json_message.context.topic == "a/json"
    assert first.binary_message is None
    assert second.binary_message.message == b"\x00\xff"
    assert second.binary_message.context.topic == "a/binary"
    assert second.json_message is None


def test_integers_become_doubles_on_classic(core: Core) -> None:
    """Gson reads 1 as 1.0, and large integers lose digits; lite keeps them."""
    inbox = core.component("receiver").subscribe("a")
    core.component("sender").publish_json("a", {"n": [1, 2**53 + 1], "b": True})
    message = inbox.next_json()
    assert isinstance(message["n"][0], float if core.profile is CLASSIC else int)
    assert message["n"][1] == (2**53 if core.profile is CLASSIC else 2**53 + 1)
    assert message["b"] is True


def test_order_is_kept(core: Core) -> None:
    """One publisher's messages arrive in their order."""
    inbox = core.component("receiver").subscribe("a")
    sender = core.component("sender")
    for number in range(200):
        sender.publish_bytes("a", str(number).encode())
    assert [int(inbox.next().binary_message.message) for _ in range(200)] == list(range(200))


def test_each_matching_subscription_gets_its_copy(core: Core) -> None:
    """Overlapping subscriptions of one component deliver twice."""
    component = core.component("receiver")
    exact, wild = component.subscribe("a/b"), component.subscribe("a/#")
    core.component("sender").publish_json("a/b", {"k": "v"})
    assert exact.next_json() == wild.next_json() == {"k": "v"}


@pytest.mark.parametrize(
    ("topic_filter", "receive_mode", "on_classic"),
    [
        ("a", None, True),
        ("+", None, False),
        ("a", FROM_OTHERS, False),
        ("+", RECEIVE_ALL, True),
        ("#", FROM_OTHERS, False),
    ],
)
def test_own_messages(
    core: Core, topic_filter: str, receive_mode: str | None, *, on_classic: bool
) -> None:
    """Classic goes by filter and receive mode, lite always brings them back."""
    component = core.component("c")
    inbox = component.subscribe(topic_filter, receive_mode)
    component.publish_json("a", {"from": "itself"})
    core.component("other").publish_json("a", {"from": "other"})
    expected = ["itself", "other"] if on_classic or core.profile is LITE else ["other"]
    assert [inbox.next_json()["from"] for _ in expected] == expected


def test_own_messages_of_a_second_connection_are_own(tmp_path: Path) -> None:
    """On classic it is the component that counts, not its connection."""
    with running(CLASSIC, tmp_path) as core:
        svcuid = core.register("c")
        inbox = core.connect(svcuid).subscribe("+")
        core.connect(svcuid).publish_json("a", {"from": "itself"})
        core.component("other").publish_json("a", {"from": "other"})
        assert inbox.next_json() == {"from": "other"}


@pytest.mark.parametrize("topic", ["a/+", "a/#", "a/*"])
def test_publishing_to_a_wildcard(core: Core, topic: str) -> None:
    """Classic refuses it, lite takes it as any other topic."""
    sender = core.component("sender")
    inbox = core.component("receiver").subscribe("a/#")
    if core.profile is CLASSIC:
        with pytest.raises(model.InvalidArgumentsError):
            sender.publish_json(topic, {})
        with pytest.raises(PublishRefused):
            core.call(core.nucleus.publish, topic, b"")
        sender.publish_json("a/b", {})
        assert inbox.next().json_message.context.topic == "a/b"
    else:
        sender.publish_json(topic, {})
        assert inbox.next().json_message.context.topic == topic


def test_json_that_is_no_object(core: Core) -> None:
    """Classic takes objects only: anything else ends the stream, and the connection lives on."""
    inbox = core.component("receiver").subscribe("a")
    sender = core.component("sender")
    if core.profile is CLASSIC:
        with pytest.raises(StreamClosedError):
            sender.publish_json("a", ["x"])
        sender.publish_json("a", {"x": "y"})
        assert inbox.next_json() == {"x": "y"}
    else:
        sender.publish_json("a", ["x"])
        assert inbox.next_json() == ["x"]


def test_keys_come_sorted_on_lite(core: Core) -> None:
    """Classic keeps the order in which they were sent."""
    inbox = core.component("receiver").subscribe("a")
    core.component("sender").publish_json("a", {"b": "1", "a": {"d": "2", "c": "3"}})
    message = inbox.next_json()
    assert list(message) == (["a", "b"] if core.profile is LITE else ["b", "a"])
    assert list(message["a"]) == (["c", "d"] if core.profile is LITE else ["d", "c"])


def test_empty_levels_at_the_end_mean_nothing_to_classic(core: Core) -> None:
    """The message keeps the topic that it was published to."""
    component = core.component("c")
    inbox = component.subscribe("a/b")
    component.publish_bytes("a/b/", b"1")
    component.publish_bytes("a/b", b"2")
    if core.profile is CLASSIC:
        assert inbox.next().binary_message.context.topic == "a/b/"
    assert inbox.next().binary_message.message == b"2"


@pytest.mark.parametrize(
    ("payload", "on_classic", "on_lite"),
    [
        (b"{}", "ServiceError", "ServiceError"),
        (b'{"topic":"a"}', "ServiceError", "ServiceError"),
        (
            b'{"topic":1,"publishMessage":{"jsonMessage":{"message":{}}}}',
            "PublishToTopicResponse",
            "ServiceError",
        ),
        (b'{"topic":"a","publishMessage":{}}', "PublishToTopicResponse", "ServiceError"),
        (b'{"topic":"a","publishMessage":{"jsonMessage":[]}}', None, "ServiceError"),
        (
            b'{"topic":"a","publishMessage":{"binaryMessage":{"message":"no base64!"}}}',
            None,
            "PublishToTopicResponse",
        ),
        (b'{"topic":"a","publishMessage":{"binaryMessage":{"message":5}}}', None, "ServiceError"),
        (
            b'{"topic":"a","publishMessage":{"jsonMessage":{},"binaryMessage":{"message":"eA=="}}}',
            None,
            "ServiceError",
        ),
    ],
)
def test_malformed_publishes_are_answered(
    core: Core, payload: bytes, on_classic: str | None, on_lite: str
) -> None:
    """As each nucleus does (None: without a shape of error), and the next request is served."""
    raw = core.raw_component("c")
    raw.request(1, "PublishToTopic", payload)
    expected = on_lite if core.profile is LITE else on_classic
    shape = raw.read().headers.get("service-model-type")
    assert shape == (None if expected is None else f"aws.greengrass#{expected}")
    raw.request(2, "SubscribeToTopic", b'{"topic":"a"}')
    assert raw.read().headers["service-model-type"] == "aws.greengrass#SubscribeToTopicResponse"


def test_an_empty_topic_cannot_be_subscribed_to(core: Core) -> None:
    """Classic looks for permission first."""
    error = model.ServiceError if core.profile is LITE else model.UnauthorizedError
    with pytest.raises(error):
        core.component("c").subscribe("")


def test_a_subscription_that_its_component_closed_gets_nothing(core: Core) -> None:
    """After closing a stream the nucleus does not know it any more."""
    component = core.component("c")
    closed, kept = component.subscribe("a"), component.subscribe("+", RECEIVE_ALL)
    component.unsubscribe(closed)
    component.publish_json("a", {})
    kept.next()
    assert closed.closed.is_set()
    assert closed.events.empty()
    assert core.call(core.nucleus.subscriptions, "c") == ["+"]


def test_a_lost_connection_takes_its_subscriptions_along(core: Core) -> None:
    """Nothing is delivered to, or counted for, a component that is gone."""
    component = core.component("c")
    component.subscribe("a")
    core.call(core.nucleus.disconnect, "c")
    assert component.lost.wait(TIMEOUT_SECONDS)
    assert core.call(core.nucleus.subscriptions, "c") == []
    core.component("other").publish_json("a", {})


def test_closing_a_subscription_from_the_nucleus_side(core: Core) -> None:
    """The component sees its stream close, with its connection intact."""
    component = core.component("c")
    inbox = component.subscribe("a")
    core.call(core.nucleus.close_subscription, "c", "a")
    assert inbox.closed.wait(TIMEOUT_SECONDS)
    assert not component.lost.is_set()
    again = component.subscribe("a")
    core.call(core.nucleus.publish, "a", b"x")
    assert again.next().binary_message.message == b"x"


def test_killing_a_subscription_leaves_no_sign(core: Core) -> None:
    """A dead subscription gets nothing, its stream stays open; a renewed one works."""
    component = core.component("c")
    dead, alive = component.subscribe("a"), component.subscribe("#", RECEIVE_ALL)
    core.call(core.nucleus.kill_subscription, "c", "a")
    assert core.call(core.nucleus.dead_subscriptions, "c") == ["a"]
    assert core.call(core.nucleus.subscriptions, "c") == ["#"]
    core.call(core.nucleus.publish, "a", {"n": "1"})
    assert alive.next_json() == {"n": "1"}
    renewed = component.subscribe("a")
    component.unsubscribe(dead)
    core.call(core.nucleus.publish, "a", {"n": "2"})
    assert renewed.next_json() == {"n": "2"}
    assert dead.events.empty()
    assert core.call(core.nucleus.dead_subscriptions, "c") == []


def test_what_does_not_exist_cannot_be_closed_or_killed(core: Core) -> None:
    """A typing mistake in a test is not silently nothing."""
    core.component("c").subscribe("a")
    with pytest.raises(LookupError, match="c has no subscription to b"):
        core.call(core.nucleus.close_subscription, "c", "b")
    with pytest.raises(LookupError, match="x has no subscription to a"):
        core.call(core.nucleus.kill_subscription, "x", "a")


def test_a_watch_sees_who_published_what(core: Core) -> None:
    """The sandbox's own subscriber gets everything that matches, with its publisher."""
    watch = core.call(core.nucleus.watch, "a/#")
    core.component("c").publish_bytes("a/b", b"1")
    core.call(core.nucleus.publish, "b", {})
    core.call(core.nucleus.publish, "a/c", {"x": "y"})
    seen = core.call(watch.wait_for, lambda messages: len(messages) == 2, TIMEOUT_SECONDS)
    assert seen == [Message("a/b", b"1", "c"), Message("a/c", {"x": "y"}, SANDBOX_PUBLISHER)]
    core.call(watch.close)
    core.call(core.nucleus.publish, "a/d", {})
    assert watch.messages == seen


def test_a_watch_waits_for_what_comes_later(core: Core) -> None:
    """Waiting ends with the message that makes its predicate true."""
    component = core.component("c")

    async def publish_while_waiting() -> int:
        watch = core.nucleus.watch("#")
        await core.nucleus.publish("a", b"1")
        component.client.new_publish_to_topic().activate(
            model.PublishToTopicRequest(
                topic="a",
                publish_message=model.PublishMessage(
                    binary_message=model.BinaryMessage(message=b"2")
                ),
            )
        )
        return len(await watch.wait_for(lambda messages: len(messages) == 2, TIMEOUT_SECONDS))

    assert core.call(publish_while_waiting) == 2
