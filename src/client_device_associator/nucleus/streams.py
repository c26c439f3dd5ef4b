"""One request to the nucleus, its answer, and the events that follow; nothing here may block."""

import contextlib
import json
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from typing import Any

from client_device_associator.messages.payload import Payload
from client_device_associator.nucleus.frames import Flag, Frame, MessageType
from client_device_associator.nucleus.port import (
    OnClosed,
    OnMessage,
    OnUnreadable,
    OnValidationRequested,
)
from client_device_associator.nucleus.rpc_errors import (
    ResponseError,
    StreamClosedError,
)

NAMESPACE = "aws.greengrass#"
"""Before the names of operations and shapes."""

_EVENTS = frozenset(
    f"{NAMESPACE}{name}"
    for name in (
        "SubscriptionResponseMessage",
        "IoTCoreMessage",
        "ConfigurationUpdateEvents",
        "ValidateConfigurationUpdateEvents",
    )
)
"""The shapes of events."""

_MAX_ERROR_TEXT = 200
"""Characters of an error that is no document."""

Document = Mapping[str, Any]
"""What the nucleus says, as JSON in the names of the IPC model."""

OnAnswer = Callable[[Document | Exception], None]
"""Called once with the answer to a request."""

OnEvent = Callable[[Document], None]
"""Called with each event of a subscription; raises ValueError, KeyError, TypeError or
AttributeError for one that is not as the IPC model says."""


class Stream:
    """A request; without `on_event` it is over with its answer.

    Args:
        on_answer: Takes the answer; called by the thread that reads, before it reads on.
        on_event: Takes the events.
        on_closed: Called if the stream ends after a good answer and was not closed from here.
        on_unreadable: Called for an event that cannot be decoded; the stream goes on.

    Attributes:
        end: Tells the nucleus that nobody listens any more; the connection's, once it is sent.
    """

    def __init__(
        self,
        on_answer: OnAnswer,
        on_event: OnEvent | None = None,
        on_closed: OnClosed = lambda: None,
        on_unreadable: OnUnreadable = lambda: None,
    ) -> None:
        self._on_answer = on_answer
        self._on_event = on_event
        self._on_closed = on_closed
        self._on_unreadable = on_unreadable
        self._is_answered = False
        self._is_established = False
        self._is_over = False
        self.end: Callable[[], None] = lambda: None

    @property
    def is_established(self) -> bool:
        """Whether there are events to come, or may be, and somebody listens."""
        return self._is_established

    @property
    def is_over(self) -> bool:
        """Whether the nucleus has nothing more to say; lite does not say so with an answer.

        Not of one that is closed from here: the nucleus does not know that yet.
        """
        return self._is_over

    def take(self, frame: Frame) -> None:
        """Takes a message of the nucleus's."""
        if not self._is_answered and not self._is_early(frame):
            self._answer(_answer_in(frame))
        elif self._on_event is not None and (self._is_established or not self._is_answered):
            self._take_event(self._on_event, frame)

    def ended(self) -> None:
        """There is nothing more to come."""
        if not self._is_answered:
            self._answer(StreamClosedError())
        if self._is_established:
            self._is_established = False
            self._on_closed()

    def close(self) -> None:
        """Ends the stream; a message that is being read may still arrive."""
        self._is_established = False
        self.end()

    def _is_early(self, frame: Frame) -> bool:
        """Whether it is an event before the answer; two threads of lite's send them."""
        return self._on_event is not None and frame.headers.shape in _EVENTS

    def _take_event(self, on_event: OnEvent, frame: Frame) -> None:
        payload = frame.payload
        if frame.headers.flags & Flag.TERMINATE_STREAM and not payload:
            return  # the end alone
        try:
            if frame.headers.message_type != MessageType.APPLICATION_MESSAGE:
                raise ValueError("an error in the place of an event")  # noqa: TRY301 - as if unreadable
            on_event(json.loads(payload.decode()))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._on_unreadable()

    def _answer(self, answer: Document | Exception) -> None:
        self._is_answered = True
        self._is_established = self._on_event is not None and not isinstance(answer, Exception)
        self._is_over = not self._is_established
        self._on_answer(answer)


def _answer_in(frame: Frame) -> Document | Exception:
    headers, payload = frame
    if headers.message_type != MessageType.APPLICATION_MESSAGE:
        return _error_in(frame)
    try:
        return dict(json.loads(payload.decode()) if payload else {})
    except (ValueError, TypeError, RecursionError) as error:
        return ResponseError("unreadable answer", str(error))


def _error_in(frame: Frame) -> ResponseError:
    """An error, in the nucleus's words.

    Lite has them in `_message` alone, where the SDK does not look; what the classic nucleus did not
    foresee is bare text without a name.
    """
    headers, payload = frame
    text = payload.decode(errors="replace")
    message: object = text[:_MAX_ERROR_TEXT]
    with contextlib.suppress(ValueError, AttributeError, RecursionError):
        document = json.loads(text)
        message = document.get("message") or document.get("_message")
    shape = headers.shape.removeprefix(NAMESPACE) or "an error without a name"
    return ResponseError(shape, message if message and isinstance(message, str) else None)


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
