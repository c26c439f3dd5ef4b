"""What the IPC library calls when something comes on a stream; nothing here may block."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from awsiot.eventstreamrpc import StreamResponseHandler
from awsiot.greengrasscoreipc import model

from client_device_associator.nucleus.port import OnAsked, OnClosed, OnEstablished, OnMessage


class Stream(StreamResponseHandler):  # type: ignore[misc] # the SDK has no types
    """Hands every event on, and tells once if the nucleus ends the stream.

    Args:
        on_event: Takes the events.
        on_closed: Called if the stream ends and was not closed from here.
        on_established: Called when the nucleus has answered the request.
    """

    def __init__(
        self,
        on_event: Callable[[Any], None],
        on_closed: OnClosed,
        on_established: OnEstablished = lambda: None,
    ) -> None:
        super().__init__()
        self._on_established = on_established
        self._on_event = on_event
        self._on_closed = on_closed
        self.operation: Any = None
        self.established = False

    def on_response(self, response: "Future[object]") -> None:
        """The nucleus's answer; called by the thread that reads, before it reads on."""
        if response.exception() is None:
            self.established = True
            self._on_established()

    def on_stream_event(self, event: object) -> None:
        """An event."""
        self._on_event(event)

    def on_stream_error(self, error: Exception) -> bool:  # noqa: ARG002 - the SDK's signature
        """A message that the SDK cannot decode: no reason to stop listening. True would be one."""
        return False

    def on_stream_closed(self) -> None:
        """The end; it also comes after a failed request and our own close, which are no news."""
        if self.established:
            self.established = False
            self._on_closed()

    def close(self) -> None:
        """Ends the stream; messages already on their way may still arrive."""
        self.established = False
        if self.operation is not None:
            self.operation.close()


def messages(on_message: OnMessage) -> Callable[[Any], None]:
    """Hands on the messages of a topic subscription, of either kind."""

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


def changes(on_changed: Callable[[], None]) -> Callable[[Any], None]:
    """Tells of configuration changes."""

    def on_event(event: Any) -> None:  # noqa: ANN401 - SDK shape
        if event.configuration_update_event is not None:
            on_changed()

    return on_event


def questions(on_asked: OnAsked) -> Callable[[Any], None]:
    """Hands on a deployment's questions about a configuration."""

    def on_event(event: Any) -> None:  # noqa: ANN401 - SDK shape
        asked = event.validate_configuration_update_event
        if asked is not None:
            on_asked(asked.deployment_id or "", asked.configuration or {})

    return on_event


def agreement(client: Any) -> Callable[[Any], None]:  # noqa: ANN401 - SDK class
    """Answers each announcement of a component update: go ahead."""

    def on_event(event: Any) -> None:  # noqa: ANN401 - SDK shape
        if event.pre_update_event is not None:
            request = model.DeferComponentUpdateRequest(
                deployment_id=event.pre_update_event.deployment_id, recheck_after_ms=0
            )
            client.new_defer_component_update().activate(request)

    return on_event
