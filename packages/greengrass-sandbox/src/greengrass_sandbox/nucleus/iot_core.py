"""A nucleus' connection to AWS IoT Core, and the subscriptions of its components."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from greengrass_sandbox.bus.mqtt_filter import MqttFilter
from greengrass_sandbox.iot_core.broker import Broker
from greengrass_sandbox.iot_core.message import MqttMessage
from greengrass_sandbox.iot_core.session import Session
from greengrass_sandbox.nucleus.stream import Stream

MQTT_PROXY_SERVICE = "aws.greengrass.ipc.mqttproxy"


class Link(str, Enum):
    """What a core device's connection to AWS IoT Core is like."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNNOTICED = "unnoticed"
    """The network is gone, and the nucleus does not know yet: that takes until a ping fails, up to
    a minute on lite (iotcored/src/mqtt.c: IOTCORED_KEEP_ALIVE_PERIOD, twice) and 90 s on the
    classic nucleus (MqttClient: keepAliveTimeoutMs and pingTimeoutMs)."""


@dataclass(eq=False)
class Subscription:
    """What a component listens to."""

    stream: Stream
    topic_filter: MqttFilter
    qos: int
    release: Callable[[], None] = field(repr=False)


class IotCore(ABC):
    """One nucleus' side of AWS IoT Core. It belongs on the sandbox's loop.

    What arrives is given to each subscription that matches, whichever of them it was sent for, and
    after the request that is being served: it has been to the cloud and back.

    Args:
        broker: The account's.
        session: What the broker knows of this nucleus.
        chain: Held while a message is handed on.

    Attributes:
        link: What the connection is like.
    """

    def __init__(
        self, broker: Broker, session: Session, chain: AbstractAsyncContextManager[Any]
    ) -> None:
        self.link = Link.ONLINE
        self._broker = broker
        self._session = session
        self._chain = chain
        self._subscriptions: list[Subscription] = []
        self._arrived: deque[MqttMessage] = deque()
        self._handing_on: asyncio.Task[None] | None = None
        self._runs = False
        broker.join(session)

    @abstractmethod
    def _event(self, message: MqttMessage) -> dict[str, Any] | None:
        """The MQTTMessage document of a message; None if this nucleus loses it."""

    @abstractmethod
    def _connected(self, *, first: bool) -> None:
        """Begin or resume the session; `first`: for the first time since the nucleus started."""

    @abstractmethod
    def _disconnected(self) -> None:
        """What becomes of messages when the connection is found to be lost."""

    def start(self) -> None:
        """The nucleus has started; it connects if it can."""
        self._runs = True
        if self.link is Link.ONLINE:
            self._connected(first=True)

    async def stop(self) -> None:
        """The nucleus dies, and with it what it had not sent or handed on."""
        self._runs = False
        self._session.disconnect()
        self._arrived.clear()
        task, self._handing_on = self._handing_on, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def set_link(self, link: Link) -> None:
        """Let the connection be like this from now on."""
        before, self.link = self.link, link
        if not self._runs or link is before:
            return
        if link is Link.ONLINE:
            self._connected(first=False)
            return
        self._session.disconnect()
        if link is Link.OFFLINE:
            self._disconnected()

    def send(self, message: MqttMessage) -> None:
        """Publish, over a connection that is there."""
        self._broker.send(message)

    def add(self, subscription: Subscription) -> None:
        """Deliver to a component's stream until it ends; then its place is given back."""

        def end() -> None:
            self._subscriptions.remove(subscription)
            subscription.release()
            text = subscription.topic_filter.text
            if text not in self._filters():
                self._session.unsubscribe(text)

        subscription.stream.keep_open("IoTCoreMessage", end)
        self._subscriptions.append(subscription)

    def subscriptions(self, component: str, *, dead: bool = False) -> list[str]:
        """The filters of a component: all, or those that AWS IoT Core did not grant."""
        granted = set(self._session.filters) if dead else set()
        return [
            one.topic_filter.text
            for one in self._subscriptions
            if one.stream.component == component and one.topic_filter.text not in granted
        ]

    def _filters(self) -> set[str]:
        return {one.topic_filter.text for one in self._subscriptions}

    def _receive(self, message: MqttMessage) -> None:
        self._arrived.append(message)
        if self._handing_on is None or self._handing_on.done():
            loop = asyncio.get_running_loop()
            self._handing_on = loop.create_task(self._hand_on())

    async def _hand_on(self) -> None:
        while self._arrived:
            message = self._arrived.popleft()
            document = self._event(message)
            if document is None:
                continue
            async with self._chain:
                for one in tuple(self._subscriptions):
                    if one.topic_filter.matches(message.topic):
                        await one.stream.send_event({"message": document})
