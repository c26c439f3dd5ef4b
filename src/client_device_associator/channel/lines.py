"""Lines on a socket, within bounds of size and of time."""

import socket
import time

TALK_SECONDS = 5.0
"""For one side to say something, or to take what the other one says: others wait meanwhile."""

ANSWER_SECONDS = 10.0
"""For the main thread to decide. It is busy for a fraction of a second, unless the disk is slow."""

_PORTION_BYTES = 65_536
_END = b"\n"


class TooSlowError(OSError):
    """The other end takes longer than it may."""


def read_line(connection: socket.socket, most_bytes: int, seconds: float) -> bytes:
    """A line without its end; what comes after it is not looked at.

    Of what ends before, or is longer than it may be, it returns as much as has come.

    Args:
        connection: A stream.
        most_bytes: The longest line.
        seconds: For all of it.

    Raises:
        TooSlowError: The time is over.
        OSError: The other end has gone.
    """
    end = time.monotonic() + seconds
    received = b""
    while _END not in received and len(received) <= most_bytes:
        _set_timeout(connection, end)
        try:
            portion = connection.recv(_PORTION_BYTES)
        except TimeoutError as error:
            raise TooSlowError("it took too long to say what it wants") from error
        if not portion:
            break
        received += portion
    return received.partition(_END)[0]


def send(connection: socket.socket, line: bytes, seconds: float) -> None:
    """Sends all of it.

    Raises:
        TooSlowError: The time is over.
        OSError: The other end has gone.
    """
    _set_timeout(connection, time.monotonic() + seconds)
    try:
        connection.sendall(line)  # the timeout is for all of it; socket.sendall, since Python 3.5
    except TimeoutError as error:
        raise TooSlowError("it took too long to take the reply") from error


def _set_timeout(connection: socket.socket, end: float) -> None:
    left = end - time.monotonic()
    if left <= 0:
        raise TooSlowError("the time is over")
    connection.settimeout(left)
