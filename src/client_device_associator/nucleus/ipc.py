"""The real nucleus, over Greengrass IPC.

Callbacks come in order, on the one thread that reads; no callback may block.
"""

import contextlib
import os
import queue
import time
from base64 import b64encode
from collections.abc import Callable, Mapping

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
from client_device_associator.nucleus.connection import Connection
from client_device_associator.nucleus.port import (
    OnAcknowledged,
    OnClosed,
    OnMessage,
    OnUnreadable,
    OnValidationRequested,
)
from client_device_associator.nucleus.rpc import connect
from client_device_associator.nucleus.rpc_errors import (
    AccessDeniedError,
    ConnectionClosedError,
    LateAnswerError,
    ResponseError,
    RpcError,
)
from client_device_associator.nucleus.streams import (
    Document,
    OnEvent,
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
"""A nucleus that is busy with a deployment answers late."""

_SOCKET_VARIABLE = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"
_TOKEN_VARIABLE = "SVCUID"  # noqa: S105 - the variable's name, not its value

_AT_LEAST_ONCE = "1"
"""The IPC model's name for QoS 1."""


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
        self._connection = _connect(on_lost)
        self._given_up = False
        self._waking: queue.SimpleQueue[Document | Exception | None] = queue.SimpleQueue()

    def configuration(self) -> Mapping[str, object]:
        """The whole configuration of this component; raises NucleusError."""
        try:
            answer = self._ask("GetConfiguration", {"keyPath": []})
        except _ConfigurationMissingError:
            return {}
        value: Mapping[str, object] = answer.get("value") or {}
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
            on_event = iot_core_messages(on_message)
            request = {"topicName": topic_filter, "qos": _AT_LEAST_ONCE}
            return self._open("SubscribeToIoTCore", request, on_event, on_closed, on_unreadable)
        on_event = messages(on_message)
        request = {"topic": topic_filter}
        return self._open("SubscribeToTopic", request, on_event, on_closed, on_unreadable)

    def watch_configuration(self, on_changed: Callable[[], None], on_closed: OnClosed) -> Stream:
        """Reports every change of this component's configuration; see the Protocol."""
        request = {"keyPath": list[str]()}
        on_event = changes(on_changed)
        return self._open("SubscribeToConfigurationUpdate", request, on_event, on_closed)

    def watch_validation(self, on_requested: OnValidationRequested, on_closed: OnClosed) -> Stream:
        """Has deployments ask before they change the configuration; see the Protocol."""
        on_event = validation_requests(on_requested)
        return self._open("SubscribeToValidateConfigurationUpdates", {}, on_event, on_closed)

    def answer_validation(self, deployment_id: str, objection: str | None) -> None:
        """Accepts a deployment's configuration, or objects to it; returns at once."""
        report = {
            "status": "REJECTED" if objection else "ACCEPTED",
            "deploymentId": deployment_id,
            **({"message": objection} if objection is not None else {}),
        }
        request = {"configurationValidityReport": report}
        # It cannot be sent only if the connection is lost, which is reported elsewhere.
        with contextlib.suppress(RpcError):
            stream = Stream(lambda _: None)
            self._connection.open(stream, "SendConfigurationValidityReport", request)

    def publish(
        self,
        topic: str,
        message: Payload,
        on_acknowledged: OnAcknowledged,
        bus: Bus = Bus.LOCAL,
    ) -> None:
        """Publishes; see the Protocol."""

        def on_answer(answer: Document | Exception) -> None:
            on_acknowledged(_translate(answer) if isinstance(answer, Exception) else None)

        try:
            if bus is Bus.LOCAL:
                local = {"topic": topic, "publishMessage": _local_message(message)}
                self._connection.open(Stream(on_answer), "PublishToTopic", local)
            else:
                request = _iot_core_request(topic, message)
                self._connection.open(Stream(on_answer), "PublishToIoTCore", request)
        except RpcError as error:
            on_acknowledged(_translate(error))

    def give_up(self) -> None:
        """Ends every wait for an answer, now and later; a signal handler may call it."""
        self._given_up = True
        self._waking.put(None)

    def close(self) -> None:
        """Closes the connection; messages that were published but not sent yet are lost."""
        self._connection.close()

    def _open(
        self,
        operation: str,
        request: Mapping[str, object],
        on_event: OnEvent,
        on_closed: OnClosed,
        on_unreadable: OnUnreadable = lambda: None,
    ) -> Stream:
        waking = self._begin_to_wait()
        stream = Stream(waking.put, on_event, on_closed, on_unreadable)
        try:
            self._wait_for_answer(stream, operation, request, waking)
        except NucleusError:
            stream.close()  # it may exist all the same, if only the answer is late
            raise
        return stream

    def _ask(self, operation: str, request: Mapping[str, object]) -> Document:
        waking = self._begin_to_wait()
        return self._wait_for_answer(Stream(waking.put), operation, request, waking)

    def _begin_to_wait(self) -> "queue.SimpleQueue[Document | Exception | None]":
        waking = self._waking = queue.SimpleQueue()
        # After this, because either we see it here or the thread that gives up sees the queue.
        if self._given_up:
            raise NucleusLostError("this component is ending")
        return waking

    def _wait_for_answer(
        self,
        stream: Stream,
        operation: str,
        request: Mapping[str, object],
        waking: "queue.SimpleQueue[Document | Exception | None]",
    ) -> Document:
        answer: Document | Exception | None = None
        try:
            self._connection.open(stream, operation, request)
            with contextlib.suppress(queue.Empty):
                answer = waking.get(timeout=ANSWER_TIMEOUT_SECONDS)
        except RpcError as error:
            raise _translate(error) from error
        if answer is None:
            stream.close()
            raise _translate(LateAnswerError())
        if isinstance(answer, Exception):
            raise _translate(answer) from answer
        return answer


def _connect(on_lost: Callable[[], None]) -> Connection:
    """Connects; a nucleus that is starting may be a little later than its components."""
    give_up_at = time.monotonic() + CONNECT_PATIENCE_SECONDS
    socket_path = os.environ[_SOCKET_VARIABLE]
    while True:
        try:
            return connect(
                socket_path, os.environ[_TOKEN_VARIABLE], on_lost, CONNECT_TIMEOUT_SECONDS
            )
        except (OSError, RpcError) as error:
            if _is_refusal(error) or time.monotonic() + CONNECT_AGAIN_SECONDS >= give_up_at:
                raise NucleusLostError(
                    f"no connection to the nucleus at {socket_path}:"
                    f" {_text(error)}; this process ends, and the nucleus starts another"
                ) from error
        time.sleep(CONNECT_AGAIN_SECONDS)


def _is_refusal(error: Exception) -> bool:
    """Whether the nucleus was there and refused us; lite just closes the connection."""
    return isinstance(error, AccessDeniedError | ConnectionClosedError)


class _ConfigurationMissingError(NucleusError):
    """There is nothing at the key path."""


def _local_message(message: Payload) -> Mapping[str, object]:
    if isinstance(message, bytes):
        return {"binaryMessage": {"message": b64encode(message).decode()}}
    return {"jsonMessage": {"message": message}}


def _iot_core_request(topic: str, message: Payload) -> Mapping[str, object]:
    payload = message if isinstance(message, bytes) else encode(message)
    return {"topicName": topic, "qos": _AT_LEAST_ONCE, "payload": b64encode(payload).decode()}


_KINDS: Mapping[str, type[NucleusError]] = {
    "UnauthorizedError": NotAuthorizedError,
    "ServiceError": NotSupportedError,
    "ResourceNotFoundError": _ConfigurationMissingError,
}
"""What errors of the IPC model mean; any other is just an error."""


def _translate(error: BaseException) -> NucleusError:
    if isinstance(error, ResponseError):
        return _KINDS.get(error.shape, NucleusError)(_text(error))
    if isinstance(error, ConnectionClosedError):
        return NucleusLostError(_text(error))
    return NucleusError(_text(error))


def _text(error: BaseException) -> str:
    """Something to read in every case: an IPC error may have no words."""
    if isinstance(error, LateAnswerError):
        return str(error)
    # It may quote what it was asked, and this process has shown it who it is.
    redacted = Redaction([os.environ.get(_TOKEN_VARIABLE, "")])
    message = redacted(getattr(error, "message", None) or str(error))
    kind = error.shape if isinstance(error, ResponseError) else type(error).__name__
    return f"{kind}: {message}" if message and message != "None" else kind
