"""AWS IoT Core as far as components reach it: what goes out comes back to all subscribers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from greengrass_sandbox.nucleus.message import Message
from greengrass_sandbox.nucleus.mqtt_filter import MqttFilter
from greengrass_sandbox.nucleus.stream import Stream
from greengrass_sandbox.nucleus.watch import Watch

MQTT_PROXY_SERVICE = "aws.greengrass.ipc.mqttproxy"


@dataclass(frozen=True)
class MqttMessage:
    """A message of AWS IoT Core.

    Attributes:
        topic: Where it was published.
        payload: Its bytes.
        publisher: The component, or the client in the cloud, that published it.
        properties: What MQTT 5 lets it carry besides, in the IPC model's names and forms.
    """

    topic: str
    payload: bytes
    publisher: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class _Subscription:
    stream: Stream
    topic_filter: MqttFilter


class IotCore:
    """The broker, with the device's subscriptions. A message is delivered once for each.

    Args:
        event: Makes the MQTTMessage document of a message, as this nucleus hands it on.
    """

    def __init__(self, event: Callable[[MqttMessage], dict[str, Any]]) -> None:
        self._event = event
        self._subscriptions: list[_Subscription] = []
        self._watches: list[Watch] = []

    def subscribe(self, stream: Stream, topic_filter: str, release: Callable[[], None]) -> None:
        """Deliver to a component's stream until it ends; then its place is given back."""
        subscription = _Subscription(stream, MqttFilter(topic_filter))

        def end() -> None:
            self._subscriptions.remove(subscription)
            release()

        stream.keep_open("IoTCoreMessage", end)
        self._subscriptions.append(subscription)

    async def publish(self, message: MqttMessage) -> None:
        """Take a message, of a component or of the cloud, and send it to all subscribers."""
        for watch in tuple(self._watches):
            watch.offer(Message(message.topic, message.payload, message.publisher))
        document = {"message": self._event(message)}
        for subscription in tuple(self._subscriptions):
            if subscription.topic_filter.matches(message.topic):
                await subscription.stream.send_event(document)

    def watch(self, topic_filter: str) -> Watch:
        """A subscriber on the cloud's side."""
        watch = Watch(MqttFilter(topic_filter), self._watches.remove)
        self._watches.append(watch)
        return watch

    def filters(self, component: str) -> list[str]:
        """What a component is subscribed to."""
        return [
            subscription.topic_filter.text
            for subscription in self._subscriptions
            if subscription.stream.component == component
        ]
