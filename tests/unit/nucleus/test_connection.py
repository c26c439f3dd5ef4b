"""The connection, over a real socket whose other end is the test's."""

import contextlib
import queue
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator

import pytest

from client_device_associator.nucleus import connection as module
from client_device_associator.nucleus.connection import (
    MAX_UNSENT_BYTES,
    READ_BYTES,
    READ_PAUSE_SECONDS,
    STREAM_SECONDS,
    Connection,
)
from client_device_associator.nucleus.frames import Flag, FrameReader, MessageType
from client_device_associator.nucleus.rpc_errors import (
    ConnectionBusyError,
    ConnectionClosedError,
    StreamClosedError,
)
from client_device_associator.nucleus.streams import Stream
from support.nucleus_end import PATIENCE_SECONDS, NucleusEnd

Answers = queue.SimpleQueue[object]


class Site:
    """A connection, the nucleus's end of it, and what its callbacks were told, in order."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.nucleus = NucleusEnd(theirs)
        self.told: Answers = queue.SimpleQueue()
        self.before = set(threading.enumerate())
        self.connection = Connection(ours, FrameReader(), lambda: self.told.put("lost"))

    def hear(self) -> object:
        """The next thing that was told."""
        return self.told.get(timeout=PATIENCE_SECONDS)

    def subscribed(self) -> Stream:
        """A subscription whose answer has come; its number is that of its request."""
        stream = Stream(self.told.put, self.told.put, lambda: self.told.put("closed"))
        self.connection.open(stream, "SubscribeToTopic", {"topic": "t"})
        self.nucleus.say(self.nucleus.read().headers.stream_id, {})
        assert self.hear() == {}
        return stream

    def wait_for_the_end(self) -> None:
        """Waits until the thread that reads has ended."""
        for thread in set(threading.enumerate()) - self.before:
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive()


@pytest.fixture
def site() -> Iterator[Site]:
    """Leaves no thread behind."""
    one = Site()
    yield one
    one.connection.close()
    one.nucleus.close()
    one.wait_for_the_end()


def ask(site: Site, operation: str = "GetConfiguration") -> None:
    """Sends a request whose answer is told."""
    site.connection.open(Stream(site.told.put), operation, {"keyPath": []})


def test_a_request_is_in_the_names_of_the_model(site: Site) -> None:
    """The operation, the shape of the request, and JSON."""
    ask(site)
    headers, payload = site.nucleus.read()
    assert headers == (0, 0, 1, "aws.greengrass#GetConfigurationRequest")
    assert payload == b'{"keyPath": []}'


def test_streams_begin_in_the_order_of_their_numbers(site: Site) -> None:
    """The classic nucleus takes no other; whatever threads they come from."""

    def ask_often() -> None:
        for _ in range(50):
            ask(site)

    threads = [threading.Thread(target=ask_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    found = [site.nucleus.read().headers.stream_id for _ in range(200)]
    for thread in threads:
        thread.join()
    assert found == list(range(1, 201))


def test_answers_go_to_who_has_asked(site: Site) -> None:
    """In whatever order they come."""
    first: Answers = queue.SimpleQueue()
    site.connection.open(Stream(first.put), "PublishToTopic", {})
    ask(site)
    site.nucleus.say(2, {"second": 2})
    site.nucleus.say(1, {"first": 1})
    assert site.hear() == {"second": 2}
    assert first.get(timeout=PATIENCE_SECONDS) == {"first": 1}


@pytest.mark.parametrize("flags", [0, Flag.TERMINATE_STREAM], ids=["lite", "classic"])
def test_a_request_is_forgotten_with_its_answer(site: Site, flags: int) -> None:
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


def test_events_come_in_order_until_the_end_of_their_stream(site: Site) -> None:
    """Which the nucleus says."""
    site.subscribed()
    for number in range(100):
        site.nucleus.say(1, {"event": number})
    site.nucleus.end(1)
    assert [site.hear() for _ in range(101)] == [*({"event": one} for one in range(100)), "closed"]


def test_a_stream_that_is_ended_from_here_is_told_to_the_nucleus(site: Site) -> None:
    """Once; and nothing comes from it any more."""
    stream = site.subscribed()
    stream.close()
    stream.close()
    headers, payload = site.nucleus.read()
    assert (headers, payload) == ((0, Flag.TERMINATE_STREAM, 1, ""), b"")
    site.nucleus.say(1, {"event": 1})
    ask(site)
    assert site.nucleus.read().headers.stream_id == 2
    site.nucleus.say(2, {"answer": 1})
    assert site.hear() == {"answer": 1}


def test_a_ping_is_answered(site: Site) -> None:
    """With what came with it."""
    site.nucleus.say(0, {"ping": 1}, MessageType.PING)
    headers, payload = site.nucleus.read()
    assert (headers.message_type, payload) == (MessageType.PING_RESPONSE, b'{"ping": 1}')


@pytest.mark.parametrize("kind", [MessageType.PROTOCOL_ERROR, MessageType.INTERNAL_ERROR])
def test_an_error_of_the_protocol_ends_the_connection(site: Site, kind: MessageType) -> None:
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
    site: Site, end: Callable[[NucleusEnd], None]
) -> None:
    """Then who waits for an answer hears it, and who listens; nothing can be asked any more."""
    site.subscribed()
    ask(site)
    end(site.nucleus)
    told = [site.hear() for _ in range(3)]
    assert told[:2] == ["lost", "closed"]
    assert isinstance(told[2], StreamClosedError)
    site.wait_for_the_end()
    assert site.told.empty()
    with pytest.raises(ConnectionClosedError):
        ask(site)


def test_our_own_end_is_no_loss(site: Site) -> None:
    """Nothing can be asked from then on, and the nucleus hears the end."""
    site.connection.close()
    with pytest.raises(ConnectionClosedError):
        ask(site)
    with pytest.raises(EOFError):
        site.nucleus.read()
    site.wait_for_the_end()
    assert site.told.empty()


def test_an_error_in_a_callback_ends_the_connection(
    site: Site, monkeypatch: pytest.MonkeyPatch
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


def test_sending_never_waits_for_a_nucleus_that_does_not_read(site: Site) -> None:
    """It is kept, up to a bound, and is sent in order once the nucleus reads again."""
    sent = 0
    with contextlib.suppress(ConnectionBusyError):
        while True:
            site.connection.open(Stream(site.told.put), "PublishToTopic", {"x": "y" * 10_000})
            sent += 1
    assert MAX_UNSENT_BYTES < sent * 10_000 < 3 * MAX_UNSENT_BYTES
    assert [site.nucleus.read().headers.stream_id for _ in range(sent)] == [*range(1, sent + 1)]
    ask(site)
    assert site.nucleus.read().headers.stream_id == sent + 1
    site.nucleus.say(sent + 1, {"answer": 1})
    assert site.hear() == {"answer": 1}


def test_numbers_of_streams_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before they are negative; another process begins with the first again."""
    monkeypatch.setattr(module, "MAX_STREAM_ID", 2)
    ask(site)
    ask(site)
    with pytest.raises(ConnectionClosedError):
        ask(site)
    assert site.hear() == "lost"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses of the thread that reads, which take no time."""
    taken: list[float] = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


@pytest.mark.parametrize(
    ("seconds_between", "expected"), [(0.0, READ_PAUSE_SECONDS), (1000.0, None)]
)
def test_a_stream_of_events_is_read_in_portions(
    site: Site,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    seconds_between: float,
    expected: float | None,
) -> None:
    """A lone one is not kept waiting, and answers never are."""
    now = [time.monotonic() + STREAM_SECONDS]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    site.subscribed()
    for number in range(3):
        now[0] += seconds_between
        site.nucleus.say(1, {"event": number})
        assert site.hear() == {"event": number}
        ask(site)
        site.nucleus.say(number + 2, {})
        assert site.hear() == {}
    # The last answer was read after the pause that follows the event before it.
    assert set(pauses) == ({expected} if expected else set())


def test_there_is_no_pause_while_more_is_there_than_is_read_at_a_time(
    site: Site, pauses: list[float]
) -> None:
    """A nucleus that sends as fast as it can is not held up."""
    site.subscribed()
    for number in range(20):
        site.nucleus.say(1, {"event": number, "x": "y" * READ_BYTES})
        assert isinstance(site.hear(), dict)
    assert len(pauses) < 40
