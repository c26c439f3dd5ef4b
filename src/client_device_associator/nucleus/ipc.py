"""The real nucleus, over awsiotsdk.

The first generation of the SDK's client is used, not `clientv2`: its callbacks come in order, on
the one thread of the event loop, where the second gives them to a pool that changes their order
behind an unbounded queue. In return no callback may block.
"""

import contextlib
import os
import queue
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, TypeVar

from awscrt.exceptions import AwsCrtError
from awsiot import greengrasscoreipc
from awsiot.eventstreamrpc import AccessDeniedError, ConnectionClosedError, LifecycleHandler
from awsiot.greengrasscoreipc import model

from client_device_associator.core.bus import Bus
from client_device_associator.errors import (
    NotAuthorizedError,
    NotSupportedError,
    NucleusError,
    NucleusLostError,
)
from client_device_associator.messages.encoding import encode
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.redaction import Redaction
from client_device_associator.nucleus.port import (
    OnAcknowledged,
    OnClosed,
    OnMessage,
    OnUnreadable,
    OnValidationRequested,
)
from client_device_associator.nucleus.streams import (
    Stream,
    changes,
    iot_core_messages,
    messages,
    validation_requests,
)

CONNECT_TIMEOUT_SECONDS = 10.0
CONNECT_PATIENCE_SECONDS = 20.0
"""How long to wait for a nucleus. An exit costs one of the three errors an hour that the classic
nucleus allows."""

CONNECT_AGAIN_SECONDS = 1.0

ANSWER_TIMEOUT_SECONDS = 10.0
"""The SDK waits for ever; a nucleus that is busy with a deployment answers late."""

_SOCKET_VARIABLE = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"
_TOKEN_VARIABLE = "SVCUID"  # noqa: S105 - the variable's name, not its value

_Answer = TypeVar("_Answer")


class IpcNucleus:
    """One connection; when it is lost, `on_lost` is called once and nothing works any more.

    It does not connect again: SVCUID dies with the nucleus (classic) or with ggipcd (lite), so that
    only a process which the new nucleus has started can connect.
    """

    def __init__(self, on_lost: Callable[[], None]) -> None:
        """Connects, with what a nucleus puts into the environment.

        Raises:
            NucleusLostError: There is no nucleus at the socket, or it refuses this process.
        """
        missing = [name for name in (_SOCKET_VARIABLE, _TOKEN_VARIABLE) if not os.getenv(name)]
        if missing:
            raise NucleusLostError(
                f"{' and '.join(missing)} not set: this component is started by a Greengrass"
                " nucleus, which sets them"
            )
        self._client = _connect(_Lifecycle(on_lost))
        self._given_up = False
        self._waking: queue.SimpleQueue[None] = queue.SimpleQueue()

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
        self,
        topic_filter: str,
        on_message: OnMessage,
        on_unreadable: OnUnreadable,
        on_closed: OnClosed,
        bus: Bus = Bus.LOCAL,
    ) -> Stream:
        """Subscribes; see the Protocol."""
        if bus is Bus.IOT_CORE:
            stream = Stream(iot_core_messages(on_message), on_closed, on_unreadable)
            request = model.SubscribeToIoTCoreRequest(
                topic_name=topic_filter, qos=model.QOS.AT_LEAST_ONCE
            )
            return self._open(stream, self._client.new_subscribe_to_iot_core, request)
        stream = Stream(messages(on_message), on_closed, on_unreadable)
        request = model.SubscribeToTopicRequest(topic=topic_filter)
        return self._open(stream, self._client.new_subscribe_to_topic, request)

    def watch_configuration(self, on_changed: Callable[[], None], on_closed: OnClosed) -> Stream:
        """Reports every change of this component's configuration; see the Protocol."""
        stream = Stream(changes(on_changed), on_closed)
        request = model.SubscribeToConfigurationUpdateRequest(key_path=[])
        return self._open(stream, self._client.new_subscribe_to_configuration_update, request)

    def watch_validation(self, on_requested: OnValidationRequested, on_closed: OnClosed) -> Stream:
        """Has deployments ask before they change the configuration; see the Protocol."""
        stream = Stream(validation_requests(on_requested), on_closed)
        request = model.SubscribeToValidateConfigurationUpdatesRequest()
        new_operation = self._client.new_subscribe_to_validate_configuration_updates
        return self._open(stream, new_operation, request)

    def answer_validation(self, deployment_id: str, objection: str | None) -> None:
        """Accepts a deployment's configuration, or objects to it; returns at once."""
        status = model.ConfigurationValidityStatus
        report = model.ConfigurationValidityReport(
            status=status.REJECTED if objection else status.ACCEPTED,
            deployment_id=deployment_id,
            message=objection,
        )
        request = model.SendConfigurationValidityReportRequest(configuration_validity_report=report)
        # It cannot be sent only if the connection is lost, which is reported elsewhere.
        with contextlib.suppress(RuntimeError, AwsCrtError):
            self._client.new_send_configuration_validity_report().activate(request)

    def publish(
        self,
        topic: str,
        message: Payload,
        on_acknowledged: OnAcknowledged,
        bus: Bus = Bus.LOCAL,
    ) -> None:
        """Publishes; see the Protocol."""
        is_local = bus is Bus.LOCAL
        request = _local_request(topic, message) if is_local else _iot_core_request(topic, message)
        try:
            operation = (
                self._client.new_publish_to_topic()
                if is_local
                else self._client.new_publish_to_iot_core()
            )
            operation.activate(request)
        except (RuntimeError, AwsCrtError) as error:
            on_acknowledged(_translate(error))
            return
        operation.get_response().add_done_callback(
            lambda response: on_acknowledged(_outcome(response))
        )

    def give_up(self) -> None:
        """Ends every wait for an answer, now and later; a signal handler may call it."""
        self._given_up = True
        self._waking.put(None)

    def close(self) -> None:
        """Closes the connection; messages that were published but not sent yet are lost."""
        self._client.close()

    def _open(self, stream: Stream, new_operation: Callable[[Stream], Any], request: Any) -> Stream:  # noqa: ANN401 - SDK shapes
        def operation() -> Any:  # noqa: ANN401 - SDK class
            stream.operation = new_operation(stream)
            stream.operation.get_response().add_done_callback(stream.on_response)
            return stream.operation

        try:
            self._ask(operation, request)
        except NucleusError:
            stream.close()  # it may exist all the same, if only the answer is late
            raise
        return stream

    def _ask(self, new_operation: Callable[[], Any], request: Any) -> Any:  # noqa: ANN401 - SDK shapes
        waking = self._waking = queue.SimpleQueue()
        # After this, because either we see it here or the thread that gives up sees the queue.
        if self._given_up:
            raise NucleusLostError("this component is ending")
        try:
            operation = new_operation()
            operation.activate(request)
            response = operation.get_response()
            response.add_done_callback(lambda _: waking.put(None))
            with contextlib.suppress(queue.Empty):
                waking.get(timeout=ANSWER_TIMEOUT_SECONDS)
            return response.result(0)
        except (RuntimeError, AwsCrtError, FutureTimeoutError) as error:
            raise _translate(error) from error


