"""Nucleus lite's connection to AWS IoT Core (its iotcored, and coreMQTT below it, read)."""

import base64
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from greengrass_sandbox.bus.mqtt_filter import MqttFilter
from greengrass_sandbox.iot_core.broker import Broker
from greengrass_sandbox.iot_core.message import AT_MOST_ONCE, MqttMessage
from greengrass_sandbox.iot_core.session import Session
from greengrass_sandbox.nucleus.errors import service_error
from greengrass_sandbox.nucleus.iot_core import IotCore, Link, Subscription
from greengrass_sandbox.nucleus.stream import Stream

MAX_FILTER_BYTES = 256
"""iotcored/src/subscription_dispatch.c: AWS_IOT_MAX_TOPIC_SIZE."""
MAX_RECEIVED_BYTES = 5000
"""iotcored/src/mqtt.c: IOTCORED_NETWORK_BUFFER_SIZE. A larger packet is read and thrown away
(core_mqtt.c: receiveSingleIteration, discardStoredPacket)."""
MAX_UNACKNOWLEDGED = 10
"""iotcored/src/mqtt.c: IOTCORED_MQTT_MAX_PUBLISH_RECORDS."""
_PACKET_OVERHEAD_BYTES = 8
"""Type, length (2), length of the topic (2), packet identifier (2), length of no properties."""
_JOBS_FILTER = "$aws/things/{thing}/jobs/notify-next-namespace-aws-gg-deployment"
"""What ggdeploymentd listens to (src/iot_jobs_listener.c)."""


class Iotcored(IotCore):
    """Sends now or never, begins a clean session each time, and does not read what SUBACK says.

    So what is published while it is offline is refused, what comes meanwhile is missed, and a
    subscription that AWS IoT Core does not grant is dead with no sign of it (src/mqtt.c:
    event_callback logs the SUBACK, no more).

    Args:
        broker: The account's.
        thing_name: The core device's, which is its client id.
        chain: Held while a message is handed on.
        max_filters: How many filters AWS IoT Core grants it; its own one is among them.
    """

    def __init__(
        self,
        broker: Broker,
        thing_name: str,
        chain: AbstractAsyncContextManager[Any],
        max_filters: int | None,
    ) -> None:
        super().__init__(broker, Session(thing_name, max_filters=max_filters), chain)
        self._jobs_filter = _JOBS_FILTER.format(thing=thing_name)
        self._unacknowledged = 0

    def publish(self, message: MqttMessage) -> None:
        """Send a message (rpc_publish, with no queue behind it).

        Raises:
            OperationError: ServiceError; there is no connection (MQTT_Publish checks that first),
                or too much waits for its PUBACK.
        """
        if self.link is Link.ONLINE:
            self.send(message)
            return
        counts = message.qos != AT_MOST_ONCE
        if self.link is Link.OFFLINE or (counts and self._unacknowledged >= MAX_UNACKNOWLEDGED):
            raise service_error("Failed to publish the message.")
        # Lost: the next session is a clean one, in which coreMQTT does not send it again.
        self._unacknowledged += counts

    def subscribe(
        self, stream: Stream, topic_filter: str, qos: int, release: Callable[[], None]
    ) -> None:
        """Subscribe (rpc_subscribe).

        Raises:
            OperationError: ServiceError; there is no connection, or the filter is too long.
        """
        if self.link is Link.OFFLINE or len(topic_filter.encode()) > MAX_FILTER_BYTES:
            release()
            raise service_error("Failed to bind the subscription.")
        if self.link is Link.ONLINE:
            self._session.subscribe(topic_filter, qos)
        self.add(Subscription(stream, MqttFilter(topic_filter), qos, release))

    def _connected(self, *, first: bool) -> None:
        """Subscribes again, one filter after the other (iotcored_re_register_all_subs)."""
        del first
        self._session.connect(self._receive, clean=True)
        self._session.subscribe(self._jobs_filter, AT_MOST_ONCE)
        for one in self._subscriptions:
            self._session.subscribe(one.topic_filter.text, one.qos)
        self._unacknowledged = 0

    def _disconnected(self) -> None:
        self._unacknowledged = 0

    def _event(self, message: MqttMessage) -> dict[str, Any] | None:
        size = _PACKET_OVERHEAD_BYTES + len(message.topic.encode()) + len(message.payload)
        if size > MAX_RECEIVED_BYTES:
            return None
        return {"topicName": message.topic, "payload": base64.b64encode(message.payload).decode()}
