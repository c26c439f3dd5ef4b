"""A connection to AWS IoT Core that is lost and comes back, on both nuclei."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.kinds.classic.spool import DEFAULT_MAX_BYTES
from greengrass_sandbox.nucleus.iot_core import Link
from sandbox.iot_core_support import (
    EVERYTHING,
    Heard,
    link,
    payloads,
    publish,
    subscribe,
    watch_all,
)
from sandbox.nucleus_support import THING_NAME, TIMEOUT_SECONDS, Core, running


@pytest.fixture
def classic(tmp_path: Path) -> Iterator[Core]:
    """A classic nucleus."""
    with running(CLASSIC, tmp_path) as core:
        yield core


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Core]:
    """A nucleus lite."""
    with running(LITE, tmp_path) as core:
        yield core


@pytest.fixture(params=["classic", "lite"])
def core(request: pytest.FixtureRequest) -> Core:
    """A nucleus of each kind."""
    core: Core = request.getfixturevalue(request.param)
    return core


def test_subscriptions_are_made_again(core: Core) -> None:
    """Without a word to the component, which hears what is published after that."""
    heard, _ = subscribe(core.component("c", EVERYTHING), "a")
    link(core, Link.OFFLINE)
    link(core, Link.ONLINE)
    core.call(core.nucleus.broker.publish, "a", b"x")
    assert heard.next().payload == b"x"


def test_classic_spools_what_is_to_come_at_least_once(classic: Core) -> None:
    """It is sent in its order as soon as there is a connection."""
    component, watch = classic.component("c", EVERYTHING), watch_all(classic)
    link(classic, Link.OFFLINE)
    for payload in (b"1", b"2", b"3"):
        publish(component, "a", payload)
    assert watch.messages == []
    link(classic, Link.ONLINE)
    publish(component, "a", b"4")
    assert payloads(classic, watch, 4) == [b"1", b"2", b"3", b"4"]


def test_classic_drops_what_is_to_come_at_most_once(classic: Core) -> None:
    """While it knows that it is offline, the publish is refused."""
    component = classic.component("c", EVERYTHING)
    link(classic, Link.OFFLINE)
    with pytest.raises(model.ServiceError):
        publish(component, "a", qos="0")


def test_the_spool_of_classic_is_bounded(classic: Core) -> None:
    """By 2.5 MiB of payload: then a publish is refused, and what is in it stays."""
    component, watch = classic.component("c", EVERYTHING), watch_all(classic)
    size = 128 * 1024
    link(classic, Link.OFFLINE)
    for _ in range(DEFAULT_MAX_BYTES // size):
        publish(component, "a", b"x" * size)
    with pytest.raises(model.ServiceError):
        publish(component, "a", b"x")
    link(classic, Link.ONLINE)
    link(classic, Link.OFFLINE)
    publish(component, "a", b"x")
    assert len(payloads(classic, watch, 20)) == 20


def test_the_spool_of_classic_ends_with_the_nucleus(classic: Core) -> None:
    """It is in memory."""
    component, watch = classic.component("c", EVERYTHING), watch_all(classic)
    link(classic, Link.OFFLINE)
    publish(component, "a", b"lost")
    classic.call(classic.nucleus.stop)
    classic.call(classic.nucleus.start)
    link(classic, Link.ONLINE)
    publish(classic.component("c", EVERYTHING), "a", b"sent")
    assert payloads(classic, watch, 1) == [b"sent"]


def test_classic_loses_nothing_that_is_to_come_at_least_once_before_it_notices(
    classic: Core,
) -> None:
    """What had no answer is sent again; what is to come at most once is lost with success."""
    component, watch = classic.component("c", EVERYTHING), watch_all(classic)
    link(classic, Link.UNNOTICED)
    publish(component, "a", b"lost", "0")
    publish(component, "a", b"kept", "1")
    link(classic, Link.ONLINE)
    assert payloads(classic, watch, 1) == [b"kept"]


def test_classic_gets_what_came_while_it_was_away(classic: Core) -> None:
    """In a session that AWS IoT Core keeps: at least once, not at most once."""
    component = classic.component("c", EVERYTHING)
    once, _ = subscribe(component, "once", "0")
    heard, _ = subscribe(component, "a")
    link(classic, Link.OFFLINE)
    classic.call(classic.nucleus.broker.publish, "once", b"missed")
    classic.call(classic.nucleus.broker.publish, "a", b"kept")
    link(classic, Link.ONLINE)
    assert heard.next().payload == b"kept"
    assert once.messages.empty()


def test_classic_refuses_subscribers_while_it_is_offline(classic: Core) -> None:
    """But for filters that another subscription covers."""
    component = classic.component("c", EVERYTHING)
    subscribe(component, "a/#")
    link(classic, Link.OFFLINE)
    covered, _ = subscribe(component, "a/b")
    with pytest.raises(model.ServiceError):
        subscribe(component, "b")
    link(classic, Link.ONLINE)
    classic.call(classic.nucleus.broker.publish, "a/b", b"x")
    assert covered.next().payload == b"x"


def test_classic_keeps_subscribers_waiting_for_its_first_connection(classic: Core) -> None:
    """The answer comes with it; other requests are served meanwhile."""
    classic.call(classic.nucleus.stop)
    link(classic, Link.OFFLINE)
    classic.call(classic.nucleus.start)
    component = classic.component("c", EVERYTHING)
    request = model.SubscribeToIoTCoreRequest(topic_name="a", qos="1")
    operation = component.client.new_subscribe_to_iot_core(Heard())
    operation.activate(request)
    publish(component, "x")
    assert not operation.get_response().done()
    link(classic, Link.ONLINE)
    operation.get_response().result(TIMEOUT_SECONDS)


def test_classic_keeps_subscribers_waiting_until_it_notices(classic: Core) -> None:
    """That the connection is lost: then they are refused."""
    component = classic.component("c", EVERYTHING)
    link(classic, Link.UNNOTICED)
    operation = component.client.new_subscribe_to_iot_core(Heard())
    operation.activate(model.SubscribeToIoTCoreRequest(topic_name="a", qos="1"))
    publish(component, "x")
    assert not operation.get_response().done()
    link(classic, Link.OFFLINE)
    with pytest.raises(model.ServiceError):
        operation.get_response().result(TIMEOUT_SECONDS)


def test_what_had_arrived_ends_with_the_nucleus(core: Core) -> None:
    """Who subscribes after its restart hears nothing from before."""
    subscribe(core.component("c", EVERYTHING), "a")

    async def restart() -> None:
        core.nucleus.broker.publish("a", b"before")
        await core.nucleus.stop()
        await core.nucleus.start()

    core.call(restart)
    heard, _ = subscribe(core.component("c", EVERYTHING), "a")
    core.call(core.nucleus.broker.publish, "a", b"after")
    assert heard.next().payload == b"after"


def test_a_message_may_come_twice(core: Core) -> None:
    """At least once is not exactly once; at most once stays so."""
    heard, _ = subscribe(core.component("c", EVERYTHING), "#")
    core.nucleus.broker.deliveries = 2
    core.call(core.nucleus.broker.publish, "a", b"twice")
    core.call(core.nucleus.broker.publish, "b", b"once", qos=0)
    core.call(core.nucleus.broker.publish, "c", b"end")
    assert [heard.next().payload for _ in range(4)] == [b"twice", b"twice", b"once", b"end"]


def test_a_watch_says_from_which_core_device_a_message_comes(core: Core) -> None:
    """And from nobody's, if a back end published it."""
    watch = watch_all(core)
    publish(core.component("c", EVERYTHING), "a")
    core.call(core.nucleus.broker.publish, "a", b"x")
    seen = core.call(watch.wait_for, lambda messages: len(messages) == 2, TIMEOUT_SECONDS)
    assert [one.core for one in seen] == [THING_NAME, ""]
