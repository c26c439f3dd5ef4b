"""A running nucleus, and components that talk to it through the unmodified SDK or raw frames."""

import json
import queue
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from awsiot.eventstreamrpc import LifecycleHandler
from awsiot.greengrasscoreipc import connect, model
from awsiot.greengrasscoreipc.client import (
    GreengrassCoreIPCClient,
    SubscribeToTopicStreamHandler,
)

from greengrass_sandbox.nucleus.headers import string_header
from greengrass_sandbox.nucleus.server import Nucleus
from greengrass_sandbox.nucleus.wire import (
    Flag,
    Frame,
    MessageType,
    decode,
    encode,
    encode_headers,
)
from greengrass_sandbox.plumbing.loop import LoopThread
from greengrass_sandbox.profile import Profile

TIMEOUT_SECONDS = 60
THING_NAME = "core-1"


def access(*resources: str, operations: tuple[str, ...] = ("*",)) -> dict[str, Any]:
    """A configuration whose accessControl grants pub/sub on these resources."""
    policy = {"operations": list(operations), "resources": list(resources)}
    return {"accessControl": {"aws.greengrass.ipc.pubsub": {"policy": policy}}}


class Inbox(SubscribeToTopicStreamHandler):  # type: ignore[misc] # the SDK has no types
    """What came on one stream of events."""

    def __init__(self) -> None:
        super().__init__()
        self.events: queue.Queue[Any] = queue.Queue()
        self.errors: queue.Queue[Exception] = queue.Queue()
        self.closed = threading.Event()

    def on_stream_event(self, event: object) -> None:
        """Keep it."""
        self.events.put(event)

    def on_stream_error(self, error: Exception) -> bool:
        """Keep it, and carry on."""
        self.errors.put(error)
        return False

    def on_stream_closed(self) -> None:
        """Note it."""
        self.closed.set()

    def next(self) -> Any:  # noqa: ANN401 - the SDK has no types
        """The next event."""
        return self.events.get(timeout=TIMEOUT_SECONDS)

    def next_json(self) -> Any:  # noqa: ANN401 - a JSON value
        """What the next event's JSON message holds."""
        return self.next().json_message.message


class Component(LifecycleHandler):  # type: ignore[misc] # the SDK has no types
    """A component that is connected through the SDK."""

    def __init__(self, socket_path: Path, svcuid: str) -> None:
        self.lost = threading.Event()
        self._operations: dict[int, Any] = {}
        self.client: GreengrassCoreIPCClient = connect(
            ipc_socket=str(socket_path),
            authtoken=svcuid,
            lifecycle_handler=self,
            timeout=TIMEOUT_SECONDS,
        )

    def on_disconnect(self, _reason: Exception | None) -> None:
        """Note it."""
        self.lost.set()

    def call(self, operation: Any, request: Any) -> Any:  # noqa: ANN401 - the SDK has no types
        """Perform an operation of the client and wait for its response."""
        operation.activate(request)
        return operation.get_response().result(TIMEOUT_SECONDS)

    def subscribe(self, topic: str, receive_mode: str | None = None) -> Inbox:
        """Subscribe to a topic."""
        request = model.SubscribeToTopicRequest(topic=topic, receive_mode=receive_mode)
        return self._open(self.client.new_subscribe_to_topic, request)

    def subscribe_to_configuration(self, *key_path: str) -> Inbox:
        """Subscribe to changes of the component's own configuration."""
        request = model.SubscribeToConfigurationUpdateRequest(key_path=list(key_path))
        return self._open(self.client.new_subscribe_to_configuration_update, request)

    def subscribe_to_validation(self) -> Inbox:
        """Ask to be asked about configurations."""
        request = model.SubscribeToValidateConfigurationUpdatesRequest()
        return self._open(self.client.new_subscribe_to_validate_configuration_updates, request)

    def subscribe_to_updates(self) -> Inbox:
        """Ask to be asked about component updates."""
        request = model.SubscribeToComponentUpdatesRequest()
        return self._open(self.client.new_subscribe_to_component_updates, request)

    def unsubscribe(self, inbox: Inbox) -> None:
        """Close a subscription from the component's side."""
        self._operations.pop(id(inbox)).close().result(TIMEOUT_SECONDS)

    def publish_json(self, topic: str, message: object) -> None:
        """Publish a JsonMessage."""
        self._publish(topic, model.PublishMessage(json_message=model.JsonMessage(message=message)))

    def publish_bytes(self, topic: str, message: bytes) -> None:
        """Publish a BinaryMessage."""
        self._publish(
            topic, model.PublishMessage(binary_message=model.BinaryMessage(message=message))
        )

    def configuration(self, *key_path: str, component: str | None = None) -> Any:  # noqa: ANN401 - JSON
        """GetConfiguration."""
        request = model.GetConfigurationRequest(component_name=component, key_path=list(key_path))
        return self.call(self.client.new_get_configuration(), request).value

    def close(self) -> None:
        """Disconnect."""
        self.client.close().exception(TIMEOUT_SECONDS)

    def _open(self, new_operation: Callable[[Inbox], Any], request: object) -> Inbox:
        inbox = Inbox()
        operation = new_operation(inbox)
        self._operations[id(inbox)] = operation
        self.call(operation, request)
        return inbox

    def _publish(self, topic: str, message: object) -> None:
        request = model.PublishToTopicRequest(topic=topic, publish_message=message)
        self.call(self.client.new_publish_to_topic(), request)


