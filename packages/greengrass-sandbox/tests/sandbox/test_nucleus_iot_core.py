"""AWS IoT Core over IPC: what a component publishes comes back to everybody who listens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from awsiot.eventstreamrpc import StreamClosedError
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.kinds import CLASSIC, LITE
from sandbox.iot_core_support import access, publish, subscribe
from sandbox.nucleus_support import TIMEOUT_SECONDS, Core, running

SUBSCRIBE = "aws.greengrass#SubscribeToIoTCore"
PUBLISH = "aws.greengrass#PublishToIoTCore"


@pytest.fixture(params=[CLASSIC, LITE], ids=["classic", "lite"])
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Core]:
    """A nucleus of each kind."""
    with running(request.param, tmp_path) as core:
        yield core


def test_what_goes_out_comes_back(core: Core) -> None:
    """To each subscription that matches, the publisher's own too; bytes are bytes."""
    sender, receiver = core.component("s", access("*")), core.component("r", access("*"))
    own, _ = subscribe(sender, "a/b", "0")
    wild, _ = subscribe(receiver, "a/+")
    elsewhere, _ = subscribe(receiver, "c/#")
    publish(sender, "a/b", b"\x00\xff", "0")
    for heard in (own, wild):
        message = heard.next()
        assert (message.topic_name, message.payload) == ("a/b", b"\x00\xff")
    assert elsewhere.messages.empty()


def test_the_cloud_publishes_and_listens(core: Core) -> None:
    """On the sandbox's side there is somebody to talk to."""
    component = core.component("c", access("*"))
    heard, _ = subscribe(component, "to/device")
    watch = core.call(core.nucleus.broker.watch, "from/#")
    core.call(core.nucleus.broker.publish, "to/device", b"hello")
    assert heard.next().payload == b"hello"
    publish(component, "from/device", b"answer")
    (seen,) = core.call(watch.wait_for, lambda messages: len(messages) == 1, TIMEOUT_SECONDS)
    assert (seen.topic, seen.payload, seen.publisher) == ("from/device", b"answer", "c")


def test_what_is_not_allowed_is_refused_and_the_connection_survives(core: Core) -> None:
    """By operation and by topic."""
    component = core.component("c", access("in/*", operations=(SUBSCRIBE,)))
    with pytest.raises(model.UnauthorizedError):
        publish(component, "in/a")
    with pytest.raises(model.UnauthorizedError):
        subscribe(component, "out/a")
    heard, _ = subscribe(component, "in/a")
    core.call(core.nucleus.broker.publish, "in/a", b"x")
    heard.next()


def test_pub_sub_permissions_are_others(core: Core) -> None:
    """Local publish/subscribe allows nothing here."""
    component = core.component("c")
    with pytest.raises(model.UnauthorizedError):
        publish(component, "a")


def test_wildcards_of_mqtt_count_in_resources(core: Core) -> None:
    """There, unlike in local publish/subscribe: for topics and for filters that they cover."""
    component = core.component("c", access("a/+/c", "d/#"))
    subscribe(component, "a/b/c")
    publish(component, "d/e/f")
    with pytest.raises(model.UnauthorizedError):
        publish(component, "a/b/b/c")


def test_a_closed_subscription_hears_no_more(core: Core) -> None:
    """And the nucleus does not know it any more."""
    component = core.component("c", access("*"))
    closed, operation = subscribe(component, "a")
    kept, _ = subscribe(component, "a")
    assert core.call(core.nucleus.iot_core.subscriptions, "c") == ["a", "a"]
    operation.close().result(TIMEOUT_SECONDS)
    publish(component, "a")
    kept.next()
    assert closed.messages.empty()
    assert core.call(core.nucleus.iot_core.subscriptions, "c") == ["a"]


def test_classic_carries_properties_of_mqtt_5(tmp_path: Path) -> None:
    """Lite knows no more of a message than its payload."""
    with running(CLASSIC, tmp_path) as core:
        component = core.component("c", access("*"))
        heard, _ = subscribe(component, "a")
        request = model.PublishToIoTCoreRequest(
            topic_name="a",
            qos="1",
            payload=b"{}",
            content_type="application/json",
            response_topic="b",
            correlation_data=b"\x01",
            user_properties=[model.UserProperty(key="k", value="v")],
        )
        component.call(component.client.new_publish_to_iot_core(), request)
        message = heard.next()
        assert (message.content_type, message.response_topic) == ("application/json", "b")
        assert message.correlation_data == b"\x01"
        assert [(one.key, one.value) for one in message.user_properties] == [("k", "v")]


@pytest.mark.parametrize(
    ("topic", "qos", "error"),
    [
        ("a", None, model.InvalidArgumentsError),
        ("a", "2", model.InvalidArgumentsError),
        ("a/+", "1", model.ServiceError),
        ("a" * 257, "1", model.ServiceError),
        ("1/2/3/4/5/6/7/8/9", "1", model.ServiceError),
    ],
)
def test_classic_checks_as_iot_core_would(
    tmp_path: Path, topic: str, qos: str | None, error: type[Exception]
) -> None:
    """Quality of service 0 or 1; topics of 256 characters and 7 slashes, with no wildcard."""
    with running(CLASSIC, tmp_path) as core:
        component = core.component("c", access("*"))
        with pytest.raises(error):
            publish(component, topic, qos=qos)


def test_classic_takes_128_kilobytes(tmp_path: Path) -> None:
    """AWS IoT Core takes no more."""
    with running(CLASSIC, tmp_path) as core:
        component = core.component("c", access("*"))
        publish(component, "a", b"x" * 128 * 1024)
        with pytest.raises(model.ServiceError):
            publish(component, "a", b"x" * (128 * 1024 + 1))


def test_lite_takes_what_fits_into_a_packet(tmp_path: Path) -> None:
    """Beyond it the publisher's connection is closed."""
    with running(LITE, tmp_path) as core:
        component = core.component("c", access("*"))
        publish(component, "a", b"x" * 7_000)
        with pytest.raises(StreamClosedError):
            publish(component, "a", b"x" * 8_000)


def test_lite_counts_these_subscriptions_too(tmp_path: Path) -> None:
    """All kinds share the device's hundred; what is closed makes room."""
    with running(LITE.with_figures(max_subscriptions=1), tmp_path) as core:
        component = core.component("c", access("*"))
        _, operation = subscribe(component, "a")
        with pytest.raises(model.ServiceError):
            subscribe(component, "b")
        operation.close().result(TIMEOUT_SECONDS)
        publish(component, "x")
        subscribe(component, "b")
