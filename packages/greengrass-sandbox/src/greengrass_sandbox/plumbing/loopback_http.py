"""An HTTP server on the loopback interface whose port can really go away and come back."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import NoReturn

from aiohttp import web

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_HOST = "127.0.0.1"
_LINGER_ZERO = struct.pack("ii", 1, 0)
"""SO_LINGER on with no time: closing such a socket sends RST in place of FIN."""


class LoopbackServer:
    """Serves every request on 127.0.0.1 with one handler; a handler ends with its connection.

    The port is chosen at `start` and stays ours until `stop`, also while it is closed: a second
    socket, bound but never listening, keeps other programs from being given it meanwhile. To a
    client that is no different from a free port: the connection is refused. This works on Linux,
    which lets two sockets with SO_REUSEADDR share an address as long as one of them listens.
    """

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._reservation: socket.socket | None = None
        self._server: web.Server | None = None
        self._runner: web.ServerRunner | None = None
        self._site: web.SockSite | None = None

    @property
    def port(self) -> int:
        """The TCP port. Raises RuntimeError before `start`."""
        if self._reservation is None:
            raise RuntimeError("the server has no port: start it first")
        port: int = self._reservation.getsockname()[1]
        return port

    @property
    def is_open(self) -> bool:
        """Whether connections are accepted now."""
        return self._site is not None

    @property
    def is_started(self) -> bool:
        """Whether it has a port, open or closed."""
        return self._reservation is not None

    async def start(self) -> None:
        """Choose a port and listen on it."""
        self._reservation = _bound_socket(0)
        # Cancellation, so that a handler which hangs for ever does not outlive its client.
        # A compressed body stays as it is: that is what was signed.
        self._server = web.Server(
            self._handler, handler_cancellation=True, access_log=None, auto_decompress=False
        )
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.1)
        await self._runner.setup()
        await self.open_port()

    async def stop(self) -> None:
        """Reset every connection, close the port and give it up. Safe to call twice."""
        await self.close_port()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._reservation is not None:
            self._reservation.close()
        self._reservation = self._server = self._runner = None

    async def open_port(self) -> None:
        """Listen (again) on the same port. Does nothing if it is open."""
        if self._runner is None:
            raise RuntimeError("the server has no port to open: start it first")
        if self._site is None:
            self._site = web.SockSite(self._runner, _bound_socket(self.port))
            await self._site.start()

    async def close_port(self) -> None:
        """Refuse new connections from here on, and reset those that exist."""
        if self._site is not None:
            site, self._site = self._site, None
            await site.stop()
        if self._server is not None:
            for connection in self._server.connections:
                _reset(connection.transport)
            # Connections hear of their end in the loop's next round.
            await asyncio.sleep(0)


async def reset_connection(request: web.BaseRequest, sent_before: bytes = b"") -> NoReturn:
    """End a request's connection with RST, optionally after some raw bytes of an answer."""
    transport = request.transport
    if transport is not None and sent_before:
        transport.write(sent_before)
    _reset(transport)
    await hang()


async def hang() -> NoReturn:
    """Wait for ever: the server cancels a handler when its client has gone."""
    while True:
        await asyncio.Event().wait()


def _bound_socket(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((_HOST, port))
    except OSError:
        bound.close()
        raise
    return bound


def _reset(transport: asyncio.BaseTransport | None) -> None:
    if not isinstance(transport, asyncio.Transport):
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    transport.abort()