def _connect(lifecycle: LifecycleHandler) -> Any:  # noqa: ANN401 - SDK class
    """Connects; a nucleus that is starting may be a little later than its components."""
    give_up_at = time.monotonic() + CONNECT_PATIENCE_SECONDS
    while True:
        try:
            return greengrasscoreipc.connect(
                lifecycle_handler=lifecycle, timeout=CONNECT_TIMEOUT_SECONDS
            )
        except (RuntimeError, AwsCrtError, FutureTimeoutError) as error:
            if _is_refusal(error) or time.monotonic() + CONNECT_AGAIN_SECONDS >= give_up_at:
                raise NucleusLostError(
                    f"no connection to the nucleus at {os.environ[_SOCKET_VARIABLE]}:"
                    f" {_text(error)}; this process ends, and the nucleus starts another"
                ) from error
        time.sleep(CONNECT_AGAIN_SECONDS)


def _is_refusal(error: Exception) -> bool:
    """Whether the nucleus was there and refused us; lite just closes the connection."""
    closed = isinstance(error, AwsCrtError) and error.name == "AWS_IO_SOCKET_CLOSED"
    return closed or isinstance(error, AccessDeniedError)


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


def _local_request(topic: str, message: Payload) -> Any:  # noqa: ANN401 - SDK class
    if isinstance(message, bytes):
        content = model.PublishMessage(binary_message=model.BinaryMessage(message=message))
    else:
        content = model.PublishMessage(json_message=model.JsonMessage(message=message))
    return model.PublishToTopicRequest(topic=topic, publish_message=content)


def _iot_core_request(topic: str, message: Payload) -> Any:  # noqa: ANN401 - SDK class
    payload = message if isinstance(message, bytes) else encode(message)
    return model.PublishToIoTCoreRequest(
        topic_name=topic, qos=model.QOS.AT_LEAST_ONCE, payload=payload
    )


def _outcome(response: "Future[_Answer]") -> NucleusError | None:
    error = response.exception()
    return None if error is None else _translate(error)


def _translate(error: BaseException) -> NucleusError:
    if isinstance(error, model.UnauthorizedError):
        return NotAuthorizedError(_text(error))
    if isinstance(error, model.ServiceError):
        return NotSupportedError(_text(error))
    if isinstance(error, model.ResourceNotFoundError):
        return _ConfigurationMissingError(_text(error))
    if isinstance(error, ConnectionClosedError):
        return NucleusLostError(_text(error))
    return NucleusError(_text(error))


def _text(error: BaseException) -> str:
    """Something to read in every case: on lite the message of an IPC error is None."""
    if isinstance(error, FutureTimeoutError):
        return "no answer in time, the nucleus may be busy with a deployment"
    # It may quote what it was asked, and this process has shown it who it is.
    redacted = Redaction([os.environ.get(_TOKEN_VARIABLE, "")])
    message = redacted(getattr(error, "message", None) or str(error))
    kind = type(error).__name__
    return f"{kind}: {message}" if message and message != "None" else kind
