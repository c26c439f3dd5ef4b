"""The classic nucleus' connection to AWS IoT Core (its MqttClient and AwsIotMqtt5Client, read)."""

import base64
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from greengrass_sandbox.bus.mqtt_filter import MqttFilter
from greengrass_sandbox.iot_core.broker import Broker
from greengrass_sandbox.iot_core.message import AT_MOST_ONCE, MqttMessage
from greengrass_sandbox.iot_core.session import Session
from greengrass_sandbox.kinds.classic.spool import Spool, SpoolFull
from greengrass_sandbox.nucleus.errors import service_error
from greengrass_sandbox.nucleus.holding import Holding
from greengrass_sandbox.nucleus.iot_core import IotCore, Link, Subscription
from greengrass_sandbox.nucleus.stream import Stream

BYTES_FORMAT, UTF8_FORMAT = "0", "1"
_SUBSCRIBE = "SubscribeToIoTCore"


class ClassicMqttClient(IotCore):
    """Spools what is published while it is offline, and resumes its session.

    Args:
        broker: The account's.
        thing_name: The core device's, which is its client id.
        chain: Held while a message is handed on.
        holding: Keeps subscribers waiting that a real one would answer later.
    """

    def __init__(
        self,
        broker: Broker,
        thing_name: str,
        chain: AbstractAsyncContextManager[Any],
        holding: Holding,
    ) -> None:
        super().__init__(broker, Session(thing_name, persistent=True), chain)
        self._holding = holding
        self._spool = Spool()

    def start(self) -> None:
        """See `IotCore`. Who subscribes before the first connection waits for it."""
        super().start()
        self._hold_subscribers(hold=self.link is not Link.ONLINE)

    async def stop(self) -> None:
        """See `IotCore`. The spool is in memory (storageType is Memory by default)."""
        self._spool.clear()
        await super().stop()

    def set_link(self, link: Link) -> None:
        """See `IotCore`."""
        # Over a connection that is lost and not known to be, a subscriber waits for an answer.
        self._hold_subscribers(hold=link is Link.UNNOTICED)
        super().set_link(link)

    def publish(self, message: MqttMessage) -> None:
        """Take a message; it has not been sent when this returns.

        Raises:
            OperationError: ServiceError; the spool cannot take it, or does not want it.
        """
        if self.link is Link.ONLINE:
            self.send(message)
        elif message.qos == AT_MOST_ONCE and self.link is Link.OFFLINE:
            raise _failed(message, "Device is offline. Dropping QoS 0 message.")
        elif message.qos != AT_MOST_ONCE:
            try:
                self._spool.add(message)
            except SpoolFull as error:
                raise _failed(message, str(error)) from error

    def subscribe(
        self, stream: Stream, topic_filter: str, qos: int, release: Callable[[], None]
    ) -> None:
        """Subscribe; one that an earlier subscription covers needs no connection for that.

        Raises:
            OperationError: ServiceError; the nucleus knows that it is offline.
        """
        covered = any(_covers(filter_, topic_filter) for filter_ in self._session.filters)
        if self.link is not Link.ONLINE and not covered:
            raise service_error(
                f"Subscribe to topic {topic_filter} failed with error: the client is offline"
            )
        if self.link is Link.ONLINE:
            self._session.subscribe(topic_filter, qos)
        self.add(Subscription(stream, MqttFilter(topic_filter), qos, release))

    def _connected(self, *, first: bool) -> None:
        # ClientSessionBehavior.REJOIN_POST_SUCCESS: the first connection begins a new session.
        self._session.connect(self._receive, clean=first)
        for one in self._subscriptions:
            self._session.subscribe(one.topic_filter.text, one.qos)
        for message in self._spool.take_all():
            self.send(message)

    def _disconnected(self) -> None:
        """The session stays; what was in flight is in the spool."""

    def _event(self, message: MqttMessage) -> dict[str, Any]:
        properties = dict(message.properties)
        if "correlationData" in properties:
            properties["correlationData"] = base64.b64encode(properties["correlationData"]).decode()
        is_text = properties.get("payloadFormat") == UTF8_FORMAT
        return {
            "topicName": message.topic,
            "payload": base64.b64encode(message.payload).decode(),
            **properties,
            # AWS IoT Core sets it only on messages that it had kept.
            "retain": False,
            "payloadFormat": UTF8_FORMAT if is_text else BYTES_FORMAT,
        }

    def _hold_subscribers(self, *, hold: bool) -> None:
        (self._holding.hold if hold else self._holding.release)(_SUBSCRIBE)


def _covers(topic_filter: str, other: str) -> bool:
    """Whether a filter matches all that another one does."""
    if other.endswith("#") and not topic_filter.endswith("#"):
        return False
    return MqttFilter(topic_filter).matches(other)


def _failed(message: MqttMessage, reason: str) -> Exception:
    return service_error(f"Publish to topic {message.topic} failed: {reason}")
