"""The MQTT bridge and the broker of the classic nucleus: the way of an MQTT client device to here.

Mappings are those of `BridgeConfig` and `TopicMapping` of the bridge's source: `mqttTopicMapping`
holds by any key `topic` (a filter at the source), `source`, `target`, and `targetTopicPrefix`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from client_device_associator.command.doctor.finding import Finding, ok, unknown, wrong
from client_device_associator.command.doctor.neighbour_checks import Deployed
from client_device_associator.command.doctor.nucleus_root import BRIDGE, DEVICE_AUTH, EMQX, MOQUETTE
from client_device_associator.configuration.result_topics import reach
from client_device_associator.configuration.settings import AnnouncementTopic, Settings
from client_device_associator.core.bus import Bus
from client_device_associator.messages.topic import intersect

_LOCAL_MQTT, _PUBSUB = "LocalMqtt", "Pubsub"
_LOCAL_BROKER = ("//localhost:", "//127.0.0.1:")
_DEFAULT_BROKER = "ssl://localhost:8883"


def has_local_mqtt(deployed: Deployed) -> bool:
    """Whether client devices come by MQTT, as far as the deployed components tell."""
    return any(name in deployed for name in (BRIDGE, DEVICE_AUTH, MOQUETTE, EMQX))


def check_broker(deployed: Deployed) -> Iterator[Finding]:
    """Whether there is a broker for client devices and the bridge to connect to."""
    found = [name for name in (MOQUETTE, EMQX) if name in deployed]
    bridge = _configuration(deployed, BRIDGE)
    uri = str(bridge.get("brokerUri") or bridge.get("brokerServerUri") or _DEFAULT_BROKER)
    if found:
        yield ok("broker", f"{' and '.join(found)} is deployed")
    elif any(one in uri for one in _LOCAL_BROKER):
        yield wrong(
            "broker",
            "no MQTT broker is deployed, and client devices are to come by MQTT",
            f"deploy {MOQUETTE} or {EMQX}; or set brokerUri of {BRIDGE}, if there is one",
        )
    else:
        yield unknown("broker", "none is deployed; the bridge is configured for one elsewhere")


def check_bridge(deployed: Deployed, settings: Settings, *, has_heard: bool) -> Iterator[Finding]:
    """Whether the bridge passes on announcements, and results back.

    Args:
        deployed: What the nucleus' record says.
        settings: In effect.
        has_heard: Whether announcements have come; then a mapping that lacks may be meant so.
    """
    topics = settings.topics_on(Bus.LOCAL)
    if BRIDGE not in deployed:
        remedy = _remedy(topics, settings)
        yield _missing(
            f"{BRIDGE} is not deployed: no MQTT message comes to here", remedy, has_heard
        )
        return
    mappings = _mappings(_configuration(deployed, BRIDGE))
    ways_in = [
        str(one.get("targetTopicPrefix") or "") + str(one.get("topic") or "")
        for one in mappings
        if _leads(one, _LOCAL_MQTT, _PUBSUB)
    ]
    relayed = [one for one in topics if any(intersect(one.topic_filter, way) for way in ways_in)]
    if not relayed:
        text = f"no mapping leads from {_LOCAL_MQTT} to {_PUBSUB} for {_filters(topics)}"
        yield _missing(text, _remedy(topics, settings), has_heard)
        return
    yield ok("bridge", f"it passes on what comes by MQTT on {_filters(relayed)}")
    ways_back = [
        str(one.get("topic") or "") for one in mappings if _leads(one, _PUBSUB, _LOCAL_MQTT)
    ]
    deaf = [
        one
        for one in relayed
        if not one.is_presence
        and not any(intersect(_results(one, settings), way) for way in ways_back)
    ]
    if deaf:
        yield unknown(
            "results by MQTT",
            f"no mapping leads back for the results of {_filters(deaf)}: if client devices are to"
            " hear what became of their announcements, they do not",
            f"merge into the configuration of {BRIDGE}, if they should: {_back(deaf, settings)}",
        )


def _missing(text: str, remedy: str, has_heard: bool) -> Finding:  # noqa: FBT001 - its caller's
    if has_heard:
        more = "; announcements have come all the same, as from components"
        return unknown("bridge", text + more, f"if client devices should come by MQTT, {remedy}")
    return wrong("bridge", text, remedy)


def _remedy(topics: Sequence[AnnouncementTopic], settings: Settings) -> str:
    entries = {
        f"Announcements-{one.key}": {
            "topic": one.topic_filter,
            "source": _LOCAL_MQTT,
            "target": _PUBSUB,
        }
        for one in topics
    }
    entries |= json.loads(_back(topics, settings))["mqttTopicMapping"]
    mapping = json.dumps({"mqttTopicMapping": entries})
    return f"merge into the configuration of {BRIDGE} what is needed of: {mapping}"


def _back(topics: Sequence[AnnouncementTopic], settings: Settings) -> str:
    entries = {
        f"Results-{one.key}": {
            "topic": _results(one, settings),
            "source": _PUBSUB,
            "target": _LOCAL_MQTT,
        }
        for one in topics
        if not one.is_presence
    }
    return json.dumps({"mqttTopicMapping": entries})


def _results(topic: AnnouncementTopic, settings: Settings) -> str:
    return reach(settings.results_topic_on(Bus.LOCAL), topic.topic_filter)


def _filters(topics: Sequence[AnnouncementTopic]) -> str:
    return ", ".join(one.topic_filter for one in topics)


def _leads(mapping: Mapping[str, Any], source: str, target: str) -> bool:
    return (mapping.get("source"), mapping.get("target")) == (source, target)


def _mappings(configuration: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = configuration.get("mqttTopicMapping")
    values = found.values() if isinstance(found, Mapping) else ()
    return [one for one in values if isinstance(one, Mapping)]


def _configuration(deployed: Deployed, name: str) -> Mapping[str, Any]:
    found = deployed.get(name, {}).get("configuration")
    return found if isinstance(found, Mapping) else {}
