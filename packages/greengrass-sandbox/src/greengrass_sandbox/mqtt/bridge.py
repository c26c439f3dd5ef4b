"""The MQTT bridge, as far as a component sees it: between the local MQTT broker and local pub/sub.

What it does is taken from the bridge's documentation and source: payloads are kept byte for byte
and come as BinaryMessage, mappings that overlap deliver twice, and at each start the bridge
connects to the broker with another client id.
"""

import random
import string
from collections.abc import Callable, Mapping
from functools import partial

from greengrass_sandbox.mqtt.broker import MqttBroker, OnMessage

_CLIENT_ID_PREFIX = "mqtt-bridge-"
_RANDOM_CHARACTERS = 11
_LOCAL_MQTT, _PUBSUB = "LocalMqtt", "Pubsub"


class MqttBridge:
    """Relays messages from the moment on that it is made.

    Args:
        broker: Where client devices are.
        mapping: The bridge's ``mqttTopicMapping``: ``topic``, ``source``, ``target`` and perhaps
            ``targetTopicPrefix`` by key, from LocalMqtt to Pubsub or back.
        publish: Takes the messages for local publish/subscribe.
        rng: The randomness of the client id.
        listen: Has messages of local publish/subscribe handed over (`CoreDevice.listen`).

    Raises:
        ValueError: A mapping lacks something, or is for another direction.
    """

    def __init__(
        self,
        broker: MqttBroker,
        mapping: Mapping[str, Mapping[str, str]],
        publish: Callable[[str, bytes], None],
        rng: random.Random,
        listen: Callable[[str, OnMessage], None] | None = None,
    ) -> None:
        characters = rng.choices(string.ascii_letters + string.digits, k=_RANDOM_CHARACTERS)
        self.client_id = _CLIENT_ID_PREFIX + "".join(characters)
        for key, entry in mapping.items():
            prefix = entry.get("targetTopicPrefix", "")
            way = entry.get("source"), entry.get("target")
            if way == (_LOCAL_MQTT, _PUBSUB):
                broker.subscribe(entry["topic"], _relay(publish, prefix))
            elif way == (_PUBSUB, _LOCAL_MQTT) and listen is not None:
                listen(entry["topic"], _relay(partial(broker.publish, self.client_id), prefix))
            else:
                raise ValueError(f"{key}: from {_LOCAL_MQTT} to {_PUBSUB} or back, not {entry}")
        broker.connect(self.client_id)


def _relay(publish: Callable[[str, bytes], None], prefix: str) -> OnMessage:
    return lambda topic, payload: publish(prefix + topic, payload)
