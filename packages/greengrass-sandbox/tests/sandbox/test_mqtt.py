"""The local MQTT broker and the bridge, as a component sees them."""

import random
import re
from collections.abc import Callable

import pytest

from greengrass_sandbox.mqtt.bridge import MqttBridge
from greengrass_sandbox.mqtt.broker import MqttBroker

MAPPING = {"a": {"topic": "a/#", "source": "LocalMqtt", "target": "Pubsub"}}
RULE = {
    "sql": 'SELECT clientid FROM "$events/client_connected"',
    "actions": [{"function": "republish", "args": {"topic": "seen/${clientid}"}}],
}

Published = list[tuple[str, bytes]]


def bridged(broker: MqttBroker, *entries: dict[str, str]) -> tuple[MqttBridge, Published]:
    """A bridge with these mappings, and what it publishes."""
    published: Published = []
    mapping = {str(number): entry for number, entry in enumerate(entries)}
    bridge = MqttBridge(
        broker, mapping, lambda topic, payload: published.append((topic, payload)), random.Random(1)
    )
    return bridge, published


def test_messages_are_relayed_byte_for_byte() -> None:
    """Those that match, to the same topic or below a prefix."""
    broker = MqttBroker()
    _, published = bridged(
        broker, MAPPING["a"], {**MAPPING["a"], "topic": "b", "targetTopicPrefix": "p/"}
    )
    broker.connect("device")
    for topic in ("a/x", "b", "c"):
        broker.publish("device", topic, b"\xff\x00")
    assert published == [("a/x", b"\xff\x00"), ("p/b", b"\xff\x00")]


def test_messages_are_relayed_to_client_devices() -> None:
    """From local publish/subscribe, by a mapping for that way, in the name of the bridge."""
    broker = MqttBroker()
    listening: dict[str, Callable[[str, bytes], None]] = {}
    back = {"topic": "b/+", "source": "Pubsub", "target": "LocalMqtt"}
    MqttBridge(
        broker, {"b": back}, lambda *_: None, random.Random(1), lambda *way: listening.update([way])
    )
    heard: list[tuple[str, bytes]] = []
    broker.subscribe("b/x", lambda topic, payload: heard.append((topic, payload)))
    listening["b/+"]("b/x", b"\xff")
    assert heard == [("b/x", b"\xff")]


def test_mappings_that_overlap_deliver_twice() -> None:
    """As on the real one."""
    broker = MqttBroker()
    _, published = bridged(broker, MAPPING["a"], MAPPING["a"])
    broker.connect("device")
    broker.publish("device", "a/x", b"1")
    assert len(published) == 2


def test_the_broker_says_who_connects() -> None:
    """The bridge among them, with a client id that could be a thing's name."""
    broker = MqttBroker({"connected": RULE})
    heard: list[str] = []
    broker.subscribe("$SYS/brokers/+/clients/+/connected", lambda topic, _: heard.append(topic))
    broker.subscribe("seen/+", lambda topic, _: heard.append(topic))
    bridge, _ = bridged(broker)
    assert re.fullmatch(r"mqtt-bridge-[a-zA-Z0-9]{11}", bridge.client_id)
    broker.connect("device")
    assert heard == [
        f"$SYS/brokers/emqx@127.0.0.1/clients/{bridge.client_id}/connected",
        f"seen/{bridge.client_id}",
        "$SYS/brokers/emqx@127.0.0.1/clients/device/connected",
        "seen/device",
    ]


def test_who_is_not_connected_publishes_nothing() -> None:
    """And nobody speaks for the broker."""
    broker = MqttBroker()
    with pytest.raises(ValueError, match="not connected"):
        broker.publish("device", "a", b"")
    broker.connect("device")
    with pytest.raises(ValueError, match="own"):
        broker.publish("device", "$SYS/brokers/x/clients/y/connected", b"")


def test_what_is_not_played_is_refused() -> None:
    """Better than a test that passes because nothing happens."""
    with pytest.raises(ValueError, match="republishes"):
        MqttBroker({"other": {**RULE, "sql": 'SELECT * FROM "t/#"'}})
    with pytest.raises(ValueError, match="LocalMqtt"):
        bridged(MqttBroker(), {**MAPPING["a"], "target": "IotCore"})
    with pytest.raises(ValueError, match="or back"):
        bridged(MqttBroker(), {"topic": "b", "source": "Pubsub", "target": "LocalMqtt"})
