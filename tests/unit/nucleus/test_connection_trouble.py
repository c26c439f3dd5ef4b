"""The connection, when things happen at the same time or go wrong half-way."""

import contextlib
import queue
import socket
from collections.abc import Iterator

import pytest

from client_device_associator.nucleus.connection import Connection
from client_device_associator.nucleus.frames import Flag, FrameReader, MessageType, frame
from client_device_associator.nucleus.rpc_errors import ConnectionBusyError, ConnectionClosedError
from client_device_associator.nucleus.streams import Stream
from support.nucleus_end import PATIENCE_SECONDS, NucleusEnd


class Site:
    """A connection, the nucleus's end of it, and what its callbacks were told, in order."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.nucleus = NucleusEnd(theirs)
        self.told: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.connection = Connection(ours, FrameReader(), lambda: self.told.put("lost"))

    def hear(self) -> object:
        """The next thing that was told."""
        return self.told.get(timeout=PATIENCE_SECONDS)

    def subscribed(self) -> Stream:
        """A subscription whose answer has come; it is the first stream."""
        stream = Stream(self.told.put, self.told.put, lambda: self.told.put("closed"))
        self.connection.open(stream, "SubscribeToTopic", {"topic": "t"})
        self.nucleus.say(self.nucleus.read().headers.stream_id, {})
        assert self.hear() == {}
        return stream

    def ask(self) -> None:
        """Asks something and waits for the answer, so that what came before it has been read."""
        self.connection.open(Stream(self.told.put), "GetConfiguration", {"keyPath": []})
        self.nucleus.say(self.nucleus.read().headers.stream_id, {"answer": 1})
        assert self.hear() == {"answer": 1}


@pytest.fixture
def site() -> Iterator[Site]:
    """Ends with the test."""
    one = Site()
    yield one
    one.connection.close()
    one.nucleus.close()


def test_a_stream_is_ended_at_the_nucleus_also_if_an_event_comes_meanwhile(site: Site) -> None:
    """The nucleus would go on with it for ever, and lite has 99 of them for the whole device."""
    stream = site.subscribed()
    end = stream.end

    def end_after_an_event() -> None:
        site.nucleus.say(1, {"event": 1})
        site.ask()
        end()

    stream.end = end_after_an_event
    stream.close()
    headers, _ = site.nucleus.read()
    assert (headers.stream_id, headers.flags) == (1, Flag.TERMINATE_STREAM)
    assert site.told.empty()


def fill(site: Site) -> int:
    """Asks, while the nucleus does not read, until no more is taken; returns how often."""
    taken = 0
    with contextlib.suppress(ConnectionBusyError):
        while True:
            site.connection.open(Stream(lambda _: None), "PublishToTopic", {"x": "y" * 100_000})
            taken += 1
    return taken


def test_a_stream_is_ended_also_while_the_nucleus_does_not_read(site: Site) -> None:
    """It reads again some time, and would go on with the stream."""
    stream = site.subscribed()
    waiting = fill(site)
    stream.close()
    *_, last = [site.nucleus.read().headers for _ in range(waiting + 1)]
    assert (last.stream_id, last.flags) == (1, Flag.TERMINATE_STREAM)


def test_a_ping_is_no_loss_while_the_nucleus_does_not_read(site: Site) -> None:
    """There is an answer to it behind what waits."""
    waiting = fill(site)
    site.nucleus.say(0, {"ping": 1}, MessageType.PING)
    *_, last = [site.nucleus.read() for _ in range(waiting + 1)]
    assert last.headers.message_type == MessageType.PING_RESPONSE
    site.ask()


def test_a_nucleus_that_takes_nothing_any_more_is_lost(site: Site) -> None:
    """Also if it has not closed its own direction."""
    site.nucleus.socket.shutdown(socket.SHUT_RD)
    with pytest.raises(ConnectionClosedError):
        site.connection.open(Stream(site.told.put), "PublishToTopic", {})
    assert site.hear() == "lost"


class Watched(dict[int, Stream]):
    """The streams of a connection; fails once there is another."""

    def __setitem__(self, number: int, stream: Stream) -> None:
        raise AssertionError(number)


def test_who_asks_after_the_end_is_told_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the call alone: the thread that reads may be telling the end to all that are known."""
    site.nucleus.close()
    assert site.hear() == "lost"
    monkeypatch.setattr(site.connection, "_streams", Watched())
    with pytest.raises(ConnectionClosedError):
        site.connection.open(Stream(site.told.put), "PublishToTopic", {})
    assert site.told.empty()


@pytest.mark.parametrize("shape", ["SubscriptionResponseMessage", "IoTCoreMessage"])
def test_an_event_before_the_answer_is_an_event(site: Site, shape: str) -> None:
    """Two threads of lite's send them; a retained message comes at once."""
    stream = Stream(
        lambda answer: site.told.put(("answer", answer)),
        lambda event: site.told.put(("event", event)),
    )
    site.connection.open(stream, "Subscribe", {"topic": "t"})
    texts = {"service-model-type": f"aws.greengrass#{shape}"}
    site.nucleus.socket.sendall(
        frame(MessageType.APPLICATION_MESSAGE, 1, b'{"event": 1}', texts=texts)
    )
    site.nucleus.say(1, {})
    site.nucleus.say(1, {"event": 2})
    told = [site.hear() for _ in range(3)]
    assert told == [("event", {"event": 1}), ("answer", {}), ("event", {"event": 2})]
