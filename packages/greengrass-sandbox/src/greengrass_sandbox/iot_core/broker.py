"""AWS IoT Core's message broker, shared by all core devices of an account."""

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.bus.mqtt_filter import MqttFilter
from greengrass_sandbox.bus.watch import Watch
from greengrass_sandbox.iot_core.message import AT_LEAST_ONCE, MqttMessage
from greengrass_sandbox.iot_core.session import Session

BACK_END = "the cloud"
"""Who publishes besides components."""


class Broker:
    """Passes each message on to every session and watch that matches. It belongs on the loop.

    Attributes:
        deliveries: How often a message of quality of service 1 is delivered. "At least once" means
            that it may be more than one.
    """

    def __init__(self) -> None:
        self.deliveries = 1
        self._sessions: list[Session] = []
        self._watches: list[Watch] = []

    def join(self, session: Session) -> None:
        """Pass messages on to a session too."""
        self._sessions.append(session)

    def publish(
        self, topic: str, payload: bytes, *, qos: int = AT_LEAST_ONCE, publisher: str = BACK_END
    ) -> None:
        """Publish as a back end in the cloud does."""
        self.send(MqttMessage(topic, payload, publisher, qos=qos))

    def send(self, message: MqttMessage) -> None:
        """Pass a message on, whoever published it."""
        seen = Message(message.topic, message.payload, message.publisher, core=message.core)
        for watch in tuple(self._watches):
            watch.offer(seen)
        for session in tuple(self._sessions):
            session.offer(message, self.deliveries)

    def watch(self, topic_filter: str) -> Watch:
        """Collect the messages that match a filter, as a back end does."""
        watch = Watch(MqttFilter(topic_filter), self._watches.remove)
        self._watches.append(watch)
        return watch
