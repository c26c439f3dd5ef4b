"""What AWS IoT Core knows of one MQTT client."""

from collections import deque
from collections.abc import Callable

from greengrass_sandbox.bus.mqtt_filter import MqttFilter
from greengrass_sandbox.iot_core.message import AT_MOST_ONCE, MqttMessage

MAX_KEPT_MESSAGES = 100_000
"""More for a client that is away than any test sends; AWS bounds it by time."""


class Session:
    """A client's session: its filters, and what is kept for it while it is away.

    A message that matches several of its filters is delivered once.

    Args:
        client_id: The client's name, the core device's thing name.
        persistent: Whether messages of quality of service 1 are kept while it is away. The classic
            nucleus asks for a session of a week (AwsIotMqtt5Client: DEFAULT_SESSION_EXPIRY_SECONDS
            604,800), lite for a clean one each time (iotcored/src/mqtt.c: cleanSession).
        max_filters: How many filters it may have; AWS IoT Core's quota is 50 for each connection.
            None: the client opens another connection when one is full, as the classic nucleus does
            (MqttClient: MAX_SUBSCRIPTIONS_PER_CONNECTION).
    """

    def __init__(
        self, client_id: str, *, persistent: bool = False, max_filters: int | None = None
    ) -> None:
        self.client_id = client_id
        self._persistent = persistent
        self._max_filters = max_filters
        self._filters: dict[str, tuple[MqttFilter, int]] = {}
        self._kept: deque[MqttMessage] = deque(maxlen=MAX_KEPT_MESSAGES)
        self._deliver: Callable[[MqttMessage], None] | None = None

    @property
    def filters(self) -> list[str]:
        """The filters that it is subscribed to."""
        return list(self._filters)

    def connect(self, deliver: Callable[[MqttMessage], None], *, clean: bool) -> None:
        """The client is there; a session that is not begun anew is given what was kept for it."""
        if clean:
            self._filters.clear()
            self._kept.clear()
        self._deliver = deliver
        while self._kept:
            deliver(self._kept.popleft())

    def disconnect(self) -> None:
        """The client is away; its session ends with that unless it is persistent."""
        self._deliver = None
        if not self._persistent:
            self._filters.clear()

    def subscribe(self, topic_filter: str, qos: int) -> bool:
        """Whether the subscription is granted (SUBACK says so)."""
        is_new = topic_filter not in self._filters
        if is_new and self._max_filters is not None and len(self._filters) >= self._max_filters:
            return False
        self._filters[topic_filter] = (MqttFilter(topic_filter), qos)
        return True

    def unsubscribe(self, topic_filter: str) -> None:
        """The client does not want it any more."""
        self._filters.pop(topic_filter, None)

    def offer(self, message: MqttMessage, deliveries: int) -> None:
        """A message was published: deliver it so often, keep it, or let it pass."""
        granted = [
            qos
            for topic_filter, qos in self._filters.values()
            if topic_filter.matches(message.topic)
        ]
        if not granted:
            return
        once = min(message.qos, max(granted)) == AT_MOST_ONCE
        if self._deliver is not None:
            for _ in range(1 if once else deliveries):
                self._deliver(message)
        elif not once:
            self._kept.append(message)
