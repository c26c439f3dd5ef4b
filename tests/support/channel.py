"""A channel with somebody behind it who answers."""

import os
import queue
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from client_device_associator.channel.port import Asked, Looked, PermissionsAsked
from client_device_associator.channel.protocol import CarriedOut, Reply, Told
from client_device_associator.channel.server import Channel
from client_device_associator.reporting.notices import Notice
from client_device_associator.work_files import SOCKET

SOON_SECONDS = 30.0
"""Far longer than anything takes."""


class Listening:
    """A channel in a directory, and what comes through it.

    Attributes:
        channel: It listens.
        asked: What has come.
        permissions_asked: How often somebody has asked for permissions.
        reported: What it has told operators.
        reply: What is answered at once; None for nothing.
        looks: What is answered to those who want to know how it is; None for nothing.
        came: Called with each request, on the thread of the channel, before it is answered.
    """

    def __init__(self, path: Path) -> None:
        self.asked: list[Asked] = []
        self.permissions_asked = 0
        self._came: queue.SimpleQueue[Asked] = queue.SimpleQueue()
        self.reported: queue.SimpleQueue[Notice] = queue.SimpleQueue()
        self.reply: Reply | None = CarriedOut()
        self.looks: Reply | None = Told({})
        self.came: Callable[[Asked], None] = lambda _: None
        self.channel = Channel(path, self._post, self.reported.put)

    def next_asked(self) -> Asked:
        """The next request, when it comes."""
        return self._came.get(timeout=SOON_SECONDS)

    def _post(self, asked: Asked | Looked | PermissionsAsked) -> None:
        if isinstance(asked, PermissionsAsked):
            self.permissions_asked += 1
            if self.reply is not None:
                asked.answer(self.reply)
            return
        if isinstance(asked, Looked):
            if self.looks is not None:
                asked.answer(self.looks)
            return
        self.came(asked)
        self.asked.append(asked)
        self._came.put(asked)
        if self.reply is not None:
            asked.answer(self.reply)


def bind(one: socket.socket, directory: Path) -> None:
    """Puts a socket in the place of a component's, however long the path of its directory is."""
    folder = os.open(directory, os.O_PATH | os.O_DIRECTORY)
    try:
        one.bind(f"/proc/self/fd/{folder}/{SOCKET}")
    finally:
        os.close(folder)


@contextmanager
def listening(directory: Path) -> Iterator[Listening]:
    """A channel that listens in a directory, which is the current one meanwhile."""
    before = Path.cwd()
    os.chdir(directory)
    one = Listening(SOCKET)
    try:
        one.channel.start()
        yield one
    finally:
        one.channel.stop()
        os.chdir(before)
