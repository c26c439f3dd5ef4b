"""The connection, over a real socket whose other end is the test's."""

import queue
import socket
import threading
import weakref
from collections.abc import Callable

import pytest

from client_device_associator.nucleus import connection as module
from client_device_associator.nucleus.frames import Flag, MessageType
from client_device_associator.nucleus.rpc_errors import ConnectionClosedError, StreamClosedError
from client_device_associator.nucleus.streams import Stream
from support.nucleus_end import PATIENCE_SECONDS, NucleusEnd
from support.nucleus_site import NucleusSite

Answers = queue.SimpleQueue[object]


def test_a_request_is_in_the_names_of_the_model(site: NucleusSite) -> None:
    """The operation, the shape of the request, and JSON."""
    site.ask()
    assert site.nucleus.headers() == {
        ":message-type": MessageType.APPLICATION_MESSAGE,
        ":message-flags": 0,
        ":stream-id": 1,
        ":content-type": "application/json",
        "operation": "aws.greengrass#GetConfiguration",
        "service-model-type": "aws.greengrass#GetConfigurationRequest",
    }
    site.ask(["a"])
    assert site.nucleus.document() == {"keyPath": ["a"]}


def test_the_thread_that_reads_has_a_name(site: NucleusSite) -> None:
    """And no process waits for it to end."""
    assert (site.thread.name, site.thread.daemon) == ("nucleus", True)


