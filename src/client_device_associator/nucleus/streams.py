"""What the IPC library calls when something comes on a stream; nothing here may block."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from awsiot.eventstreamrpc import StreamResponseHandler

from client_device_associator.nucleus.port import (
    OnClosed,
    OnMessage,
    OnUnreadable,
    OnValidationRequested,
)


class Stream(StreamResponseHandler):  # type: ignore[misc] # the SDK has no types
    """Passes every event on, and reports once if the nucleus ends the stream.

    Args:
        on_event: Takes the events.
        on_unreadable: Called for an event that the SDK cannot decode.
        on_closed: Called if the stream ends and was not closed from here.
    """

    def __init__(
        self,
        on_event: Callable[[Any], None],
        on_closed: OnClosed,
        on_unreadable: OnUnreadable = lambda: None,
    ) -> None:
        super().__init__()
        self._on_event = on_event
        self._on_unreadable = on_unreadable
        self._on_closed = on_closed
        self.operation: Any = None
        self.established = False

    def on_response(self, response: "Future[object]") -> None:
        """The nucleus's answer; called by the thread that reads, before it reads on."""
        if response.exception() is None:
            self.established = True

    def on_stream_event(self, event: object) -> None:
        """An event."""
        self._on_event(event)

    def on_stream_error(self, error: Exception) -> bool:  # noqa: ARG002 - the SDK's signature
        """A message that the SDK cannot decode. True would have the SDK close the stream."""
        self._on_unreadable()
        return False

    def on_stream_closed(self) -> None:
        """The end; it also comes after a failed request and after our own close."""
        if self.established:
            self.established = False
            self._on_closed()

    def close(self) -> None:
        """Ends the stream; messages already on their way may still arrive."""
        self.established = False
        if self.operation is not None:
            self.operation.close()


def messages(on_message: OnMessage) -> Callable[[Any], None]:
    """Forwards the messages of a topic subscription, of either kind."""

    def on_event(event: Any) -> None:  # noqa: ANN401 - SDK shape
        if event.binary_message is not None:
            context, payload = event.binary_message.context, event.binary_message.message or b""
        elif event.json_message is not None:
            context, payload = event.json_message.context, event.json_message.message or {}
        else:
            return
        if context is not None and context.topic:
            on_message(context.topic, payload)

    return on_event


def iot_core_messages(on_message: OnMessage) -> Callable[[Any], None]:
    """Forwards the messages of a subscription to AWS IoT Core; a payload may be empty."""

    def on_event(event: Any) -> None:  # noqa: ANN401 - SDK shape
        message = event.message
        if message is not None and message.topic_name:
            on_message(message.topic_name, message.payload or b"")

    return on_event


def changes(on_changed: Callable[[], None]) -> Callable[[Any], None]:
    """Reports configuration changes."""

    def on_event(event: Any) -> None:  # noqa: ANN401 - SDK shape
        if event.configuration_update_event is not None:
            on_changed()

    return on_event


def validation_requests(on_requested: OnValidationRequested) -> Callable[[Any], None]:
    """Passes on a deployment's requests to validate a configuration."""

    def on_event(event: Any) -> None:  # noqa: ANN401 - SDK shape
        request = event.validate_configuration_update_event
        if request is not None:
            on_requested(request.deployment_id or "", request.configuration or {})

    return on_event
