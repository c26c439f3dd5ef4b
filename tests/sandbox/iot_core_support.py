"""Components that talk to AWS IoT Core through the unmodified SDK."""

import queue
from typing import Any

from awsiot.greengrasscoreipc import model
from awsiot.greengrasscoreipc.client import SubscribeToIoTCoreStreamHandler

from sandbox.nucleus_support import TIMEOUT_SECONDS, Component

SERVICE = "aws.greengrass.ipc.mqttproxy"


def access(*resources: str, operations: tuple[str, ...] = ("*",)) -> dict[str, Any]:
    """A configuration that allows AWS IoT Core on these resources."""
    policy = {"operations": list(operations), "resources": list(resources)}
    return {"accessControl": {SERVICE: {"policy": policy}}}


class Heard(SubscribeToIoTCoreStreamHandler):  # type: ignore[misc] # the SDK has no types
    """The messages of one subscription."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: queue.Queue[Any] = queue.Queue()

    def on_stream_event(self, event: Any) -> None:  # noqa: ANN401 - the SDK has no types
        """Keep it."""
        self.messages.put(event.message)

    def next(self) -> Any:  # noqa: ANN401 - the SDK has no types
        """The next message."""
        return self.messages.get(timeout=TIMEOUT_SECONDS)


def subscribe(component: Component, topic: str, qos: str | None = "1") -> tuple[Heard, Any]:
    """SubscribeToIoTCore."""
    heard = Heard()
    operation = component.client.new_subscribe_to_iot_core(heard)
    component.call(operation, model.SubscribeToIoTCoreRequest(topic_name=topic, qos=qos))
    return heard, operation


def publish(
    component: Component, topic: str, payload: bytes | None = b"x", qos: str | None = "1"
) -> None:
    """PublishToIoTCore."""
    request = model.PublishToIoTCoreRequest(topic_name=topic, qos=qos, payload=payload)
    component.call(component.client.new_publish_to_iot_core(), request)
