"""The real nucleus, over awsiotsdk.

The first generation of the SDK's client is used, not `clientv2`: its callbacks come in order, on
the one thread of the event loop, where the second hands them to a pool that mixes them up behind
an unbounded queue. In return nothing here may block in a callback.
"""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, TypeVar

from awscrt.exceptions import AwsCrtError
from awsiot import greengrasscoreipc
from awsiot.eventstreamrpc import ConnectionClosedError, LifecycleHandler
from awsiot.greengrasscoreipc import client as ipc_client
from awsiot.greengrasscoreipc import model

from client_device_associator.core.announcement import Payload
from client_device_associator.errors import NotAuthorized, NucleusError, NucleusLost
from client_device_associator.nucleus.port import OnMessage, OnTaken

CONNECT_TIMEOUT_SECONDS = 10.0
ANSWER_TIMEOUT_SECONDS = 10.0
"""The SDK waits for ever; a nucleus that is busy with a deployment answers late."""

_SOCKET_VARIABLE = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"
_TOKEN_VARIABLE = "SVCUID"  # noqa: S105 - the variable's name, not its value

_Answer = TypeVar("_Answer")


class IpcNucleus:
    """One connection; when it is lost, `on_lost` is called once and the object is of no more use.

    It is not connected anew: SVCUID dies with the nucleus (classic) or with ggipcd (lite), so that
    only a process which the new nucleus has started can get in.
    """

    def __init__(self, on_lost: Callable[[], None]) -> None:
        """Connects, with what a nucleus puts into the environment.

        Raises:
            NucleusLost: There is no nucleus at the socket, or it does not let this process in.
        """
        missing = [name for name in (_SOCKET_VARIABLE, _TOKEN_VARIABLE) if not os.getenv(name)]
        if missing:
            raise NucleusLost(
                f"{' and '.join(missing)} not set: this component is started by a Greengrass"
                " nucleus, which sets them"
            )
        try:
            self._client = greengrasscoreipc.connect(
                lifecycle_handler=_Lifecycle(on_lost), timeout=CONNECT_TIMEOUT_SECONDS
            )
        except (RuntimeError, AwsCrtError, FutureTimeoutError) as error:
            raise NucleusLost(
                f"no connection to the nucleus at {os.environ[_SOCKET_VARIABLE]}: {_text(error)}"
            ) from error

    def configuration(self) -> Mapping[str, object]:
        """The whole configuration of this component; raises NucleusError."""
        request = model.GetConfigurationRequest(key_path=[])
        try:
            response = self._ask(self._client.new_get_configuration, request)
        except _ConfigurationMissingError:
            return {}
        value: Mapping[str, object] = response.value or {}
        return value

    def subscribe(
        self, topic_filter: str, on_message: OnMessage, on_closed: Callable[[], None]
    ) -> "IpcSubscription":
        """Subscribes to local pub/sub; see the Protocol."""
        subscription = IpcSubscription(on_message, on_closed)

        def new_operation() -> Any:  # noqa: ANN401 - SDK class
            subscription.operation = self._client.new_subscribe_to_topic(subscription.handler)
            return subscription.operation

        self._ask(new_operation, model.SubscribeToTopicRequest(topic=topic_filter))
        subscription.handler.established = True
        return subscription

    def publish(self, topic: str, message: Payload, on_taken: OnTaken) -> None:
        """Publishes to local pub/sub; see the Protocol."""
        if isinstance(message, bytes):
            content = model.PublishMessage(binary_message=model.BinaryMessage(message=message))
        else:
            content = model.PublishMessage(json_message=model.JsonMessage(message=message))
        request = model.PublishToTopicRequest(topic=topic, publish_message=content)
        try:
            operation = self._client.new_publish_to_topic()
            operation.activate(request)
        except (RuntimeError, AwsCrtError) as error:
            on_taken(_translate(error))
            return
        operation.get_response().add_done_callback(lambda response: on_taken(_outcome(response)))

    def report_running(self) -> None:
        """Tells the nucleus that the component does its work; raises NucleusError."""
        request = model.UpdateStateRequest(state=model.ReportedLifecycleState.RUNNING)
        self._ask(self._client.new_update_state, request)

    def close(self) -> None:
        """Closes the connection; messages that were published but not sent yet are lost."""
        self._client.close()

    def _ask(self, new_operation: Callable[[], Any], request: Any) -> Any:  # noqa: ANN401 - SDK shapes
        try:
            operation = new_operation()
            operation.activate(request)
            return operation.get_response().result(ANSWER_TIMEOUT_SECONDS)
        except (RuntimeError, AwsCrtError, FutureTimeoutError) as error:
            raise _translate(error) from error


class IpcSubscription:
    """A subscription on the real nucleus."""

    def __init__(self, on_message: OnMessage, on_closed: Callable[[], None]) -> None:
        self.handler = _Subscriber(on_message, on_closed)
        self.operation: Any = None

    def close(self) -> None:
        """Ends it; messages already on their way may still arrive."""
        self.handler.established = False
        self.operation.close()


class _Subscriber(ipc_client.SubscribeToTopicStreamHandler):  # type: ignore[misc] # untyped SDK
    def __init__(self, on_message: OnMessage, on_closed: Callable[[], None]) -> None:
        super().__init__()
        self._on_message = on_message
        self._on_closed = on_closed
        self.established = False

    def on_stream_event(self, event: model.SubscriptionResponseMessage) -> None:
        if event.binary_message is not None:
            context, payload = event.binary_message.context, event.binary_message.message or b""
        elif event.json_message is not None:
            context, payload = event.json_message.context, event.json_message.message or {}
        else:
            return
        if context is not None and context.topic:
            self._on_message(context.topic, payload)

    def on_stream_error(self, error: Exception) -> bool:  # noqa: ARG002 - the SDK's signature
        # A message that the SDK cannot decode is no reason to stop listening; True would be.
        return False

    def on_stream_closed(self) -> None:
        # It also comes after a failed subscribe and after our own close; neither is news.
        if self.established:
            self.established = False
            self._on_closed()


class _Lifecycle(LifecycleHandler):  # type: ignore[misc] # the SDK has no types
    def __init__(self, on_lost: Callable[[], None]) -> None:
        super().__init__()
        self._on_lost = on_lost

    def on_disconnect(self, reason: Exception | None) -> None:  # noqa: ARG002 - the SDK's signature
        self._on_lost()

    def on_error(self, error: Exception) -> bool:  # noqa: ARG002 - the SDK's signature
        return True


class _ConfigurationMissingError(NucleusError):
    """There is nothing at the key path."""


def _outcome(response: "Future[_Answer]") -> NucleusError | None:
    error = response.exception()
    return None if error is None else _translate(error)


def _translate(error: BaseException) -> NucleusError:
    if isinstance(error, model.UnauthorizedError):
        return NotAuthorized(_text(error))
    if isinstance(error, model.ResourceNotFoundError):
        return _ConfigurationMissingError(_text(error))
    if isinstance(error, ConnectionClosedError):
        return NucleusLost(_text(error))
    return NucleusError(_text(error))


def _text(error: BaseException) -> str:
    """Something to read in every case: on lite the message of an IPC error is None."""
    message = getattr(error, "message", None) or str(error)
    kind = type(error).__name__
    return f"{kind}: {message}" if message and message != "None" else kind
