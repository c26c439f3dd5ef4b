"""How a connection begins, on a real socket whose other end is the test's."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from client_device_associator.nucleus.frames import Flag, MessageType
from client_device_associator.nucleus.rpc import connect
from client_device_associator.nucleus.rpc_errors import (
    AccessDeniedError,
    ConnectionClosedError,
    MalformedFrameError,
    RpcError,
)
from client_device_associator.nucleus.streams import Stream
from support.nucleus_end import PATIENCE_SECONDS, NucleusEnd

Behaviour = Callable[[NucleusEnd], None]
LATE_SECONDS = 0.05


class Nucleus:
    """Takes one connection, and behaves as the test says."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(path)
        self._listening.listen()
        self._threads: list[threading.Thread] = []

    def behave(self, behaviour: Behaviour) -> None:
        """What happens with the next connection, until the test is over."""

        def serve() -> None:
            sock, _ = self._listening.accept()
            with sock:
                behaviour(NucleusEnd(sock))

        self._threads.append(threading.Thread(target=serve))
        self._threads[-1].start()

    def close(self) -> None:
        """Leaves no thread behind."""
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        self._listening.close()


@pytest.fixture
def nucleus(tmp_path: Path) -> Iterator[Nucleus]:
    """One that listens."""
    one = Nucleus(str(tmp_path / "ipc.socket"))
    yield one
    one.close()


def test_the_nucleus_is_shown_who_connects(nucleus: Nucleus) -> None:
    """With the token of the environment, in the protocol's own words; then it can be asked."""
    answers: list[object] = []
    answered = threading.Event()

    def serve(end: NucleusEnd) -> None:
        headers, payload = end.read()
        assert headers == (MessageType.CONNECT, 0, 0, "")
        assert json.loads(payload) == {"authToken": "the-token"}
        end.say(0, {}, MessageType.CONNECT_ACK, Flag.CONNECTION_ACCEPTED)
        end.say(end.read().headers.stream_id, {"value": 1})
        with pytest.raises(EOFError):
            end.read()

    def take(answer: object) -> None:
        answers.append(answer)
        answered.set()

    nucleus.behave(serve)
    connection = connect(nucleus.path, "the-token", lambda: None, PATIENCE_SECONDS)
    connection.open(Stream(take), "GetConfiguration", {})
    assert answered.wait(PATIENCE_SECONDS)
    assert answers == [{"value": 1}]
    connection.close()


def test_the_nucleus_hears_which_protocol_this_is(nucleus: Nucleus) -> None:
    """And whoever has connected hears when the connection is lost."""
    headers: list[Mapping[str, object]] = []
    lost = threading.Event()

    def serve(end: NucleusEnd) -> None:
        headers.append(end.headers())
        end.say(0, {}, MessageType.CONNECT_ACK, Flag.CONNECTION_ACCEPTED)

    nucleus.behave(serve)
    connect(nucleus.path, "the-token", lost.set, PATIENCE_SECONDS)
    assert lost.wait(PATIENCE_SECONDS)
    assert headers == [
        {
            ":message-type": MessageType.CONNECT,
            ":message-flags": 0,
            ":stream-id": 0,
            ":version": "0.1.0",
        }
    ]


def refuse(end: NucleusEnd) -> None:
    """As the classic nucleus does."""
    end.read()
    end.say(0, {}, MessageType.CONNECT_ACK)


def hang_up(end: NucleusEnd) -> None:
    """As lite does."""
    end.read()


def complain(end: NucleusEnd) -> None:
    """Of the protocol, and leaves it to us to go."""
    end.read()
    end.say(0, {}, MessageType.PROTOCOL_ERROR)
    wait_for_the_end(end)


def fail(end: NucleusEnd) -> None:
    """The same, of itself."""
    end.read()
    end.say(0, {}, MessageType.INTERNAL_ERROR)
    wait_for_the_end(end)


def babble(end: NucleusEnd) -> None:
    """Something else listens there."""
    end.read()
    end.socket.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def wait(end: NucleusEnd) -> None:
    """Says nothing."""
    end.read()
    wait_for_the_end(end)


def wait_for_the_end(end: NucleusEnd) -> None:
    """Says nothing more."""
    with pytest.raises(EOFError):
        end.read()


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (refuse, AccessDeniedError),
        (hang_up, ConnectionClosedError),
        (complain, ConnectionClosedError),
        (fail, ConnectionClosedError),
        (babble, MalformedFrameError),
    ],
)
def test_who_is_not_accepted_hears_it(
    nucleus: Nucleus, behaviour: Behaviour, expected: type[RpcError]
) -> None:
    """And nothing is lost: it has never been there."""
    lost: list[str] = []
    nucleus.behave(behaviour)
    with pytest.raises(expected):
        connect(nucleus.path, "the-token", lambda: lost.append("lost"), PATIENCE_SECONDS)
    assert lost == []


def test_a_nucleus_that_says_nothing_is_given_up(nucleus: Nucleus) -> None:
    """Also if it says something else all the time."""

    def keep_talking(end: NucleusEnd) -> None:
        end.read()
        with contextlib.suppress(OSError):
            while True:
                end.say(0, {}, MessageType.PING)

    for behaviour in (keep_talking, wait):
        nucleus.behave(behaviour)
        with pytest.raises(TimeoutError):
            connect(nucleus.path, "the-token", lambda: None, LATE_SECONDS)


def test_no_socket_is_an_error(tmp_path: Path) -> None:
    """There may be no nucleus yet."""
    with pytest.raises(FileNotFoundError):
        connect(str(tmp_path / "ipc.socket"), "the-token", lambda: None, PATIENCE_SECONDS)


def test_a_nucleus_with_a_queue_before_it_is_not_waited_for(tmp_path: Path) -> None:
    """It is tried again later, as if it were not there."""
    path = str(tmp_path / "ipc.socket")
    with contextlib.ExitStack() as sockets:
        listening = sockets.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(path)
        listening.listen(0)
        with contextlib.suppress(BlockingIOError):
            for _ in range(10):  # more than have room in the queue of nobody
                waiting = sockets.enter_context(socket.socket(socket.AF_UNIX))
                waiting.setblocking(False)  # noqa: FBT003 - the standard library's
                waiting.connect(path)
        with pytest.raises(BlockingIOError):
            connect(path, "the-token", lambda: None, PATIENCE_SECONDS)
