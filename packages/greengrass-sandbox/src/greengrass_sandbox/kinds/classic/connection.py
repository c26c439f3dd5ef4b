"""A connection to the classic nucleus (aws-c-event-stream's server, and the Java code on top)."""

import asyncio
import json
import logging
from contextlib import suppress

from greengrass_sandbox.kinds.classic.json_text import JsonError, decode
from greengrass_sandbox.kinds.classic.requests import OPERATIONS, OTHER_OPERATIONS, arguments
from greengrass_sandbox.kinds.classic.voice import ClassicVoice
from greengrass_sandbox.nucleus.connection import Connection, Service
from greengrass_sandbox.nucleus.errors import ConnectionBroken, internal_error
from greengrass_sandbox.nucleus.stream import NAMESPACE, Stream
from greengrass_sandbox.nucleus.wire import (
    JSON,
    VERSION,
    Flag,
    Frame,
    MessageType,
    WireError,
    encode,
    encode_headers,
)

_LOG = logging.getLogger(__name__)
_ERRORS = (MessageType.PROTOCOL_ERROR, MessageType.INTERNAL_ERROR)


class ClassicConnection(Connection):
    """Says why it hangs up, and counts streams: each new one has the next number.

    Args:
        reader: The socket's reading side.
        writer: Its writing side.
        service: The nucleus.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, service: Service
    ) -> None:
        super().__init__(reader, writer, service)
        self._latest_stream_id = 0
        self._held: set[asyncio.Task[None]] = set()
        self._ended_while_held: set[int] = set()

    @property
    def voice(self) -> ClassicVoice:
        """Stateless."""
        return ClassicVoice()

    def _greet(self, frame: Frame) -> bool:
        if frame.message_type != MessageType.CONNECT or frame.stream_id != 0:
            self._hang_up("A CONNECT message must be received, and the CONNECT_ACK must be sent")
        component = self._service.component_of(_auth_token(frame))
        flags = Flag.NONE if component is None else Flag.CONNECTION_ACCEPTED
        self.write_now(encode(encode_headers(MessageType.CONNECT_ACK, stream_id=0, flags=flags)))
        self.component = component or ""
        return component is not None

    async def _serve_frame(self, frame: Frame) -> None:
        if not frame.complete:
            self._hang_up("A message was received with missing required fields")
        if frame.stream_id == 0:
            self._serve_protocol_message(frame)
        elif frame.message_type > MessageType.APPLICATION_ERROR or frame.stream_id < 0:
            self._hang_up("non-zero stream-id field is only allowed for application messages")
        elif frame.stream_id <= self._latest_stream_id:
            await self._serve_known_stream(frame)
        elif frame.stream_id != self._latest_stream_id + 1:
            self._hang_up("stream_id values must be monotonically incrementing")
        elif not frame.text("operation"):
            self._hang_up("The operation name field is missing")
        else:
            self._latest_stream_id = frame.stream_id
            # A client that hangs up with the request itself wants no answer.
            if not frame.flags & Flag.TERMINATE_STREAM:
                await self._serve_request(frame)

    def _serve_protocol_message(self, frame: Frame) -> None:
        if frame.message_type == MessageType.PING:
            _LOG.warning(
                "%s sent a ping, which ends the whole JVM of a real classic nucleus", self.component
            )
            pong = encode_headers(MessageType.PING_RESPONSE, stream_id=0)
            self.write_now(encode(pong, frame.payload))
        elif frame.message_type == MessageType.CONNECT:
            self._hang_up("Only one CONNECT message is allowed")
        elif frame.message_type in (MessageType.CONNECT_ACK, *_ERRORS):
            self._hang_up("Unrecognized Message Type", MessageType.INTERNAL_ERROR)
        elif frame.message_type != MessageType.PING_RESPONSE:
            self._hang_up("An invalid value for message-type field was received")

    async def _serve_known_stream(self, frame: Frame) -> None:
        """A message on a stream that was opened before: most of them are closed by now."""
        stream = self._open_stream(frame.stream_id)
        ends = bool(frame.flags & Flag.TERMINATE_STREAM)
        if stream is None:
            if not ends:
                self._hang_up("A stream-id was received that does not exist any more")
            # A busy nucleus reads this after it has served the request.
            if self._held:
                self._ended_while_held.add(frame.stream_id)
        elif ends and not frame.payload:
            stream.end()
        else:
            # No operation that a component can open takes more than one message.
            await stream.refuse(internal_error())

    async def _serve_request(self, frame: Frame) -> None:
        name = frame.text("operation") or ""
        operation = name.removeprefix(NAMESPACE)
        known = operation in OPERATIONS or operation in OTHER_OPERATIONS
        if not (known and name.startswith(NAMESPACE)):
            self._refuse_unknown(frame.stream_id, name)
        elif self._service.holding.holds(operation):
            task = asyncio.get_running_loop().create_task(self._serve_held(frame, operation))
            self._held.add(task)
            task.add_done_callback(self._held.discard)
        else:
            await self._serve_operation(frame, operation)

    async def _serve_held(self, frame: Frame, operation: str) -> None:
        await self._service.holding.wait(operation)
        if not self.ended:
            with suppress(ConnectionBroken, ConnectionError):
                await self._serve_operation(frame, operation)
            stream = self._open_stream(frame.stream_id)
            if stream is not None and frame.stream_id in self._ended_while_held:
                stream.end()

    async def _serve_operation(self, frame: Frame, operation: str) -> None:
        stream = Stream(self, frame.stream_id, operation)
        await self._perform(stream, lambda: arguments(operation, frame.payload))

    def _refuse_unknown(self, stream_id: int, name: str) -> None:
        headers = encode_headers(
            MessageType.APPLICATION_ERROR,
            stream_id=stream_id,
            flags=Flag.TERMINATE_STREAM,
            content_type=JSON,
        )
        answer = {"error": "Unsupported Operation", "message": f"{name} is not supported."}
        self.write_now(encode(headers, json.dumps(answer).encode()))

    def _hang_up(self, reason: str, message_type: MessageType = MessageType.PROTOCOL_ERROR) -> None:
        """Say that the component broke the protocol, and close the connection."""
        headers = encode_headers(message_type, stream_id=0, content_type=JSON)
        self.write_now(encode(headers, json.dumps({"message": reason}).encode()))
        raise WireError(reason)


def _auth_token(frame: Frame) -> str:
    """The token in a connect message, empty if there is none or the version is another one."""
    if frame.headers.get(":version") != VERSION:
        return ""
    try:
        document = decode(frame.payload)
    except JsonError:
        return ""
    token = document.get("authToken") if isinstance(document, dict) else None
    return token if isinstance(token, str) else ""
