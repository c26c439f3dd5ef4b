import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from awsiot.eventstreamrpc import AccessDeniedError
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.nucleus.wire import Flag, MessageType
from greengrass_sandbox.profile import CLASSIC, LITE
from sandbox.nucleus_support import TIMEOUT_SECONDS, Core, running


@pytest.fixture(params=[CLASSIC, LITE], ids=["classic", "lite"])
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Core]:
    """A nucleus of each kind."""
    with running(request.param, tmp_path) as core:
        yield core


def test_classic_says_that_it_refuses_an_unknown_svcuid(tmp_path: Path) -> None:
    """Classic acknowledges the connect without accepting it, which the SDK knows."""
    with running(CLASSIC, tmp_path) as core:
        core.register("c")
        with pytest.raises(AccessDeniedError):
            core.connect("wrong")


def test_lite_just_closes_on_an_unknown_svcuid(tmp_path: Path) -> None:
    """Lite closes the socket, and the SDK sees no more than that."""
    with running(LITE, tmp_path) as core:
        core.register("c")
        with pytest.raises(Exception, match="AWS_IO_SOCKET_CLOSED"):
            core.connect("wrong")


def test_a_refusal_is_followed_by_the_end_of_the_connection(core: Core) -> None:
    """Both close the socket after refusing; classic answers first."""
    raw = core.raw()
    raw.connect("wrong")
    if core.profile is CLASSIC:
        refusal = raw.read()
        assert (refusal.message_type, refusal.flags) == (MessageType.CONNECT_ACK, 0)
        # Otherwise it waits for us to hang up, as the SDK does.
        raw.socket.shutdown(socket.SHUT_WR)
    assert raw.is_closed()


def test_a_new_svcuid_ends_the_old_one(core: Core) -> None:
    """A component that is registered again cannot connect with what it had."""
    old = core.register("c")
    core.connect(core.register("c"))
    with pytest.raises(Exception, match=r"denied|CLOSED"):
        core.connect(old)


def test_a_restarted_nucleus_knows_no_svcuid(core: Core) -> None:
    """The death of the nucleus breaks connections, and reconnecting with the SVCUID is refused."""
    svcuid = core.register("c")
    component = core.connect(svcuid)
    core.call(core.nucleus.stop)
    assert component.lost.wait(TIMEOUT_SECONDS)
    core.call(core.nucleus.start)
    with pytest.raises(Exception, match=r"denied|CLOSED"):
        core.connect(svcuid)
    core.component("c")


def test_disconnecting_leaves_the_svcuid_valid(core: Core) -> None:
    """A connection that is broken on command can be made anew."""
    svcuid = core.register("c")
    component = core.connect(svcuid)
    other = core.component("other")
    core.call(core.nucleus.disconnect, "c")
    assert component.lost.wait(TIMEOUT_SECONDS)
    assert not other.lost.is_set()
    core.connect(svcuid)
    assert core.call(core.nucleus.connections, "c") == 1


def test_an_unknown_operation_is_a_service_error_and_no_more(core: Core) -> None:
    """What is not implemented is answered, and the connection lives on."""
    component = core.component("c")
    with pytest.raises(model.ServiceError) as caught:
        component.call(component.client.new_list_components(), model.ListComponentsRequest())
    assert (caught.value.message is None) == (core.profile is LITE)
    component.configuration()


def test_lite_lacks_what_only_classic_has(core: Core) -> None:
    """Operations of classic alone answer ServiceError on lite, and the connection survives."""
    component = core.component("c")
    for subscribe in (component.subscribe_to_validation, component.subscribe_to_updates):
        if core.profile is LITE:
            with pytest.raises(model.ServiceError):
                subscribe()
        else:
            subscribe()
    component.configuration()


@pytest.mark.parametrize("payload", [b"", b"no json", b"\xff", b"[]", b"[" * 100_000, b'{"a":NaN}'])
def test_a_request_that_is_no_json_object_is_answered(tmp_path: Path, payload: bytes) -> None:
    """Nonsense in a request's payload is a ServiceError, not the end of the connection."""
    with running(CLASSIC, tmp_path) as core:
        raw = core.raw_component("c")
        raw.request(1, "GetConfiguration", payload)
        answer = raw.read()
        assert answer.headers["service-model-type"] == "aws.greengrass#ServiceError"
        assert answer.flags == Flag.TERMINATE_STREAM
        raw.request(2, "GetConfiguration", b"{}")
        assert raw.read_json()["componentName"] == "c"


@pytest.mark.parametrize(
    "bytes_sent", [b"GET / HTTP/1.1\r\n\r\n" * 2, b"\0" * 16, b"\xff" * 64], ids=["http", "0", "ff"]
)
def test_bytes_of_another_protocol_end_the_connection(core: Core, bytes_sent: bytes) -> None:
    """Whatever is not event-stream RPC is hung up on, and others do not notice."""
    raw = core.raw()
    raw.socket.sendall(bytes_sent)
    assert raw.is_closed()
    core.component("c").configuration()


def test_another_version_of_the_protocol_is_refused(core: Core) -> None:
    """Only version 0.1.0 is spoken."""
    raw = core.raw()
    raw.connect(core.register("c"), version="9.9.9")
    assert raw.is_closed()


def test_the_first_message_must_be_a_connect(core: Core) -> None:
    """Nothing is answered to somebody who has not said who he is."""
    raw = core.raw()
    raw.request(1, "GetConfiguration", b"{}")
    assert raw.is_closed()


def test_classic_answers_pings_and_lite_hangs_up(core: Core) -> None:
    """A ping comes back from classic with what it held; lite takes no such message."""
    raw = core.raw_component("c")
    raw.send(MessageType.PING, b"hello")
    if core.profile is LITE:
        assert raw.is_closed()
    else:
        pong = raw.read()
        assert (pong.message_type, pong.payload) == (MessageType.PING_RESPONSE, b"hello")


def test_lite_has_room_for_so_many_connections(tmp_path: Path) -> None:
    """One connection too many is closed at once; when another goes, there is room again."""
    with running(replace(LITE, max_connections=2), tmp_path) as core:
        core.raw_component("a")
        second = core.raw_component("b")
        assert core.raw().is_closed()
        core.call(core.nucleus.disconnect, "b")
        assert second.is_closed()
        core.raw_component("c")


def test_fifty_connections_are_the_limit_of_lite() -> None:
    """The measured limits are those of the profile."""
    assert (LITE.max_connections, LITE.max_subscriptions, LITE.max_topic_bytes) == (50, 100, 256)
    assert CLASSIC.max_connections is None
