"""A connection of nucleus lite to AWS IoT Core: now or never, and dead subscriptions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.kinds import LITE
from greengrass_sandbox.nucleus.iot_core import Link
from sandbox.iot_core_support import (
    EVERYTHING,
    link,
    payloads,
    publish,
    subscribe,
    watch_all,
)
from sandbox.nucleus_support import TIMEOUT_SECONDS, Core, running


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Core]:
    """A nucleus lite."""
    with running(LITE, tmp_path) as core:
        yield core


def test_lite_sends_now_or_never(lite: Core) -> None:
    """A publish while it is offline is refused, and nothing of it comes later."""
    component, watch = lite.component("c", EVERYTHING), watch_all(lite)
    link(lite, Link.OFFLINE)
    for qos in ("0", "1"):
        with pytest.raises(model.ServiceError):
            publish(component, "a", b"lost", qos)
    link(lite, Link.ONLINE)
    publish(component, "a", b"sent")
    assert payloads(lite, watch, 1) == [b"sent"]


def test_lite_subscribes_now_or_never(tmp_path: Path) -> None:
    """A subscribe while it is offline is refused, and its place is free again."""
    with running(LITE.with_figures(max_subscriptions=1), tmp_path) as lite:
        component = lite.component("c", EVERYTHING)
        link(lite, Link.OFFLINE)
        with pytest.raises(model.ServiceError):
            subscribe(component, "a")
        assert lite.call(lite.nucleus.iot_core.subscriptions, "c") == []
        link(lite, Link.ONLINE)
        subscribe(component, "a")


def test_lite_misses_what_comes_while_it_is_away(lite: Core) -> None:
    """Its session is a clean one each time."""
    heard, _ = subscribe(lite.component("c", EVERYTHING), "a")
    link(lite, Link.OFFLINE)
    assert lite.call(lite.nucleus.iot_core.subscriptions, "c", dead=True) == ["a"]
    lite.call(lite.nucleus.broker.publish, "a", b"missed")
    link(lite, Link.ONLINE)
    lite.call(lite.nucleus.broker.publish, "a", b"heard")
    assert heard.next().payload == b"heard"


def test_lite_loses_what_it_sends_before_it_notices(lite: Core) -> None:
    """The publish is answered with success; of quality of service 1 ten fit, and no more."""
    component, watch = lite.component("c", EVERYTHING), watch_all(lite)
    link(lite, Link.UNNOTICED)
    publish(component, "a", b"lost", "0")
    for _ in range(10):
        publish(component, "a", b"lost", "1")
    with pytest.raises(model.ServiceError):
        publish(component, "a", b"lost", "1")
    link(lite, Link.OFFLINE)
    link(lite, Link.ONLINE)
    publish(component, "a", b"sent")
    assert payloads(lite, watch, 1) == [b"sent"]


def test_lite_has_dead_subscriptions_beyond_the_quota(lite: Core) -> None:
    """49 are granted besides the nucleus' own; the next is answered with success and hears nothing.

    A filter that another subscription has needs no second grant.
    """
    component = lite.component("c", EVERYTHING)
    for number in range(49):
        subscribe(component, f"a/{number}")
    dead, _ = subscribe(component, "b")
    twin, _ = subscribe(component, "a/0")
    assert lite.call(lite.nucleus.iot_core.subscriptions, "c", dead=True) == ["b"]
    lite.call(lite.nucleus.broker.publish, "b", b"x")
    lite.call(lite.nucleus.broker.publish, "a/0", b"x")
    twin.next()
    assert dead.messages.empty()


def test_a_dead_subscription_of_lite_lives_when_there_is_room(lite: Core) -> None:
    """After the next connection, which subscribes to everything again."""
    component = lite.component("c", EVERYTHING)
    operations = [subscribe(component, f"a/{number}")[1] for number in range(49)]
    heard, _ = subscribe(component, "b")
    operations[0].close().result(TIMEOUT_SECONDS)
    publish(component, "x")
    link(lite, Link.OFFLINE)
    link(lite, Link.ONLINE)
    lite.call(lite.nucleus.broker.publish, "b", b"x")
    assert heard.next().payload == b"x"


def test_lite_throws_large_packets_away(lite: Core) -> None:
    """Beyond its buffer of 5,000 bytes nothing comes, and the connection goes on."""
    heard, _ = subscribe(lite.component("c", EVERYTHING), "a")
    lite.call(lite.nucleus.broker.publish, "a", b"x" * 5000)
    lite.call(lite.nucleus.broker.publish, "a", b"x" * 4900)
    assert len(heard.next().payload) == 4900


def test_lite_takes_filters_of_256_bytes(lite: Core) -> None:
    """One more is refused."""
    component = lite.component("c", EVERYTHING)
    subscribe(component, "a" * 256)
    with pytest.raises(model.ServiceError):
        subscribe(component, "a" * 257)
