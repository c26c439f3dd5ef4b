"""The connection to the nucleus: event-stream RPC, with the AWS Common Runtime.

awscrt does the protocol. awsiotsdk's client would be a layer above it that makes objects of its own
of each message: that costs a quarter of the CPU of a message and 4 MB (decision 0047). What the
nucleus is asked and answers is JSON in the names of the IPC model.
"""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from awscrt.eventstream import Header
from awscrt.eventstream.rpc import (
    ClientConnection,
    ClientConnectionHandler,
    MessageFlag,
    MessageType,
)
from awscrt.exceptions import AwsCrtError
from awscrt.io import (
    ClientBootstrap,
    DefaultHostResolver,
    EventLoopGroup,
    SocketDomain,
    SocketOptions,
)

from client_device_associator.nucleus.streams import (
    NAMESPACE,
    SHAPE_HEADER,
    ConnectionClosedError,
    Stream,
)

PROTOCOL_VERSION = "0.1.0"
"""Of event-stream RPC, as awsiotsdk says it."""


class AccessDeniedError(RuntimeError):
    """The nucleus does not know this process."""


class Connection(ClientConnectionHandler):  # type: ignore[misc] # awscrt has no types
    """One connection; all its callbacks come on the thread of awscrt's event loop, in order.

    Args:
        token: What shows the nucleus which component this is.
        on_lost: Called once when it ends after it was accepted, unless it was closed from here.

    Attributes:
        accepted: Done when the nucleus has accepted this process, or has not.
    """

    def __init__(self, token: str, on_lost: Callable[[], None]) -> None:
        self._token = token
        self._on_lost = on_lost
        self._connection: Any = None
        self._is_open = False
        self.accepted: Future[None] = Future()

    def on_connection_setup(self, connection: Any, error: Exception | None, **_: object) -> None:  # noqa: ANN401 - awscrt's
        """There is a socket, or there is none."""
        if error is not None:
            self.accepted.set_exception(error)
            return
        self._connection = connection
        connection.send_protocol_message(
            headers=[Header.from_string(":version", PROTOCOL_VERSION)],
            payload=json.dumps({"authToken": self._token}).encode(),
            message_type=MessageType.CONNECT,
        )

    def on_connection_shutdown(self, reason: Exception | None, **_: object) -> None:
        """The connection has ended."""
        was_open, self._is_open = self._is_open, False
        if was_open:
            self._on_lost()
        elif not self.accepted.done():
            self.accepted.set_exception(reason or ConnectionClosedError())

    def on_protocol_message(
        self,
        headers: Sequence[Header],  # noqa: ARG002 - awscrt's signature
        payload: bytes,  # noqa: ARG002 - awscrt's signature
        message_type: MessageType,
        flags: int,
        **_: object,
    ) -> None:
        """What the nucleus says that belongs to no stream."""
        if message_type == MessageType.CONNECT_ACK and not self.accepted.done():
            if flags & MessageFlag.CONNECTION_ACCEPTED:
                self._is_open = True
                self.accepted.set_result(None)
            else:
                self.accepted.set_exception(AccessDeniedError())
                self._connection.close()
        elif message_type in (MessageType.PROTOCOL_ERROR, MessageType.INTERNAL_ERROR):
            self._connection.close()

    def open(self, stream: Stream, operation: str, request: Mapping[str, object]) -> None:
        """Sends a request; what the nucleus says to it comes to the stream.

        Args:
            stream: A new one.
            operation: As `SubscribeToTopic`.
            request: In the names of the IPC model.

        Raises:
            RuntimeError, AwsCrtError: There is no connection.
        """
        if not self._is_open:
            raise ConnectionClosedError
        payload = json.dumps(request).encode()
        continuation = self._connection.new_stream(stream)
        stream.continuation = continuation
        continuation.activate(
            operation=NAMESPACE + operation,
            headers=[
                Header.from_string(":content-type", "application/json"),
                Header.from_string(SHAPE_HEADER, f"{NAMESPACE}{operation}Request"),
            ],
            payload=payload,
            message_type=MessageType.APPLICATION_MESSAGE,
        )

    def close(self) -> None:
        """Ends it; what was not sent yet is lost."""
        self._is_open = False
        if self._connection is not None:
            # It may have ended by itself.
            with contextlib.suppress(RuntimeError, AwsCrtError):
                self._connection.close()


def connect(
    socket_path: str, token: str, on_lost: Callable[[], None], timeout_seconds: float
) -> Connection:
    """Connects.

    Raises:
        RuntimeError, AwsCrtError: There is nobody, or this process is refused.
        concurrent.futures.TimeoutError: There was no answer in time.
    """
    group = EventLoopGroup(num_threads=1)
    bootstrap = ClientBootstrap(group, DefaultHostResolver(group))
    options = SocketOptions()
    options.domain = SocketDomain.Local
    connection = Connection(token, on_lost)
    ClientConnection.connect(
        handler=connection,
        host_name=socket_path,
        port=0,  # a Unix socket has none
        bootstrap=bootstrap,
        socket_options=options,
    )
    try:
        connection.accepted.result(timeout_seconds)
    except BaseException:
        connection.close()
        raise
    return connection
