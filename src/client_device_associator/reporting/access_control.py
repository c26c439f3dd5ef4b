"""The accessControl that the settings need, ready to be merged by a deployment."""

import json
import re
from collections.abc import Iterable

from client_device_associator.configuration.result_topics import reach
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.bus import Bus
from client_device_associator.core.result import ROSTER_TOPIC
from client_device_associator.messages.metric_message import METRICS_TOPIC
from client_device_associator.messages.topic import MULTI, SINGLE

_PUBSUB, _MQTT_PROXY = "aws.greengrass.ipc.pubsub", "aws.greengrass.ipc.mqttproxy"
_COMPONENT = "community.greengrass.ClientDeviceAssociator"
_ANYTHING = "*"
_SPECIAL = re.compile(r"[*?]|\$(?=\{)")
"""Written as `${*}` and so on if they are meant as themselves; `$` is, unless a brace follows."""


def subscribe_block(topic_filters: Iterable[str], bus: Bus = Bus.LOCAL) -> str:
    """What allows these subscriptions, as one line of JSON."""
    if bus is Bus.IOT_CORE:
        return _iot_core_block("subscribe", "SubscribeToIoTCore", topic_filters)
    return _local_block("subscribe", "SubscribeToTopic", topic_filters)


def publish_block(settings: Settings, bus: Bus = Bus.LOCAL) -> str:
    """What allows all that these settings can lead to on a bus, as one line of JSON."""
    template = settings.results_topic_on(bus)
    reached = [reach(template, one.topic_filter) for one in settings.answered_on(bus)]
    if bus is Bus.IOT_CORE:
        if settings.all_results_to_iot_core:
            reached.append(reach(template, ROSTER_TOPIC))
        if settings.claims:
            reached.append(settings.claims.topic_filter)
        return _iot_core_block("publish", "PublishToIoTCore", reached)
    metrics = [METRICS_TOPIC] if settings.metrics.to_cloudwatch else []
    return _local_block("publish", "PublishToTopic", [*reached, ROSTER_TOPIC, *metrics])


def _local_block(policy: str, operation: str, topics: Iterable[str]) -> str:
    """One policy. In its resources only `*` is a wildcard; `+` and `#` would be themselves.

    Lite rejects a whole deployment for a bare `?` in a resource.
    """
    resources = sorted({_resource(topic) for topic in topics})
    return _block(_PUBSUB, f"pubsub:{policy}", policy, operation, resources)


def _iot_core_block(policy: str, operation: str, topics: Iterable[str]) -> str:
    """One policy. In its resources `+` and `#` are wildcards as in MQTT, and `*` is one besides."""
    resources = sorted({_iot_core_resource(topic) for topic in topics})
    return _block(_MQTT_PROXY, f"mqttproxy:{policy}", policy, operation, resources)


def _block(service: str, name: str, policy: str, operation: str, resources: list[str]) -> str:
    policies = {
        f"{_COMPONENT}:{name}:added": {
            "policyDescription": f"Lets the client device associator {policy}.",
            "operations": [f"aws.greengrass#{operation}"],
            "resources": resources,
        }
    }
    return json.dumps({"accessControl": {service: policies}})


def _iot_core_resource(topic: str) -> str:
    """A `#` that is followed by something is what a result topic is made of, and no wildcard."""
    *levels, last = topic.split("/")
    return "/".join([*(_ANYTHING if level == MULTI else level for level in levels), last])


def _resource(topic: str) -> str:
    levels = topic.split("/")
    return "/".join(
        _ANYTHING if level in (SINGLE, MULTI) else _SPECIAL.sub(r"${\g<0>}", level)
        for level in levels
    )
