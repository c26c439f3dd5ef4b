"""A local MQTT broker without a network: client devices connect and publish, others subscribe.

It has the form of MQTT, not its protocol: topics, filters, client ids. It also says who connects,
as EMQX does on `$SYS/brokers/<node>/clients/<client id>/connected` and to its rules.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from greengrass_sandbox.bus.mqtt_filter import MqttFilter

OnMessage = Callable[[str, bytes], None]

_NODE = "emqx@127.0.0.1"
_CONNECTED = '"$events/client_connected"'
_CLIENT_ID = "${clientid}"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who gets what matches a filter."""

    topic_filter: MqttFilter
    on_message: OnMessage


class MqttBroker:
    """A broker that delivers at once, in the caller's thread.

    Args:
        rules: Of EMQX's rule engine, by name, each with ``sql`` and ``actions``. Those that
            republish when a client connects are played; others raise ValueError.
    """

    def __init__(self, rules: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._subscribers: list[Subscriber] = []
        self._connected: set[str] = set()
        self._topics = [_topic_of(rule) for rule in (rules or {}).values()]

    def subscribe(self, topic_filter: str, on_message: OnMessage) -> None:
        """Deliver from now on what matches the filter by the rules of MQTT."""
        self._subscribers.append(Subscriber(MqttFilter(topic_filter), on_message))

    def connect(self, client_id: str) -> None:
        """A client device, or the bridge, connects; the broker says so."""
        self._connected.add(client_id)
        event = json.dumps({"clientid": client_id, "proto_name": "MQTT"}).encode()
        self._deliver(f"$SYS/brokers/{_NODE}/clients/{client_id}/connected", event)
        for topic in self._topics:
            self._deliver(topic.replace(_CLIENT_ID, client_id), b"")

    def publish(self, client_id: str, topic: str, payload: bytes) -> None:
        """A client publishes.

        Raises:
            ValueError: It is not connected, or the topic is the broker's own.
        """
        if client_id not in self._connected:
            raise ValueError(f"{client_id} is not connected")
        if topic.startswith("$SYS/"):
            raise ValueError(f"{topic} is the broker's own")
        self._deliver(topic, payload)

    def _deliver(self, topic: str, payload: bytes) -> None:
        for subscriber in self._subscribers:
            if subscriber.topic_filter.matches(topic):
                subscriber.on_message(topic, payload)


def _topic_of(rule: Mapping[str, Any]) -> str:
    """Where a rule republishes to when a client connects."""
    (action,) = rule["actions"]
    if _CONNECTED not in rule["sql"] or action["function"] != "republish":
        raise ValueError(f"a rule that republishes from {_CONNECTED}, not {rule}")
    topic: str = action["args"]["topic"]
    return topic