def test_streams_begin_in_the_order_of_their_numbers(site: NucleusSite) -> None:
    """The classic nucleus takes no other; whatever threads they come from."""

    def ask_often() -> None:
        for _ in range(50):
            site.ask()

    threads = [threading.Thread(target=ask_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    found = [site.nucleus.read().headers.stream_id for _ in range(200)]
    for thread in threads:
        thread.join()
    assert found == list(range(1, 201))


def test_answers_go_to_who_has_asked(site: NucleusSite) -> None:
    """In whatever order they come."""
    first: Answers = queue.SimpleQueue()
    site.connection.open(Stream(first.put), "PublishToTopic", {})
    site.ask()
    site.nucleus.say(2, {"second": 2})
    site.nucleus.say(1, {"first": 1})
    assert site.hear() == {"second": 2}
    assert first.get(timeout=PATIENCE_SECONDS) == {"first": 1}


@pytest.mark.parametrize("flags", [0, Flag.TERMINATE_STREAM], ids=["lite", "classic"])
def test_a_request_is_forgotten_with_its_answer(site: NucleusSite, flags: int) -> None:
    """Each message that is published is one; lite does not say that it is over."""
    streams: list[weakref.ref[Stream]] = []
    for number in range(1, 5):
        stream = Stream(site.told.put)
        streams.append(weakref.ref(stream))
        site.connection.open(stream, "PublishToTopic", {})
        del stream
        site.nucleus.say(number, {}, flags=flags)
        assert site.hear() == {}
    # The thread that reads may still hold the last one in its hands.
    assert [one() for one in streams[:3]] == [None, None, None]


def test_events_come_in_order_until_the_end_of_their_stream(site: NucleusSite) -> None:
    """Which the nucleus says."""
    site.subscribed()
    for number in range(100):
        site.nucleus.say(1, {"event": number})
    site.nucleus.end(1)
    assert [site.hear() for _ in range(101)] == [*({"event": one} for one in range(100)), "closed"]


def test_a_stream_that_is_ended_from_here_is_told_to_the_nucleus(site: NucleusSite) -> None:
    """Once; and nothing comes from it any more."""
    stream = site.subscribed()
    stream.close()
    headers, payload = site.nucleus.read()
    assert (headers, payload) == ((0, Flag.TERMINATE_STREAM, 1, ""), b"")
    stream.close()
    site.nucleus.say(1, {"event": 1})
    site.is_answered()


@pytest.mark.parametrize("flags", [0, Flag.TERMINATE_STREAM], ids=["an event", "the last one"])
def test_a_stream_may_be_ended_by_its_own_callback(site: NucleusSite, flags: int) -> None:
    """The thread that reads goes on."""
    stream = Stream(site.told.put, lambda _: stream.close())
    site.connection.open(stream, "SubscribeToTopic", {})
    site.nucleus.say(site.nucleus.read().headers.stream_id, {})
    assert site.hear() == {}
    site.nucleus.say(1, {"event": 1}, flags=flags)
    assert site.nucleus.read().headers.flags == Flag.TERMINATE_STREAM
    site.is_answered()


def test_a_stream_may_be_ended_after_the_connection(site: NucleusSite) -> None:
    """Also before the thread that reads has come to its end."""

    def end_both(_: object) -> None:
        site.connection.close()
        stream.close()
        site.told.put("ended")

    stream = Stream(site.told.put, end_both)
    site.connection.open(stream, "SubscribeToTopic", {})
    site.nucleus.say(site.nucleus.read().headers.stream_id, {})
    site.nucleus.say(1, {"event": 1})
    assert [site.hear(), site.hear()] == [{}, "ended"]
    site.wait_for_the_end()
    stream.close()
    assert site.told.empty()


def test_a_ping_is_answered(site: NucleusSite) -> None:
    """With what came with it."""
    site.nucleus.say(0, {"ping": 1}, MessageType.PING)
    headers, payload = site.nucleus.read()
    assert (headers, payload) == ((MessageType.PING_RESPONSE, 0, 0, ""), b'{"ping": 1}')


@pytest.mark.parametrize("kind", [MessageType.PROTOCOL_ERROR, MessageType.INTERNAL_ERROR])
def test_an_error_of_the_protocol_ends_the_connection(site: NucleusSite, kind: MessageType) -> None:
    """Nothing on it can be relied on any more."""
    site.nucleus.say(0, {}, MessageType.CONNECT_ACK)
    site.nucleus.say(0, {}, kind)
    assert site.hear() == "lost"


@pytest.mark.parametrize(
    "end",
    [
        NucleusEnd.close,
        lambda nucleus: nucleus.socket.sendall(bytes(20)),
        lambda nucleus: nucleus.socket.shutdown(socket.SHUT_RDWR),
    ],
    ids=["closed", "no message", "shut down"],
)
def test_the_loss_of_a_connection_is_reported_once(
    site: NucleusSite, end: Callable[[NucleusEnd], None]
) -> None:
    """Then who waits for an answer hears it, and who listens; nothing can be asked any more."""
    site.subscribed()
    site.ask()
    end(site.nucleus)
    told = [site.hear() for _ in range(3)]
    assert told[:2] == ["lost", "closed"]
    assert isinstance(told[2], StreamClosedError)
    site.wait_for_the_end()
    assert site.told.empty()
    with pytest.raises(ConnectionClosedError):
        site.ask()


def test_our_own_end_is_no_loss(site: NucleusSite) -> None:
    """Nothing can be asked from then on, and the nucleus hears the end."""
    site.connection.close()
    with pytest.raises(ConnectionClosedError):
        site.ask()
    with pytest.raises(EOFError):
        site.nucleus.read()
    site.wait_for_the_end()
    assert site.told.empty()


def test_an_error_in_a_callback_ends_the_connection(
    site: NucleusSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would read any more, so nobody may think that somebody does."""
    seen: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(args.exc_type))

    def fail(_: object) -> None:
        raise ZeroDivisionError

    site.connection.open(Stream(site.told.put, fail), "SubscribeToTopic", {})
    site.nucleus.say(1, {})
    site.nucleus.say(1, {"event": 1})
    assert [site.hear(), site.hear()] == [{}, "lost"]
    site.wait_for_the_end()
    assert seen == [ZeroDivisionError]


def test_numbers_of_streams_end(site: NucleusSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before they are negative; another process begins with the first again."""
    monkeypatch.setattr(module, "MAX_STREAM_ID", 2)
    site.ask()
    site.ask()
    with pytest.raises(ConnectionClosedError):
        site.ask()
    assert site.hear() == "lost"
