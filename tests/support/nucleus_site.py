"""A connection whose other end is the test's, and what it tells."""

import contextlib
import queue
import socket
import threading

from client_device_associator.nucleus.connection import Connection
from client_device_associator.nucleus.frames import FrameReader
from client_device_associator.nucleus.rpc_errors import ConnectionBusyError
from client_device_associator.nucleus.streams import Stream
from support.nucleus_end import PATIENCE_SECONDS, NucleusEnd

_MANY = 1000
"""More messages than a connection keeps, if they have 10 kB."""


class NucleusSite:
    """A connection, the nucleus's end of it, and what its callbacks were told, in order."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.nucleus = NucleusEnd(theirs)
        self.told: queue.SimpleQueue[object] = queue.SimpleQueue()
        before = set(threading.enumerate())
        self.connection = Connection(ours, FrameReader(), lambda: self.told.put("lost"))
        (self.thread,) = set(threading.enumerate()) - before

    def hear(self) -> object:
        """The next thing that was told."""
        return self.told.get(timeout=PATIENCE_SECONDS)

    def ask(self, request: object = None) -> None:
        """Sends a request whose answer is told."""
        self.connection.open(Stream(self.told.put), "GetConfiguration", {"keyPath": request or []})

    def is_answered(self) -> None:
        """Asks, and hears the answer: all that the nucleus has said before is done with then."""
        self.ask()
        self.nucleus.say(self.nucleus.read().headers.stream_id, {"is": "answered"})
        assert self.hear() == {"is": "answered"}

    def subscribed(self) -> Stream:
        """A subscription whose answer has come; its number is that of its request."""
        stream = Stream(self.told.put, self.told.put, lambda: self.told.put("closed"))
        self.connection.open(stream, "SubscribeToTopic", {"topic": "t"})
        self.nucleus.say(self.nucleus.read().headers.stream_id, {})
        assert self.hear() == {}
        return stream

    def fill(self, request: str = "y" * 10_000) -> int:
        """Asks until nothing more is taken; returns how often."""
        asked = 0
        with contextlib.suppress(ConnectionBusyError):
            while asked < _MANY:
                self.ask(request)
                asked += 1
        assert asked < _MANY
        return asked

    def wait_for_the_end(self) -> None:
        """Waits until the thread that reads has ended."""
        self.thread.join(PATIENCE_SECONDS)
        assert not self.thread.is_alive()
