"""The MQTT bridge, as far as a component sees it: from the local MQTT broker to local pub/sub.

What it does is taken from the bridge's documentation and source: payloads are kept byte for byte
and come as BinaryMessage, mappings that overlap deliver twice, and at each start the bridge
connects to the broker with another client id.
"""

import random
import string
from collections.abc import Callable, Mapping

from greengrass_sandbox.mqtt.broker import MqttBroker, OnMessage

_CLIENT_ID_PREFIX = "mqtt-bridge-"
_RANDOM_CHARACTERS = 11
_LOCAL_MQTT, _PUBSUB = "LocalMqtt", "Pubsub"


class MqttBridge:
    """Relays messages from the moment on that it is made.

    Args:
        broker: Where client devices are.
        mapping: The bridge's ``mqttTopicMapping``: ``topic``, ``source``, ``target`` and perhaps
            ``targetTopicPrefix`` by key. Only LocalMqtt to Pubsub is relayed.
        publish: Takes the messages for local publish/subscribe.
        rng: The randomness of the client id.

    Raises:
        ValueError: A mapping lacks something, or is for another direction.
    """

    def __init__(
        self,
        broker: MqttBroker,
        mapping: Mapping[str, Mapping[str, str]],
        publish: Callable[[str, bytes], None],
        rng: random.Random,
    ) -> None:
        characters = rng.choices(string.ascii_letters + string.digits, k=_RANDOM_CHARACTERS)
        self.client_id = _CLIENT_ID_PREFIX + "".join(characters)
        for key, entry in mapping.items():
            if (entry.get("source"), entry.get("target")) != (_LOCAL_MQTT, _PUBSUB):
                raise ValueError(f"{key}: from {_LOCAL_MQTT} to {_PUBSUB}, not {entry}")
            broker.subscribe(entry["topic"], _relay(publish, entry.get("targetTopicPrefix", "")))
        broker.connect(self.client_id)


def _relay(publish: Callable[[str, bytes], None], prefix: str) -> OnMessage:
    return lambda topic, payload: publish(prefix + topic, payload)
