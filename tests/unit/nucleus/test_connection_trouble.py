"""The connection, when things happen at the same time or go wrong half-way."""

import socket

import pytest

from client_device_associator.nucleus.frames import Flag, MessageType, frame
from client_device_associator.nucleus.rpc_errors import ConnectionClosedError
from client_device_associator.nucleus.streams import Stream
from support.nucleus_site import NucleusSite

LARGE = "y" * 100_000
"""A few of them are more than a connection keeps."""


def test_a_stream_is_ended_at_the_nucleus_also_if_an_event_comes_meanwhile(
    site: NucleusSite,
) -> None:
    """The nucleus would go on with it for ever, and lite has 99 of them for the whole device."""
    stream = site.subscribed()
    end = stream.end

    def end_after_an_event() -> None:
        site.nucleus.say(1, {"event": 1})
        site.is_answered()
        end()

    stream.end = end_after_an_event
    stream.close()
    headers, _ = site.nucleus.read()
    assert (headers.stream_id, headers.flags) == (1, Flag.TERMINATE_STREAM)
    assert site.told.empty()


def test_a_stream_is_ended_also_while_the_nucleus_does_not_read(site: NucleusSite) -> None:
    """It reads again some time, and would go on with the stream."""
    stream = site.subscribed()
    waiting = site.fill(LARGE)
    stream.close()
    *_, last = [site.nucleus.read().headers for _ in range(waiting + 1)]
    assert (last.stream_id, last.flags) == (1, Flag.TERMINATE_STREAM)


def test_a_ping_is_no_loss_while_the_nucleus_does_not_read(site: NucleusSite) -> None:
    """There is an answer to it behind what waits."""
    waiting = site.fill(LARGE)
    site.nucleus.say(0, {"ping": 1}, MessageType.PING)
    *_, last = [site.nucleus.read() for _ in range(waiting + 1)]
    assert last.headers.message_type == MessageType.PING_RESPONSE
    site.is_answered()


def test_a_nucleus_that_takes_nothing_any_more_is_lost(site: NucleusSite) -> None:
    """Also if it has not closed its own direction."""
    site.nucleus.socket.shutdown(socket.SHUT_RD)
    with pytest.raises(ConnectionClosedError):
        site.connection.open(Stream(site.told.put), "PublishToTopic", {})
    assert site.hear() == "lost"


class Watched(dict[int, Stream]):
    """The streams of a connection; fails once there is another."""

    def __setitem__(self, number: int, stream: Stream) -> None:
        raise AssertionError(number)


def test_who_asks_after_the_end_is_told_once(
    site: NucleusSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the call alone: the thread that reads may be telling the end to all that are known."""
    site.nucleus.close()
    assert site.hear() == "lost"
    monkeypatch.setattr(site.connection, "_streams", Watched())
    with pytest.raises(ConnectionClosedError):
        site.connection.open(Stream(site.told.put), "PublishToTopic", {})
    assert site.told.empty()


@pytest.mark.parametrize("shape", ["SubscriptionResponseMessage", "IoTCoreMessage"])
def test_an_event_before_the_answer_is_an_event(site: NucleusSite, shape: str) -> None:
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