class RawComponent:
    """A component that writes and reads frames itself, and reads only when it is told to."""

    def __init__(self, socket_path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(TIMEOUT_SECONDS)
        self.socket.connect(str(socket_path))

    def connect(self, svcuid: str, version: str = "0.1.0") -> None:
        """Send a connect."""
        headers = encode_headers(MessageType.CONNECT, stream_id=0)
        headers += string_header(":version", version)
        self.socket.sendall(encode(headers, json.dumps({"authToken": svcuid}).encode()))

    def request(self, stream_id: int, operation: str, payload: bytes) -> None:
        """Send a request."""
        headers = encode_headers(MessageType.APPLICATION_MESSAGE, stream_id=stream_id)
        headers += string_header("operation", f"aws.greengrass#{operation}")
        self.socket.sendall(encode(headers, payload))

    def send(self, message_type: MessageType, payload: bytes = b"") -> None:
        """Send a message of the connection's own stream."""
        self.socket.sendall(encode(encode_headers(message_type, stream_id=0), payload))

    def terminate(self, stream_id: int) -> None:
        """Close a stream."""
        headers = encode_headers(
            MessageType.APPLICATION_MESSAGE, stream_id=stream_id, flags=Flag.TERMINATE_STREAM
        )
        self.socket.sendall(encode(headers))

    def read(self) -> Frame:
        """The next frame; EOFError when the nucleus has closed the connection."""
        start = self._exactly(4)
        return decode(start + self._exactly(struct.unpack(">I", start)[0] - 4))

    def read_json(self) -> Any:  # noqa: ANN401 - a JSON value
        """The payload of the next frame."""
        return json.loads(self.read().payload)

    def is_closed(self) -> bool:
        """Wait for the end of the connection; False when something else comes."""
        try:
            return not self.socket.recv(1)
        except ConnectionError:
            return True

    def _exactly(self, count: int) -> bytes:
        read = b""
        while len(read) < count:
            chunk = self.socket.recv(count - len(read))
            if not chunk:
                raise EOFError
            read += chunk
        return read


class Core:
    """A nucleus that runs, and its components."""

    def __init__(
        self, profile: Profile, loop: LoopThread, nucleus: Nucleus, cleanup: ExitStack
    ) -> None:
        self.profile = profile
        self.nucleus = nucleus
        self.call = loop.call
        self._cleanup = cleanup

    def register(self, name: str, configuration: Mapping[str, Any] | None = None) -> str:
        """Let a component in; by default it may publish and subscribe to everything."""
        return self.call(
            self.nucleus.register, name, access("*") if configuration is None else configuration
        )

    def component(self, name: str, configuration: Mapping[str, Any] | None = None) -> Component:
        """A component that is connected through the SDK."""
        return self.connect(self.register(name, configuration))

    def connect(self, svcuid: str) -> Component:
        """Connect with this SVCUID through the SDK."""
        component = Component(self.nucleus.socket_path, svcuid)
        self._cleanup.callback(component.close)
        return component

    def raw(self) -> RawComponent:
        """A socket to the nucleus, on which nothing has been sent."""
        raw = RawComponent(self.nucleus.socket_path)
        self._cleanup.callback(raw.socket.close)
        return raw

    def raw_component(self, name: str) -> RawComponent:
        """A component with a raw connection that has been accepted."""
        raw = self.raw()
        raw.connect(self.register(name))
        assert raw.read().flags == Flag.CONNECTION_ACCEPTED
        return raw


@contextmanager
def running(profile: Profile, directory: Path, **arguments: Any) -> Iterator[Core]:  # noqa: ANN401 - passed on
    """A nucleus that runs in this directory."""
    with LoopThread(call_timeout_seconds=TIMEOUT_SECONDS) as loop, ExitStack() as cleanup:
        nucleus = Nucleus(
            directory / "ipc",
            behave=profile.behave,
            figures=profile.figures,
            thing_name=THING_NAME,
            **arguments,
        )
        loop.call(nucleus.start)
        cleanup.callback(loop.call, nucleus.stop)
        yield Core(profile, loop, nucleus, cleanup)
