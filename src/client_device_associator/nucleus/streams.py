"""What awscrt calls when something comes on a stream; nothing here may block."""

import contextlib
import json
from binascii import a2b_base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from awscrt.eventstream import Header
from awscrt.eventstream.rpc import ClientContinuationHandler, MessageFlag, MessageType
from awscrt.exceptions import AwsCrtError

from client_device_associator.messages.payload import Payload
from client_device_associator.nucleus.port import (
    OnClosed,
    OnMessage,
    OnUnreadable,
    OnValidationRequested,
)

NAMESPACE = "aws.greengrass#"
"""Before the names of operations and shapes."""

SHAPE_HEADER = "service-model-type"
"""The header that says which shape of the IPC model a message has."""

Document = Mapping[str, Any]
"""What the nucleus says, as JSON in the names of the IPC model."""

OnAnswer = Callable[[Document | Exception], None]
"""Called once with the answer to a request."""

OnEvent = Callable[[Document], None]
"""Called with each event of a subscription; raises ValueError, KeyError, TypeError or
AttributeError for one that is not as the IPC model says."""


class ConnectionClosedError(RuntimeError):
    """There is no connection to the nucleus any more."""


class StreamClosedError(RuntimeError):
    """The nucleus has ended a stream without an answer."""


class ResponseError(RuntimeError):
    """The nucleus's answer is an error.

    Args:
        shape: Its name in the IPC model, as `UnauthorizedError`.
        message: In words; None on lite.
    """

    def __init__(self, shape: str, message: str | None) -> None:
        super().__init__(message)
        self.shape = shape
        self.message = message


class Stream(ClientContinuationHandler):  # type: ignore[misc] # awscrt has no types
    """One request, its answer, and the events that follow.

    Args:
        on_answer: Takes the answer; called by the thread that reads, before it reads on.
        on_event: Takes the events.
        on_closed: Called if the stream ends after a good answer and was not closed from here.
        on_unreadable: Called for an event that cannot be decoded; the stream goes on.

    Attributes:
        continuation: awscrt's, once the request is sent.
    """

    def __init__(
        self,
        on_answer: OnAnswer,
        on_event: OnEvent = lambda _: None,
        on_closed: OnClosed = lambda: None,
        on_unreadable: OnUnreadable = lambda: None,
    ) -> None:
        self._on_answer = on_answer
        self._on_event = on_event
        self._on_closed = on_closed
        self._on_unreadable = on_unreadable
        self._is_answered = False
        self._is_established = False
        self.continuation: Any = None

    def on_continuation_message(
        self,
        headers: Sequence[Header],
        payload: bytes,
        message_type: MessageType,
        flags: int,
        **_: object,
    ) -> None:
        """A message of the nucleus's."""
        if not self._is_answered:
            self._answer(_answer_in(headers, payload, message_type))
            if not self._is_established and not flags & MessageFlag.TERMINATE_STREAM:
                self.close()
            return
        if flags & MessageFlag.TERMINATE_STREAM and not payload:
            return  # the end alone
        try:
            if message_type != MessageType.APPLICATION_MESSAGE:
                raise ValueError("an error in the place of an event")  # noqa: TRY301 - as if unreadable
            self._on_event(json.loads(payload.decode()))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._on_unreadable()

    def on_continuation_closed(self, **_: object) -> None:
        """The end; it also comes after a failed request and after our own close."""
        if not self._is_answered:
            self._answer(StreamClosedError())
        self.continuation = None  # they refer to each other
        if self._is_established:
            self._is_established = False
            self._on_closed()

    def close(self) -> None:
        """Ends the stream; messages already on their way may still arrive."""
        self._is_established = False
        continuation = self.continuation
        if continuation is not None:
            # It may have ended by itself.
            with contextlib.suppress(RuntimeError, AwsCrtError):
                continuation.send_message(
                    message_type=MessageType.APPLICATION_MESSAGE,
                    flags=MessageFlag.TERMINATE_STREAM,
                )

    def _answer(self, answer: Document | Exception) -> None:
        self._is_answered = True
        self._is_established = not isinstance(answer, Exception)
        self._on_answer(answer)


def _answer_in(
    headers: Sequence[Header], payload: bytes, message_type: MessageType
) -> Document | Exception:
    try:
        document = json.loads(payload.decode()) if payload else {}
        if message_type == MessageType.APPLICATION_MESSAGE:
            return dict(document)
        shapes = [one.value for one in headers if one.name.lower() == SHAPE_HEADER]
        shape = str(shapes[0]).removeprefix(NAMESPACE) if shapes else "an error without a name"
        message = document.get("message")
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        return ResponseError("unreadable answer", str(error))
    return ResponseError(shape, message if isinstance(message, str) else None)


def messages(on_message: OnMessage) -> OnEvent:
    """Forwards the messages of a topic subscription, of either kind."""

    def on_event(event: Document) -> None:
        binary = event.get("binaryMessage")
        payload: Payload
        if binary is not None:
            context = binary.get("context")
            payload = a2b_base64(binary.get("message") or b"")
        else:
            content = event.get("jsonMessage")
            if content is None:
                return
            context, payload = content.get("context"), content.get("message") or {}
        if context is not None and (topic := context.get("topic")):
            on_message(topic, payload)

    return on_event


def iot_core_messages(on_message: OnMessage) -> OnEvent:
    """Forwards the messages of a subscription to AWS IoT Core; a payload may be empty."""

    def on_event(event: Document) -> None:
        message = event.get("message")
        if message is not None and (topic := message.get("topicName")):
            on_message(topic, a2b_base64(message.get("payload") or b""))

    return on_event


def changes(on_changed: Callable[[], None]) -> OnEvent:
    """Reports configuration changes."""

    def on_event(event: Document) -> None:
        if event.get("configurationUpdateEvent") is not None:
            on_changed()

    return on_event


def validation_requests(on_requested: OnValidationRequested) -> OnEvent:
    """Passes on a deployment's requests to validate a configuration."""

    def on_event(event: Document) -> None:
        request = event.get("validateConfigurationUpdateEvent")
        if request is not None:
            on_requested(request.get("deploymentId") or "", request.get("configuration") or {})

    return on_event
