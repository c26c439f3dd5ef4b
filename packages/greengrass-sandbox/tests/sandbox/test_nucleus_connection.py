"""Connecting, and what ends a connection, on each nucleus."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.nucleus.wire import Flag, MessageType
from sandbox.nucleus_support import TIMEOUT_SECONDS, Core, running


@pytest.fixture(params=[CLASSIC, LITE], ids=["classic", "lite"])
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Core]:
    """A nucleus of each kind."""
    with running(request.param, tmp_path) as core:
        yield core


def test_an_unknown_svcuid_is_refused(core: Core) -> None:
    """To the SDK it looks as if the socket was closed; on classic it may see the refusal first."""
    core.register("c")
    seen = "AWS_IO_SOCKET_CLOSED" if core.profile is LITE else "AWS_IO_SOCKET_CLOSED|AccessDenied"
    with pytest.raises(Exception, match=seen):
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


def test_a_component_keeps_its_svcuid_while_the_nucleus_lives(core: Core) -> None:
    """However often it is started; two connections may use it at once."""
    first = core.register("c")
    core.connect(first)
    assert core.register("c") == first
    core.connect(first)
    assert core.register("d") != first


def test_an_svcuid_has_16_characters(core: Core) -> None:
    """On lite it is the token for token exchange, which takes no other length."""
    assert len(core.register("c")) == 16


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
    """A connection that is broken on command can be made again."""
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


@pytest.mark.parametrize("payload", [b"no json", b"\xff", b"[]", b"[" * 1000])
def test_a_request_that_is_no_json_object_ends_its_stream(core: Core, payload: bytes) -> None:
    """On classic without a shape of error (the SDK raises StreamClosedError), on lite with one."""
    raw = core.raw_component("c")
    raw.request(1, "GetConfiguration", payload)
    answer = raw.read()
    shape = "aws.greengrass#ServiceError" if core.profile is LITE else None
    assert answer.headers.get("service-model-type") == shape
    assert answer.flags == Flag.TERMINATE_STREAM
    raw.request(2, "GetConfiguration", b'{"keyPath":[]}')
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
    """Only version 0.1.0 is spoken; classic says that it does not accept, and closes."""
    raw = core.raw()
    raw.connect(core.register("c"), version="9.9.9")
    if core.profile is CLASSIC:
        assert raw.read().flags == 0
        raw.socket.shutdown(socket.SHUT_WR)
    assert raw.is_closed()


def test_the_first_message_must_be_a_connect(core: Core) -> None:
    """Classic says which rule was broken, and closes; lite just closes."""
    raw = core.raw()
    raw.request(1, "GetConfiguration", b"{}")
    if core.profile is CLASSIC:
        answer = raw.read()
        assert answer.message_type == MessageType.PROTOCOL_ERROR
        assert b"A CONNECT message must be received" in answer.payload
        raw.socket.shutdown(socket.SHUT_WR)
    assert raw.is_closed()


@pytest.mark.parametrize("stream_ids", [(1, 3), (0,)])
def test_classic_wants_stream_ids_one_after_the_other(
    tmp_path: Path, stream_ids: tuple[int, ...]
) -> None:
    """A gap, or the connection's own stream, ends the connection with a protocol error."""
    with running(CLASSIC, tmp_path) as core:
        raw = core.raw_component("c")
        for stream_id in stream_ids:
            raw.request(stream_id, "GetConfiguration", b"{}")
        answers = [raw.read() for _ in stream_ids]
        assert answers[-1].message_type == MessageType.PROTOCOL_ERROR


def test_a_ping_is_answered_by_classic_and_logged(
    core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    """A real one ends its whole JVM, which the log says; lite hangs up."""
    raw = core.raw_component("c")
    raw.send(MessageType.PING, b"hello")
    if core.profile is LITE:
        assert raw.is_closed()
    else:
        pong = raw.read()
        assert (pong.message_type, pong.payload) == (MessageType.PING_RESPONSE, b"hello")
        assert "ends the whole JVM" in caplog.text


def test_lite_has_room_for_so_many_connections(tmp_path: Path) -> None:
    """One connection too many is closed at once; when another goes, there is room again."""
    with running(LITE.with_figures(max_connections=2), tmp_path) as core:
        core.raw_component("a")
        second = core.raw_component("b")
        assert core.raw().is_closed()
        core.call(core.nucleus.disconnect, "b")
        assert second.is_closed()
        core.raw_component("c")


def test_fifty_connections_are_the_limit_of_lite() -> None:
    """The measured limits are those of the profile."""
    assert (LITE.figures.max_connections, LITE.figures.max_subscriptions) == (50, 100)
    assert CLASSIC.figures.max_connections is None
