import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.reporting.access_control import publish_block, subscribe_block
from support.values import settings

ROOT = Path(__file__).resolve().parents[3]


def policy(block: str) -> dict[str, Any]:
    """The one policy of a block; nothing else may be in it."""
    document = json.loads(block)
    assert document.keys() == {"accessControl"}
    assert document["accessControl"].keys() == {"aws.greengrass.ipc.pubsub"}
    ((name, found),) = document["accessControl"]["aws.greengrass.ipc.pubsub"].items()
    assert name.startswith("community.greengrass.ClientDeviceAssociator:pubsub:")
    assert found.keys() == {"policyDescription", "operations", "resources"}
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("topic_filter", "resource"),
    [
        ("what?/$money/*", "what${?}/$money/${*}"),
        ("$aws/things/+/shadow/get", "$aws/things/*/shadow/get"),
        ("${x}", "${$}{x}"),
        ("a/b", "a/b"),
        ("a/+/b", "a/*/b"),
        ("a/#", "a/*"),
        ("#", "*"),
        ("+/+", "*/*"),
        ("", ""),
    ],
)
def test_what_allows_a_subscription(topic_filter: str, resource: str) -> None:
    """In a resource only `*` is a wildcard; `+` and `#` would stand for themselves."""
    found = policy(subscribe_block([topic_filter]))
    assert found["operations"] == ["aws.greengrass#SubscribeToTopic"]
    assert found["resources"] == [resource]


def test_what_allows_all_results() -> None:
    """Of every source, each resource once."""
    sources = (
        AnnouncementTopic("a", "a/+"),
        AnnouncementTopic("b", "a/#"),
        AnnouncementTopic("c", "c"),
        AnnouncementTopic("d", "c"),
    )
    found = policy(
        publish_block(settings(announcement_topics=sources, results_topic="r/{topic}/{thingName}"))
    )
    assert found["operations"] == ["aws.greengrass#PublishToTopic"]
    assert found["resources"] == ["clientdevices/associator/roster", "r/a/*/*", "r/c/*"]


def test_the_defaults_are_what_the_recipe_allows() -> None:
    """The block to merge would add nothing to the recipe's own."""
    recipe = yaml.safe_load((ROOT / "recipe.yaml").read_text(encoding="utf-8"))
    policies = recipe["ComponentConfiguration"]["DefaultConfiguration"]["accessControl"][
        "aws.greengrass.ipc.pubsub"
    ]
    allowed = {
        (operation, resource)
        for one in policies.values()
        for operation in one["operations"]
        for resource in one["resources"]
    }
    defaults = settings()
    filters = [one.topic_filter for one in defaults.announcement_topics]
    for found in (policy(subscribe_block(filters)), policy(publish_block(defaults))):
        (operation,) = found["operations"]
        assert {(operation, resource) for resource in found["resources"]} <= allowed


def test_a_merged_block_replaces_no_policy_of_the_recipe() -> None:
    """A deployment merges by key: an equal name would take away what the recipe allows."""
    recipe = yaml.safe_load((ROOT / "recipe.yaml").read_text(encoding="utf-8"))
    names = recipe["ComponentConfiguration"]["DefaultConfiguration"]["accessControl"][
        "aws.greengrass.ipc.pubsub"
    ].keys()
    for block in (subscribe_block(["a"]), publish_block(settings())):
        merged = json.loads(block)["accessControl"]["aws.greengrass.ipc.pubsub"]
        assert not merged.keys() & names
