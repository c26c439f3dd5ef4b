"""Configurations and policies in the documents are valid, and allow what they are for."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from client_device_associator.configuration.options import OPTIONS
from client_device_associator.configuration.parser import parse_configuration
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.bus import Bus
from client_device_associator.messages.topic import intersect
from client_device_associator.reporting.access_control import publish_block, subscribe_block
from client_device_associator.reporting.line import Place
from client_device_associator.reporting.notices import ConfigurationRejected, Notice, UnknownKey
from client_device_associator.reporting.wording import line_for
from support.documents import ROOT, Block, blocks, quoted, read, without_blocks

ACCESS_CONTROL = "accessControl"
PUBSUB, MQTT_PROXY = "aws.greengrass.ipc.pubsub", "aws.greengrass.ipc.mqttproxy"
COMPONENT = "community.greengrass.ClientDeviceAssociator"
SERVICE_ACTION = "greengrass:BatchAssociateClientDeviceWithCoreDevice"

_OPTION_KEYS = {option.key.split(".")[0] for option in OPTIONS}

CONFIGURATIONS = [
    block
    for block in blocks("json")
    if block.json().keys() <= {*_OPTION_KEYS, ACCESS_CONTROL}
    and not isinstance(block.json().get("results"), list)
]


def recipe_defaults() -> dict[str, Any]:
    """What a deployment merges into."""
    recipe = yaml.safe_load(read(ROOT / "recipe.yaml"))
    defaults = recipe["ComponentConfiguration"]["DefaultConfiguration"]
    assert isinstance(defaults, dict)
    return defaults


def merged(base: object, update: object) -> Any:  # noqa: ANN401 - any JSON
    """What a deployment's merge makes of two documents."""
    if not isinstance(base, Mapping) or not isinstance(update, Mapping):
        return update
    return {**base, **{key: merged(base.get(key), value) for key, value in update.items()}}


def allowed(document: Mapping[str, Any], operation: str, service: str = PUBSUB) -> set[str]:
    """The resources for which a document's accessControl allows an operation."""
    policies = document[ACCESS_CONTROL].get(service, {}).values()
    return {
        resource
        for policy in policies
        if f"aws.greengrass#{operation}" in policy["operations"]
        for resource in policy["resources"]
    }


def needed(block: str, service: str = PUBSUB) -> set[str]:
    """The resources in a block that the component asks operators to merge."""
    (policy,) = json.loads(block)[ACCESS_CONTROL][service].values()
    return set(policy["resources"])


def settings_of(document: Mapping[str, Any]) -> Settings:
    """The settings that a document becomes, without a problem or a warning."""
    parsed = parse_configuration(document, "core-1")
    assert (parsed.problems, parsed.warnings) == ((), ())
    assert parsed.settings is not None
    return parsed.settings


@pytest.mark.parametrize("block", CONFIGURATIONS, ids=str)
def test_a_configuration_can_be_merged(block: Block) -> None:
    """It is valid, changes something, and allows every topic that it brings."""
    defaults = recipe_defaults()
    document = merged(defaults, block.json())
    settings = settings_of(document)
    assert settings != settings_of(defaults)
    topics = [one.topic_filter for one in settings.topics_on(Bus.LOCAL)]
    assert needed(subscribe_block(topics)) <= allowed(document, "SubscribeToTopic")
    assert needed(publish_block(settings)) <= allowed(document, "PublishToTopic")
    topics = [one.topic_filter for one in settings.topics_on(Bus.IOT_CORE)]
    for operation, block_there in (
        ("SubscribeToIoTCore", subscribe_block(topics, Bus.IOT_CORE)),
        ("PublishToIoTCore", publish_block(settings, Bus.IOT_CORE)),
    ):
        resources = allowed(document, operation, MQTT_PROXY)
        for topic in needed(block_there, MQTT_PROXY):
            assert any(intersect(topic, resource) for resource in resources)


@pytest.mark.parametrize(
    "block", [one for one in CONFIGURATIONS if ACCESS_CONTROL in one.json()], ids=str
)
def test_a_policy_stands_beside_those_of_the_recipe(block: Block) -> None:
    """Its name is new, or the merge would replace one of the recipe's."""
    assert block.json()[ACCESS_CONTROL].keys() <= {PUBSUB, MQTT_PROXY}
    for service, policies in block.json()[ACCESS_CONTROL].items():
        assert not policies.keys() & recipe_defaults()[ACCESS_CONTROL].get(service, {}).keys()
        for name, policy in policies.items():
            assert name.startswith(f"{COMPONENT}:{service.rpartition('.')[2]}:")
            assert policy.keys() == {"policyDescription", "operations", "resources"}


def test_there_are_examples() -> None:
    """Each chapter of examples has one."""
    before, examples = read(ROOT / "docs" / "configuration.md").split("## Examples")
    lines = [one.line for one in CONFIGURATIONS if one.document == "docs/configuration.md"]
    assert sum(line > before.count("\n") for line in lines) == examples.count("\n### ")


def test_configurations_in_the_text_are_valid() -> None:
    """Those in a sentence as well: each that is an object, but for the one with two problems."""
    inline = [
        json.loads(text)
        for path in sorted((ROOT / "docs").rglob("*.md"))
        for text in quoted(without_blocks(read(path)))
        if text.startswith('{"') and "…" not in text
    ]
    configurations = [one for one in inline if one.keys() <= _OPTION_KEYS]
    assert len(configurations) >= 3
    defaults = recipe_defaults()
    problems = [bool(parse_configuration(merged(defaults, one)).problems) for one in configurations]
    assert sum(problems) == 1


def test_the_log_of_an_invalid_configuration_is_word_for_word() -> None:
    """The document shows what an operator reads."""
    (block,) = [one for one in blocks("text") if one.document == "docs/configuration.md"]
    before = read(ROOT / "docs" / "configuration.md").split(block.text)[0].splitlines()
    (sentence,) = [line for line in before[-4:] if line.startswith("The log of")]
    parsed = parse_configuration(json.loads(quoted(sentence)[0]))
    notices: list[Notice] = [
        *map(UnknownKey, parsed.warnings),
        ConfigurationRejected(parsed.problems),
    ]
    lines = [line_for(notice, Place("core-1", "eu-central-1")) for notice in notices]
    assert block.text.splitlines() == [
        f"{logging.getLevelName(line.level)} {line.text}" for line in lines if line
    ]


def test_the_readme_names_the_permission() -> None:
    """The one that the component needs."""
    assert SERVICE_ACTION in read(ROOT / "README.md")


def test_each_json_example_is_of_a_kind_that_is_checked() -> None:
    """A new kind of example needs a test of its own."""
    marks = {"thingName", "thingNames", "status", "timestamp"}
    marks |= {"Effect", "Statement", "mqttTopicMapping", "deviceGroups", "request", "sql", "type"}
    # A line of a recorded session: test_cli_bus_session.py.
    marks |= {"publisher"}
    for block in blocks("json"):
        assert block in CONFIGURATIONS or marks & block.json().keys(), str(block)
