"""The connection, with awscrt's callbacks called by the test."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from awscrt.eventstream.rpc import MessageFlag, MessageType

from client_device_associator.nucleus.rpc import AccessDeniedError, Connection
from client_device_associator.nucleus.streams import ConnectionClosedError, Stream


class FakeConnection:
    """awscrt's connection, which remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[Mapping[str, Any]] = []
        self.opened: list[Mapping[str, Any]] = []
        self.closed = 0

    def send_protocol_message(self, **message: object) -> None:
        """A message that belongs to no stream."""
        self.sent.append(message)

    def new_stream(self, stream: Stream) -> "FakeConnection":
        """A stream, which is activated here as well."""
        assert stream.continuation is None
        return self

    def activate(self, **message: object) -> None:
        """The first message of a stream."""
        self.opened.append(message)

    def close(self) -> None:
        """Ends it."""
        self.closed += 1


def connecting() -> tuple[Connection, FakeConnection, list[str]]:
    """A connection with a socket, and what is lost of it."""
    lost: list[str] = []
    connection, socket = Connection("the-token", lambda: lost.append("lost")), FakeConnection()
    connection.on_connection_setup(socket, None, later=None)
    return connection, socket, lost


def say(connection: Connection, message_type: MessageType, flags: int = 0) -> None:
    """The nucleus says something."""
    connection.on_protocol_message([], b"", message_type, flags, later=None)


def connected() -> tuple[Connection, FakeConnection, list[str]]:
    """A connection that was accepted."""
    connection, socket, lost = connecting()
    say(connection, MessageType.CONNECT_ACK, MessageFlag.CONNECTION_ACCEPTED)
    assert connection.accepted.result(0) is None
    return connection, socket, lost


def test_the_nucleus_is_shown_who_connects() -> None:
    """With the token of the environment, in the protocol's own words."""
    _, socket, _ = connecting()
    (message,) = socket.sent
    assert message["message_type"] == MessageType.CONNECT
    assert json.loads(message["payload"]) == {"authToken": "the-token"}
    assert [(one.name, one.value) for one in message["headers"]] == [(":version", "0.1.0")]


def test_who_is_refused_hears_it() -> None:
    """And the connection ends without being lost: it has never been there."""
    connection, socket, lost = connecting()
    say(connection, MessageType.CONNECT_ACK)
    connection.on_connection_shutdown(None)
    with pytest.raises(AccessDeniedError):
        connection.accepted.result(0)
    assert (socket.closed, lost) == (1, [])


@pytest.mark.parametrize(
    ("reason", "expected"),
    [(OSError("broken"), OSError), (None, ConnectionClosedError)],
    ids=["with a reason", "without"],
)
def test_a_connection_that_ends_before_it_is_accepted(
    reason: Exception | None, expected: type[Exception]
) -> None:
    """Lite closes it on those whom it does not know."""
    connection, _, lost = connecting()
    connection.on_connection_shutdown(reason)
    with pytest.raises(expected):
        connection.accepted.result(0)
    assert lost == []


def test_no_socket_is_an_error() -> None:
    """There may be no nucleus yet."""
    connection = Connection("the-token", lambda: None)
    connection.on_connection_setup(None, OSError("nobody"))
    with pytest.raises(OSError, match="nobody"):
        connection.accepted.result(0)
    connection.close()


def test_the_loss_of_a_connection_is_reported() -> None:
    """From then on nothing can be asked."""
    connection, _, lost = connected()
    connection.on_connection_shutdown(OSError())
    assert lost == ["lost"]
    with pytest.raises(ConnectionClosedError):
        connection.open(Stream(lambda _: None), "GetConfiguration", {})


def test_a_request_is_in_the_names_of_the_model() -> None:
    """The operation, the shape of the request, and JSON."""
    connection, socket, _ = connected()
    stream = Stream(lambda _: None)
    connection.open(stream, "SubscribeToTopic", {"topic": "t"})
    (message,) = socket.opened
    assert message["operation"] == "aws.greengrass#SubscribeToTopic"
    assert json.loads(message["payload"]) == {"topic": "t"}
    assert {one.name: one.value for one in message["headers"]} == {
        ":content-type": "application/json",
        "service-model-type": "aws.greengrass#SubscribeToTopicRequest",
    }
    assert stream.continuation is socket


@pytest.mark.parametrize("kind", [MessageType.PROTOCOL_ERROR, MessageType.INTERNAL_ERROR])
def test_an_error_of_the_protocol_ends_the_connection(kind: MessageType) -> None:
    """Nothing on it can be relied on any more."""
    connection, socket, _ = connected()
    say(connection, MessageType.PING)
    assert socket.closed == 0
    say(connection, kind)
    assert socket.closed == 1


def test_nothing_is_asked_on_a_connection_that_was_closed() -> None:
    """By this component, at its end."""
    connection, socket, lost = connected()
    connection.close()
    connection.on_connection_shutdown(None)
    assert (socket.closed, lost) == (1, [])
    with pytest.raises(ConnectionClosedError):
        connection.open(Stream(lambda _: None), "GetConfiguration", {})
