"""One operation's stream on a connection: its response, its events, its end."""

import json
from collections.abc import Callable
from typing import Any, Protocol

from greengrass_sandbox.nucleus.errors import OperationError
from greengrass_sandbox.nucleus.wire import Flag, MessageType, encode, encode_headers
from greengrass_sandbox.profile import Profile

NAMESPACE = "aws.greengrass#"


class Transport(Protocol):
    """What a stream needs of its connection."""

    component: str

    async def write(self, message: bytes) -> bool:
        """Write with the nucleus' back-pressure; False when the message was dropped."""

    def write_now(self, message: bytes) -> None:
        """Write without waiting."""

    def forget_stream(self, stream_id: int) -> None:
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
        self.operation = operation
        self._connection = connection
        self._id = stream_id
        self._on_end: Callable[[], None] | None = None
        self._event_headers = b""

    @property
    def component(self) -> str:
        """The component that opened it."""
        return self._connection.component

    def keep_open(self, event_shape: str, on_end: Callable[[], None]) -> None:
        """Make it a subscription whose events have this shape.

        `on_end` is called once, when the stream ends, for whatever reason.
        """
        self._on_end = on_end
        self._event_headers = encode_headers(
            MessageType.APPLICATION_MESSAGE,
            stream_id=self._id,
            model_type=NAMESPACE + event_shape,
        )

    async def respond(self, response: dict[str, Any]) -> None:
        """Send the operation's response; the stream ends with it unless it is kept open."""
        subscribed = self._on_end is not None
        headers = encode_headers(
            MessageType.APPLICATION_MESSAGE,
            stream_id=self._id,
            flags=Flag.NONE if subscribed else Flag.TERMINATE_STREAM,
            model_type=f"{NAMESPACE}{self.operation}Response",
        )
        if not subscribed:
            self.end()
        await self._connection.write(encode(headers, to_json(response)))

    async def send_event(self, payload: bytes) -> bool:
        """Send an event (its JSON); False when it was dropped, or the stream has ended."""
        if self._on_end is None:
            return False
        return await self._connection.write(encode(self._event_headers, payload))

    def encode_error(self, error: OperationError, profile: Profile) -> bytes:
        """The message that ends the operation with an error.

        Lite sends `_message` alone, where the SDK does not look: its `message` is None.
        """
        headers = encode_headers(
            MessageType.APPLICATION_ERROR,
            stream_id=self._id,
            flags=Flag.TERMINATE_STREAM,
            model_type=NAMESPACE + error.shape,
        )
        payload = {"_message": error.message, "_errorCode": error.shape}
        if profile.error_messages:
            payload["message"] = error.message
        return encode(headers, to_json(payload))

    def close(self) -> None:
        """End it from the nucleus' side: the component sees its stream close."""
        headers = encode_headers(
            MessageType.APPLICATION_MESSAGE, stream_id=self._id, flags=Flag.TERMINATE_STREAM
        )
        self.end()
        self._connection.write_now(encode(headers))

    def end(self) -> None:
        """Forget it, without telling the component anything."""
        self._connection.forget_stream(self._id)
        on_end, self._on_end = self._on_end, None
        if on_end is not None:
            on_end()


def to_json(value: object) -> bytes:
    """The value as compact JSON in UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(
        # A lone surrogate cannot be written as UTF-8; what a component sent must not break others.
        errors="replace"
    )
