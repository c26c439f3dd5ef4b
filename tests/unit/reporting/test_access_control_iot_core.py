"""The accessControl for topics on AWS IoT Core."""

import json
from typing import Any

import pytest

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.core.bus import Bus
from client_device_associator.core.result import ROSTER_TOPIC
from client_device_associator.messages.claim import ClaimTopic
from client_device_associator.reporting.access_control import publish_block, subscribe_block
from support.values import settings


def policy(block: str) -> dict[str, Any]:
    """The one policy of a block; nothing else may be in it."""
    document = json.loads(block)
    assert document.keys() == {"accessControl"}
    ((service, policies),) = document["accessControl"].items()
    assert service == "aws.greengrass.ipc.mqttproxy"
    ((name, found),) = policies.items()
    assert name.startswith("community.greengrass.ClientDeviceAssociator:mqttproxy:")
    assert found.keys() == {"policyDescription", "operations", "resources"}
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("topic_filter", ["a/b", "a/+/b", "a/#", "#"])
def test_what_allows_a_subscription_is_its_filter(topic_filter: str) -> None:
    """Here MQTT's wildcards count in a resource, and nothing wider is needed."""
    found = policy(subscribe_block([topic_filter, topic_filter], Bus.IOT_CORE))
    assert found["operations"] == ["aws.greengrass#SubscribeToIoTCore"]
    assert found["resources"] == [topic_filter]


def test_what_allows_all_results() -> None:
    """Of what is announced there; of what is local too, if its results go there."""
    topics = (
        AnnouncementTopic("a", "local/#"),
        AnnouncementTopic("iotCore.a", "cloud/+", bus=Bus.IOT_CORE),
    )
    some = settings(announcement_topics=topics, iot_core_results_topic="r/{topic}/x")
    found = policy(publish_block(some, Bus.IOT_CORE))
    assert found["operations"] == ["aws.greengrass#PublishToIoTCore"]
    assert found["resources"] == ["r/cloud/+/x"]
    everything = settings(
        announcement_topics=topics,
        iot_core_results_topic="r/{topic}/x",
        all_results_to_iot_core=True,
    )
    resources = policy(publish_block(everything, Bus.IOT_CORE))["resources"]
    # A `#` in the middle would stand for itself.
    assert resources == ["r/clientdevices/associator/roster/x", "r/cloud/+/x", "r/local/*/x"]


def test_what_allows_claims() -> None:
    """Beside the results that go there, if there are any."""
    claims = ClaimTopic("clientdevices/{thingName}/associated", "core-1")
    found = policy(publish_block(settings(claims=claims), Bus.IOT_CORE))
    assert found["resources"] == ["clientdevices/+/associated"]


def test_local_results_are_no_concern_of_iot_core() -> None:
    """And of what came from there nothing is in the local block."""
    topics = (AnnouncementTopic("iotCore.a", "cloud", bus=Bus.IOT_CORE),)
    block = json.loads(publish_block(settings(announcement_topics=topics)))
    (found,) = block["accessControl"]["aws.greengrass.ipc.pubsub"].values()
    assert found["resources"] == [ROSTER_TOPIC]
