"""The accessControl that the settings need, ready to be merged by a deployment."""

import json
import re
from collections.abc import Iterable

from client_device_associator.configuration.result_topics import reach
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.result import ROSTER_TOPIC
from client_device_associator.messages.topic import MULTI, SINGLE

_SERVICE = "aws.greengrass.ipc.pubsub"
_COMPONENT = "community.greengrass.ClientDeviceAssociator"
_ANYTHING = "*"
_SPECIAL = re.compile(r"[*?]|\$(?=\{)")
"""Written as `${*}` and so on if they are meant as themselves; `$` is, unless a brace follows."""


def subscribe_block(topic_filters: Iterable[str]) -> str:
    """What allows these subscriptions, as one line of JSON."""
    return _block("subscribe", "SubscribeToTopic", topic_filters)


def publish_block(settings: Settings) -> str:
    """What allows every result that these settings can lead to, as one line of JSON."""
    reached = (
        reach(settings.results_topic, one.topic_filter) for one in settings.announcement_topics
    )
    return _block("publish", "PublishToTopic", [*reached, ROSTER_TOPIC])


def _block(policy: str, operation: str, topics: Iterable[str]) -> str:
    """One policy. In its resources only `*` is a wildcard; `+` and `#` would be themselves.

    Lite rejects a whole deployment for a bare `?` in a resource.
    """
    resources = sorted({_resource(topic) for topic in topics})
    policies = {
        f"{_COMPONENT}:pubsub:{policy}:added": {
            "policyDescription": f"Lets the client device associator {policy}.",
            "operations": [f"aws.greengrass#{operation}"],
            "resources": resources,
        }
    }
    return json.dumps({"accessControl": {_SERVICE: policies}})


def _resource(topic: str) -> str:
    levels = topic.split("/")
    return "/".join(
        _ANYTHING if level in (SINGLE, MULTI) else _SPECIAL.sub(r"${\g<0>}", level)
        for level in levels
    )
