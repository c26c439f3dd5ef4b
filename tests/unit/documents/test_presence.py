"""The configurations for joining without being asked are complete and belong together."""

import json
from pathlib import Path
from typing import Any

import pytest

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.announcement import Announcement
from client_device_associator.messages.topic import MAX_TOPIC_BYTES
from client_device_associator.reporting.access_control import publish_block, subscribe_block
from support.documents import ROOT, read
from unit.documents.test_configurations import allowed, merged, needed, recipe_defaults, settings_of

PRESENCE = ROOT / "docs" / "presence"
FOLDERS = sorted(path.name for path in PRESENCE.iterdir() if path.is_dir())
BRIDGE = "mqtt-bridge-AbC123xyz90"
LITE_VALUE_BYTES = 1000
"""About what a value may have on nucleus lite, or the deployment fails."""


def document(folder: str, name: str) -> dict[str, Any]:
    """One of the files."""
    content: dict[str, Any] = json.loads((PRESENCE / folder / f"{name}.json").read_text("utf-8"))
    return content


def settings(folder: str) -> Settings:
    """What the component makes of it."""
    return settings_of(merged(recipe_defaults(), document(folder, "associator")))


@pytest.mark.parametrize("folder", FOLDERS)
def test_everything_that_it_needs_is_allowed(folder: str) -> None:
    """Its topics and those of its results, beside what the recipe allows."""
    whole = merged(recipe_defaults(), document(folder, "associator"))
    topics = [one.topic_filter for one in settings(folder).announcement_topics]
    assert needed(subscribe_block(topics)) <= allowed(whole, "SubscribeToTopic")
    assert needed(publish_block(settings(folder))) <= allowed(whole, "PublishToTopic")
    own = document(folder, "associator")["accessControl"]["aws.greengrass.ipc.pubsub"]
    assert not own.keys() & recipe_defaults()["accessControl"]["aws.greengrass.ipc.pubsub"].keys()
    assert all(len(json.dumps(policy)) < LITE_VALUE_BYTES for policy in own.values())


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_bridge_relays_what_is_listened_to(folder: str) -> None:
    """And nothing else, and it is no device itself."""
    mapping = document(folder, "bridge")["mqttTopicMapping"].values()
    presence = [one for one in settings(folder).announcement_topics if one.is_presence]
    assert {one["topic"] for one in mapping} == {one.topic_filter for one in presence}
    assert all((one["source"], one["target"]) == ("LocalMqtt", "Pubsub") for one in mapping)
    for source in presence:
        assert source.proves_names
        assert source.rules.why_not(BRIDGE) is not None
        assert source.rules.why_not("pump-7") is None
        refusal = settings(folder).policy.gate.why_not(Announcement(BRIDGE, "t"), source.key)
        assert refusal is not None
        assert refusal.is_silent
        assert len(source.topic_filter) < MAX_TOPIC_BYTES


def test_configurations_can_be_merged_together() -> None:
    """Their keys differ, but for what is equal in them; two are about the same event of EMQX."""
    kinds = [name for name in FOLDERS if name != "emqx-rule"]
    whole: Any = recipe_defaults()
    for name in kinds:
        whole = merged(whole, document(name, "associator"))
    filters = {one.topic_filter for one in settings_of(whole).announcement_topics}
    for name in kinds:
        assert filters >= {one.topic_filter for one in settings(name).announcement_topics}


def test_each_folder_is_described() -> None:
    """In the table of what there is, and in that of what it proves."""
    text = read(PRESENCE / "README.md")
    for folder in FOLDERS:
        assert f"[{folder}]({folder}/)" in text
    assert {path.name for path in PRESENCE.rglob("*.json")} == {
        *("associator.json", "bridge.json", "emqx.json")
    }
    assert Path(PRESENCE / "emqx-rule" / "emqx.json").exists()
