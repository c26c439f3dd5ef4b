"""One component's connection to the nucleus: the handshake, its streams, and writing to it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

from greengrass_sandbox.nucleus.errors import ConnectionBroken, OperationError, service_error
from greengrass_sandbox.nucleus.holding import Holding
from greengrass_sandbox.nucleus.stream import NAMESPACE, Stream
from greengrass_sandbox.nucleus.wire import (
    VERSION,
    Flag,
    Frame,
    MessageType,
    WireError,
    encode,
    encode_headers,
    read_frame,
)
from greengrass_sandbox.profile import Profile

_REFUSAL_READ_SECONDS = 5.0

Arguments = dict[str, Any]
Handle = Callable[[Stream, Arguments], Awaitable[dict[str, Any]]]
"""Performs an operation: the stream that it opened and its arguments in, the response out."""


class Connection:
    """Serves one accepted socket until it ends.

    Args:
        reader: The socket's reading side.
        writer: Its writing side.
        profile: Decides how a connect is refused, how large messages may be, and back-pressure.
        component_of: The component that an SVCUID belongs to, or None for an unknown one.
        handle: Performs operations.
        chain: Held while a message is served, so that lite serves the whole device one by one.
        holding: Which requests have to wait. On lite the whole device waits with them.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        profile: Profile,
        *,
        component_of: Callable[[str], str | None],
        handle: Handle,
        chain: AbstractAsyncContextManager[Any],
        holding: Holding,
    ) -> None:
        self.component = ""
        self.ended = False
        self._reader = reader
        self._writer = writer
        self._profile = profile
        self._component_of = component_of
        self._handle = handle
        self._chain = chain
        self._holding = holding
        self._held: set[asyncio.Task[None]] = set()
        self._streams: dict[int, Stream] = {}
        if profile.slow_write_seconds is not None:
            # Whatever the kernel's buffer does not take at once is backlog.
            writer.transport.set_write_buffer_limits(high=0)

    async def serve(self) -> None:
        """Serve the connection to its end, and end its streams then."""
        try:
            # Either side may go at any time; a component learns of it by its socket closing.
            with suppress(
                WireError, ConnectionBroken, ConnectionError, asyncio.IncompleteReadError
            ):
                if await self._accept():
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

    def forget_stream(self, stream_id: int) -> None:
        """Take a stream off the books; messages for its id mean nothing from here on."""
        self._streams.pop(stream_id, None)

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

    async def _accept(self) -> bool:
        frame = await self._next_frame()
        component = self._component_of(_auth_token(frame))
        if component is None:
            if self._profile.acknowledges_refusal:
                refusal = encode_headers(MessageType.CONNECT_ACK, stream_id=0)
                self._writer.write(encode(refusal))
                # Closing at once could overtake the refusal in the SDK, which then hangs up itself.
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._reader.read(1), _REFUSAL_READ_SECONDS)
            return False
        self.component = component
        accepted = encode_headers(
            MessageType.CONNECT_ACK, stream_id=0, flags=Flag.CONNECTION_ACCEPTED
        )
        self._writer.write(encode(accepted))
        return True

    async def _next_frame(self) -> Frame:
        return await read_frame(self._reader, max_packet_bytes=self._profile.max_packet_bytes)

    async def _serve_frame(self, frame: Frame) -> None:
        if frame.message_type == MessageType.PING and self._profile.answers_pings:
            pong = encode_headers(MessageType.PING_RESPONSE, stream_id=0)
            self._writer.write(encode(pong, frame.payload))
        elif frame.message_type != MessageType.APPLICATION_MESSAGE or frame.stream_id <= 0:
            raise WireError(f"a message of type {frame.message_type} on stream {frame.stream_id}")
        elif frame.flags & Flag.TERMINATE_STREAM:
            if stream := self._streams.get(frame.stream_id):
                stream.end()
        elif self._holding.holds(_operation(frame)) and not self._profile.serial:
            task = asyncio.get_running_loop().create_task(self._serve_held(frame))
            self._held.add(task)
            task.add_done_callback(self._held.discard)
        else:
            async with self._chain:
                await self._holding.wait(_operation(frame))
                await self._serve_request(frame)

    async def _serve_held(self, frame: Frame) -> None:
        await self._holding.wait(_operation(frame))
        if not self.ended:
            with suppress(ConnectionBroken, ConnectionError):
                await self._serve_request(frame)

    async def _serve_request(self, frame: Frame) -> None:
        operation = _operation(frame)
        stream = Stream(self, frame.stream_id, operation)
        self._streams[frame.stream_id] = stream
        try:
            response = await self._handle(stream, _arguments(frame.payload))
            # No await between the end of a subscribe and this write on classic, and the chain is
            # held on lite: the response always precedes the first event.
            await stream.respond(response)
        except (OperationError, RecursionError) as error:
            # JSON may be nested deeply enough for Python to give up on it.
            refusal = (
                error
                if isinstance(error, OperationError)
                else service_error("the request is nested too deeply")
            )
            stream.end()
            await self.write(stream.encode_error(refusal, self._profile))

    def _backlog(self) -> int:
        if self._profile.slow_write_seconds is None:
            return 0
        return self._writer.transport.get_write_buffer_size()

    async def _flushed(self) -> bool:
        try:
            await asyncio.wait_for(self._writer.drain(), self._profile.slow_write_seconds)
        except (asyncio.TimeoutError, ConnectionError):
            return False
        return not self._writer.is_closing()

    def _end(self) -> None:
        self.ended = True
        for stream in list(self._streams.values()):
            stream.end()


def _operation(frame: Frame) -> str:
    return str(frame.headers.get("operation", "")).removeprefix(NAMESPACE)


def _auth_token(frame: Frame) -> str:
    if frame.message_type != MessageType.CONNECT or frame.stream_id != 0:
        raise WireError("the first message of a connection must be a connect")
    if frame.headers.get(":version") != VERSION:
        raise WireError(f"this nucleus speaks version {VERSION} only")
    try:
        token = _arguments(frame.payload).get("authToken")
    except OperationError as error:
        raise WireError(error.message) from error
    return token if isinstance(token, str) else ""


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _arguments(payload: bytes) -> Arguments:
    try:
        arguments = json.loads(payload, parse_constant=_no_constant)
    # ValueError covers text that is not UTF-8 or not JSON.
    except (ValueError, RecursionError) as error:
        raise service_error(f"the request is not JSON: {error}") from error
    if not isinstance(arguments, dict):
        raise service_error("the request is not a JSON object")
    return arguments
