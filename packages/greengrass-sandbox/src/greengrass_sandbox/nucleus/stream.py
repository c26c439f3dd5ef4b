"""One operation's stream on a connection: its response, its events, its end."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from greengrass_sandbox.nucleus.errors import OperationError
from greengrass_sandbox.nucleus.wire import Flag, MessageType, encode, encode_headers

NAMESPACE = "aws.greengrass#"

Document = Mapping[str, Any]


class Voice(Protocol):
    """How a nucleus puts into bytes what it has to say on a stream."""

    def response(
        self, stream_id: int, operation: str, document: Document, *, subscribed: bool
    ) -> bytes:
        """An operation's response. Raises OperationError if this nucleus cannot write it."""

    def event(self, stream_id: int, shape: str, document: Document) -> bytes | None:
        """An event of a subscription; None if this nucleus cannot write it, and skips it."""

    def error(self, stream_id: int, error: OperationError) -> bytes:
        """The message that ends an operation with an error."""


class Transport(Protocol):
    """What a stream needs of its connection."""

    component: str

    @property
    def voice(self) -> Voice:
        """How the nucleus of this connection speaks."""

    async def write(self, message: bytes) -> bool:
        """Write with the nucleus' back-pressure; False when the message was dropped."""

    def write_now(self, message: bytes) -> None:
        """Write without waiting."""

    def keep(self, stream: "Stream") -> None:
        """The stream stays open for events."""

    def forget(self, stream: "Stream") -> None:
        """The stream has ended."""


class Stream:
    """The stream that one request opened.

    It ends when the component closes it, when its connection ends, or by `close`.

    Args:
        connection: Where it lives.
        stream_id: Its number there.
        operation: The operation's name without its namespace, as `SubscribeToTopic`.
    """

    def __init__(self, connection: Transport, stream_id: int, operation: str) -> None:
        self.stream_id = stream_id
        self.operation = operation
        self._connection = connection
        self._on_end: Callable[[], None] | None = None
        self._event_shape = ""

    @property
    def component(self) -> str:
        """The component that opened it."""
        return self._connection.component

    def keep_open(self, event_shape: str, on_end: Callable[[], None]) -> None:
        """Make it a subscription whose events have this shape.

        `on_end` is called once, when the stream ends, for whatever reason.
        """
        self._on_end = on_end
        self._event_shape = event_shape
        self._connection.keep(self)

    async def respond(self, response: Document) -> None:
        """Send the operation's response; the stream ends with it unless it is kept open.

        Raises:
            OperationError: This nucleus cannot write the response.
        """
        subscribed = self._on_end is not None
        message = self._connection.voice.response(
            self.stream_id, self.operation, response, subscribed=subscribed
        )
        if not subscribed:
            self.end()
        await self._connection.write(message)

    async def send_event(self, document: Document) -> bool:
        """Send an event; False when it was dropped, or the stream has ended."""
        if self._on_end is None:
            return False
        message = self._connection.voice.event(self.stream_id, self._event_shape, document)
        return message is not None and await self._connection.write(message)

    async def refuse(self, error: OperationError) -> None:
        """End it with an error answer."""
        self.end()
        await self._connection.write(self._connection.voice.error(self.stream_id, error))

    def close(self) -> None:
        """End it from the nucleus' side: the component sees its stream close."""
        headers = encode_headers(
            MessageType.APPLICATION_MESSAGE, stream_id=self.stream_id, flags=Flag.TERMINATE_STREAM
        )
        self.end()
        self._connection.write_now(encode(headers))

    def end(self) -> None:
        """Forget it, without telling the component anything."""
        self._connection.forget(self)
        on_end, self._on_end = self._on_end, None
        if on_end is not None:
            on_end()
