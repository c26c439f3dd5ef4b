"""Connects to the nucleus: it is shown who this process is, and accepts it or does not."""

import json
import socket
import time
from collections.abc import Callable

from client_device_associator.nucleus.connection import READ_BYTES, Connection
from client_device_associator.nucleus.frames import Flag, FrameReader, MessageType, frame
from client_device_associator.nucleus.rpc_errors import AccessDeniedError, ConnectionClosedError

PROTOCOL_VERSION = "0.1.0"
"""Of event-stream RPC, as awsiotsdk says it."""


def connect(
    socket_path: str, token: str, on_lost: Callable[[], None], timeout_seconds: float
) -> Connection:
    """Connects.

    Args:
        socket_path: Where the nucleus listens.
        token: What shows the nucleus which component this is.
        on_lost: Called once when the connection ends, unless it was closed from here.
        timeout_seconds: How long the nucleus may take.

    Raises:
        OSError: There is nobody, or not in time.
        AccessDeniedError: This process is refused.
        ConnectionClosedError: The same; lite says no more.
        MalformedFrameError: Somebody else is there.
    """
    give_up_at = time.monotonic() + timeout_seconds
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout_seconds)
        sock.connect(socket_path)
        payload = json.dumps({"authToken": token}).encode()
        sock.sendall(frame(MessageType.CONNECT, 0, payload, texts={":version": PROTOCOL_VERSION}))
        reader = FrameReader()
        _wait_until_accepted(sock, reader, give_up_at)
        return Connection(sock, reader, on_lost)
    except BaseException:
        sock.close()
        raise


def _wait_until_accepted(sock: socket.socket, reader: FrameReader, give_up_at: float) -> None:
    while True:
        left = give_up_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the nucleus does not answer")
        sock.settimeout(left)
        data = sock.recv(READ_BYTES)
        if not data:
            raise ConnectionClosedError("the nucleus has closed the connection")
        for one in reader.feed(data):
            match one.headers.message_type:
                case MessageType.CONNECT_ACK if one.headers.flags & Flag.CONNECTION_ACCEPTED:
                    return
                case MessageType.CONNECT_ACK:
                    raise AccessDeniedError
                case MessageType.PROTOCOL_ERROR | MessageType.INTERNAL_ERROR:
                    raise ConnectionClosedError
