"""One component's connection to the nucleus: its streams, and writing to it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any

from greengrass_sandbox.nucleus.errors import ConnectionBroken, OperationError
from greengrass_sandbox.nucleus.figures import Figures
from greengrass_sandbox.nucleus.holding import Holding
from greengrass_sandbox.nucleus.stream import Stream, Voice
from greengrass_sandbox.nucleus.wire import Frame, WireError, read_frame

Arguments = dict[str, Any]
Handle = Callable[[Stream, Arguments], Awaitable[dict[str, Any]]]
"""Performs an operation: the stream that it opened and its arguments in, the response out."""


@dataclass(frozen=True)
class Service:
    """What every connection of a nucleus needs of it.

    Attributes:
        figures: Decides how large messages may be, and back-pressure.
        component_of: The component that an SVCUID belongs to, or None for an unknown one.
        handle: Performs operations.
        chain: Held while a message is served, so that lite serves the whole device one by one.
        holding: Which requests have to wait. On lite the whole device waits with them.
    """

    figures: Figures
    component_of: Callable[[str], str | None]
    handle: Handle
    chain: AbstractAsyncContextManager[Any]
    holding: Holding


class Connection(ABC):
    """Serves one accepted socket until it ends.

    Args:
        reader: The socket's reading side.
        writer: Its writing side.
        service: The nucleus.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, service: Service
    ) -> None:
        self.component = ""
        self.ended = False
        self._service = service
        self._reader = reader
        self._writer = writer
        self._open: list[Stream] = []
        if service.figures.slow_write_seconds is not None:
            # Whatever the kernel's buffer does not take at once is backlog.
            writer.transport.set_write_buffer_limits(high=0)

    @property
    @abstractmethod
    def voice(self) -> Voice:
        """How this nucleus puts its answers into bytes."""

    @abstractmethod
    def _greet(self, frame: Frame) -> bool:
        """Answer the first message; False ends the connection. Raises WireError to hang up."""

    @abstractmethod
    async def _serve_frame(self, frame: Frame) -> None:
        """Do what a message asks for. Raises WireError to hang up."""

    async def serve(self) -> None:
        """Serve the connection to its end, and end its streams then."""
        try:
            # Either side may go at any time; a component learns of it by its socket closing.
            with suppress(
                WireError, ConnectionBroken, ConnectionError, asyncio.IncompleteReadError
            ):
                if self._greet(await self._next_frame()):
                    while True:
                        await self._serve_frame(await self._next_frame())
        finally:
            self._end()
            self._writer.close()
            # A peer that broke the connection has no more to say.
            with suppress(ConnectionError):
                await self._writer.wait_closed()

    def abort(self) -> None:
        """Close the socket at once, as the death of the nucleus does."""
        self._end()
        self._writer.transport.abort()

    def keep(self, stream: Stream) -> None:
        """The stream stays open."""
        self._open.append(stream)

    def forget(self, stream: Stream) -> None:
        """Take a stream off the books."""
        if stream in self._open:
            self._open.remove(stream)

    async def write(self, message: bytes) -> bool:
        """Write a message as this nucleus does; False when it had to be dropped.

        Classic queues without bound. Lite blocks while the socket is full, and then drops it.
        """
        if self._writer.is_closing():
            return False
        if self._backlog() and not await self._flushed():
            return False
        self._writer.write(message)
        if self._backlog():
            await self._flushed()
        return True

    def write_now(self, message: bytes) -> None:
        """Write a message without waiting for anything."""
        if not self._writer.is_closing():
            self._writer.write(message)

    def _open_stream(self, stream_id: int) -> Stream | None:
        """The first open stream with this id."""
        return next((stream for stream in self._open if stream.stream_id == stream_id), None)

    async def _perform(self, stream: Stream, arguments: Callable[[], Arguments]) -> None:
        """Serve a request: its response, or its error, is sent."""
        try:
            response = await self._service.handle(stream, arguments())
            # No await between the end of a subscribe and this write on classic, and the chain is
            # held on lite: the response always precedes the first event.
            await stream.respond(response)
        except OperationError as error:
            await stream.refuse(error)

    async def _next_frame(self) -> Frame:
        return await read_frame(
            self._reader, max_packet_bytes=self._service.figures.max_packet_bytes
        )

    def _backlog(self) -> int:
        if self._service.figures.slow_write_seconds is None:
            return 0
        return self._writer.transport.get_write_buffer_size()

    async def _flushed(self) -> bool:
        try:
            await asyncio.wait_for(self._writer.drain(), self._service.figures.slow_write_seconds)
        except (asyncio.TimeoutError, ConnectionError):
            return False
        return not self._writer.is_closing()

    def _end(self) -> None:
        self.ended = True
        for stream in list(self._open):
            stream.end()
