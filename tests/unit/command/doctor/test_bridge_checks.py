"""The MQTT bridge and the broker."""

from collections.abc import Mapping
from typing import Any

import pytest

from client_device_associator.command.doctor.bridge_checks import (
    check_bridge,
    check_broker,
    has_local_mqtt,
)
from client_device_associator.command.doctor.finding import Finding, Health
from client_device_associator.command.doctor.nucleus_root import BRIDGE, EMQX, MOQUETTE
from client_device_associator.configuration.parser import default_settings

OK, WRONG, UNKNOWN = Health.OK, Health.WRONG, Health.UNKNOWN
IN, OUT = ("LocalMqtt", "Pubsub"), ("Pubsub", "LocalMqtt")
OWN = "clientdevices/+/announce"


def bridge(*mappings: tuple[str, tuple[str, str], str]) -> Mapping[str, Any]:
    """A bridge with mappings: topic, direction, prefix."""
    keys = ("topic", "source", "target", "targetTopicPrefix")
    entries = {
        str(number): dict(zip(keys, (topic, *way, prefix), strict=True))
        for number, (topic, way, prefix) in enumerate(mappings)
    }
    return {BRIDGE: {"version": "2.3.2", "configuration": {"mqttTopicMapping": entries}}}


def check(deployed: Mapping[str, Any], *, has_heard: bool = False) -> dict[str, Finding]:
    """The findings with the default settings."""
    found = check_bridge(deployed, default_settings(), has_heard=has_heard)
    return {one.what: one for one in found}


def test_a_bridge_that_relays_both_ways_is_well() -> None:
    """For one announcement topic at least."""
    found = check(bridge((OWN, IN, ""), (f"{OWN}/status", OUT, "")))
    assert {what: one.health for what, one in found.items()} == {"bridge": OK}
    assert OWN in found["bridge"].text
    assert check(bridge(("#", IN, ""), ("#", OUT, "")))["bridge"].health is OK
    assert check(bridge(("+/announce", IN, "clientdevices/")))["bridge"].health is OK


def test_without_the_way_back_devices_hear_nothing() -> None:
    """Perhaps they are not to."""
    found = check(bridge((OWN, IN, "")))["results by MQTT"]
    assert found.health is UNKNOWN
    assert f'"{OWN}/status"' in found.remedy


@pytest.mark.parametrize(
    "deployed",
    [
        {},
        {BRIDGE: {}},
        {BRIDGE: {"configuration": {"mqttTopicMapping": "odd"}}},
        {BRIDGE: {"configuration": {"mqttTopicMapping": {"a": 5}}}},
        bridge(),
        bridge((OWN, OUT, "")),
        bridge((OWN, ("LocalMqtt", "IotCore"), "")),
        bridge(("press/announce", IN, "")),
        bridge((OWN, IN, "site/")),
    ],
)
def test_a_bridge_that_does_not_relay_announcements_is_found(deployed: Mapping[str, Any]) -> None:
    """With the mapping that lacks; it is no fault if they come all the same."""
    found = check(deployed)["bridge"]
    assert found.health is WRONG
    assert f'"topic": "{OWN}", "source": "LocalMqtt", "target": "Pubsub"' in found.remedy
    heard = check(deployed, has_heard=True)["bridge"]
    assert heard.health is UNKNOWN
    assert "as from components" in heard.text


@pytest.mark.parametrize(
    ("deployed", "health"),
    [
        ({MOQUETTE: {}}, OK),
        ({EMQX: {}, BRIDGE: {}}, OK),
        ({BRIDGE: {}}, WRONG),
        ({BRIDGE: {"configuration": {"brokerUri": "ssl://localhost:8883"}}}, WRONG),
        ({BRIDGE: {"configuration": {"brokerServerUri": "ssl://127.0.0.1:8883"}}}, WRONG),
        ({BRIDGE: {"configuration": {"brokerUri": "ssl://broker.site:8883"}}}, UNKNOWN),
    ],
)
def test_a_broker_that_lacks_is_found(deployed: Mapping[str, Any], health: Health) -> None:
    """Unless it is elsewhere."""
    (found,) = check_broker(deployed)
    assert found.health is health


def test_a_core_device_without_mqtt_needs_none_of_it() -> None:
    """Announcements may come from components alone."""
    assert not has_local_mqtt({"aws.greengrass.Nucleus": {}})
    assert has_local_mqtt({MOQUETTE: {}})
