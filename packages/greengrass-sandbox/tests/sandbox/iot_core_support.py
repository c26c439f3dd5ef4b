"""Components that talk to AWS IoT Core through the unmodified SDK."""

import queue
from typing import Any

from awsiot.greengrasscoreipc import model
from awsiot.greengrasscoreipc.client import SubscribeToIoTCoreStreamHandler

from greengrass_sandbox.bus.watch import Watch
from greengrass_sandbox.nucleus.iot_core import Link
from sandbox.nucleus_support import TIMEOUT_SECONDS, Component, Core

SERVICE = "aws.greengrass.ipc.mqttproxy"


def access(*resources: str, operations: tuple[str, ...] = ("*",)) -> dict[str, Any]:
    """A configuration that allows AWS IoT Core on these resources."""
    policy = {"operations": list(operations), "resources": list(resources)}
    return {"accessControl": {SERVICE: {"policy": policy}}}


EVERYTHING = access("*")


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


def link(core: Core, state: Link) -> None:
    """Let the connection be like this."""
    core.call(core.nucleus.iot_core.set_link, state)


def watch_all(core: Core) -> Watch:
    """What reaches AWS IoT Core from now on."""
    return core.call(core.nucleus.broker.watch, "#")


def payloads(core: Core, watch: Watch, count: int) -> list[bytes]:
    """The payloads of the first messages that came."""
    seen = core.call(watch.wait_for, lambda messages: len(messages) >= count, TIMEOUT_SECONDS)
    return [one.payload for one in seen]
