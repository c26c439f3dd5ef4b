import re
from typing import Any

import pytest

from client_device_associator.configuration.parser import default_settings, parse_configuration
from client_device_associator.configuration.settings import AnnouncementTopic, Settings
from client_device_associator.core.bus import Bus
from client_device_associator.messages.template import parse_template

CORE = "core-1"


def parsed(iot_core: object, core_thing_name: str = CORE, **more: Any) -> Settings:  # noqa: ANN401 - any JSON
    """The settings of a document that is good."""
    reading = parse_configuration({"iotCore": iot_core, **more}, core_thing_name)
    assert (reading.problems, reading.warnings) == ((), ())
    assert reading.settings is not None
    return reading.settings


def problem(iot_core: object, core_thing_name: str = CORE, **more: Any) -> str:  # noqa: ANN401 - any JSON
    """The one problem of a document."""
    (found,) = parse_configuration({"iotCore": iot_core, **more}, core_thing_name).problems
    return str(found)


def on_iot_core(iot_core: object) -> tuple[AnnouncementTopic, ...]:
    """The announcement topics there."""
    return parsed(iot_core).topics_on(Bus.IOT_CORE)


@pytest.mark.parametrize("iot_core", [None, "null", {}, {"announcements": {}}, {"results": {}}])
def test_it_is_off_unless_it_is_configured(iot_core: object) -> None:
    """No topic there, and no result goes there."""
    assert parsed(iot_core) == default_settings()
    assert default_settings().topics_on(Bus.IOT_CORE) == ()
    assert default_settings().answered_on(Bus.IOT_CORE) == ()


def test_an_entry_has_the_same_parts_as_a_local_one() -> None:
    """Topic, template, mode and rules; beside an entry of the same key on the core device."""
    entry = {"topic": "t/+", "thingName": "{topic:1}", "mode": "presence", "deny": {"x": "bad-*"}}
    settings = parsed({"announcements": {"own": entry}}, announcements={"own": entry})
    local, cloud = settings.announcement_topics
    for one, key, bus in ((local, "own", Bus.LOCAL), (cloud, "iotCore.own", Bus.IOT_CORE)):
        assert (one.key, one.bus, one.topic_filter, one.is_presence) == (key, bus, "t/+", True)
        assert one.thing_name == parse_template("{topic:1}")
        assert one.rules.why_not("good-1") is None
        where = "announcements.own" if bus is Bus.LOCAL else "iotCore.announcements.own"
        assert one.rules.why_not("bad-1") == f"the rule 'x' of {where}.deny matches it"
    assert settings.policy.lanes == ("own", "iotCore.own")


def test_a_filter_there_may_name_the_core_device() -> None:
    """One deployment serves a fleet, and each core device hears what is meant for it."""
    (topic,) = on_iot_core({"announcements": {"a": {"topic": "cores/{coreThingName}/announce"}}})
    assert topic.topic_filter == "cores/core-1/announce"


def test_local_entries_alone_have_defaults() -> None:
    """Those of the core device stay when there are some on AWS IoT Core."""
    settings = parsed({"announcements": {"a": {"topic": "t"}}})
    assert settings.topics_on(Bus.LOCAL) == default_settings().announcement_topics


def test_an_entry_that_is_null_is_removed() -> None:
    """As deployments do it."""
    assert on_iot_core({"announcements": {"a": None}}) == ()


@pytest.mark.parametrize(
    ("iot_core", "where", "why"),
    [
        ({"announcements": {"a": {}}}, "/announcements/a/topic", "at least one character"),
        ({"announcements": {"a": {"topic": "$aws/x"}}}, "/announcements/a/topic", "reserved"),
        ({"announcements": {"a": {"topic": "a/{b}"}}}, "/announcements/a/topic", "no braces but"),
        (
            {"announcements": {"a": {"topic": "a", "thingName": "x"}}},
            "/announcements/a/thingName",
            "template",
        ),
        (
            {"announcements": {"a": {"topic": "a", "mode": "presence"}}},
            "/announcements/a/thingName",
            "without",
        ),
        (
            {"announcements": {"a": {"topic": "a", "allow": {"x": 5}}}},
            "/announcements/a/allow/x",
            "pattern",
        ),
        ({"announcements": {"a": {"topic": "a/#"}}}, "/results/topic", "come back .* on a/#"),
        ({"departures": {"a": {"topic": "$aws/x"}}}, "/departures/a/topic", "reserved"),
        ({"departures": {"a": {"topic": "a/{no}"}}}, "/departures/a/topic", "no braces but"),
        (
            {"announcements": {"a": {"topic": "a/+"}}, "departures": {"b": {"topic": "a/b"}}},
            "/departures/b/topic",
            "no announcement comes, as on a/\\+",
        ),
        ({"departures": {"a": {"topic": "a/#"}}}, "/results/topic", "come back .* on a/#"),
        ({"results": {"topic": "$aws/things/x"}}, "/results/topic", "rules"),
        ({"results": {"topic": "{nothing}"}}, "/results/topic", "no placeholder but"),
        ({"results": {"all": "maybe"}}, "/results/all", "true or false"),
        (5, "", "a map"),
    ],
)
def test_what_is_wrong_is_named(iot_core: object, where: str, why: str) -> None:
    """With its place, and what would be right."""
    found = problem(iot_core)
    assert found.startswith(f"/iotCore{where}: ")
    assert re.search(why, found)


def test_a_core_device_without_a_name_cannot_be_named() -> None:
    """A filter for all of them would have each associate everything."""
    found = problem({"announcements": {"a": {"topic": "c/{coreThingName}"}}}, core_thing_name="")
    assert "without {coreThingName}" in found


@pytest.mark.parametrize(
    ("where", "beginning"),
    [
        ("/announcements", "iotCore."),
        ("/announcements", "departures."),
        ("/iotCore/announcements", "departures."),
    ],
)
def test_an_entry_cannot_take_the_lane_of_another(where: str, beginning: str) -> None:
    """Rules and fairness go by the key."""
    document: dict[str, object] = {f"{beginning}a": {"topic": "t"}}
    for key in reversed(where.split("/")[1:]):
        document = {key: document}
    (found,) = parse_configuration(document).problems
    assert str(found).startswith(f"{where}/{beginning}a/topic: ")
    assert f"does not begin with '{beginning}'" in str(found)


def test_departures_come_from_there_too() -> None:
    """Their filters may name this core device, and their rules are their own."""
    entry = {"topic": "cores/{coreThingName}/+/gone", "thingName": "{topic:2}", "deny": {"a": "a"}}
    (topic,) = on_iot_core({"departures": {"gone": entry}})
    assert topic.leaves
    assert topic.key == "iotCore.departures.gone"
    assert topic.topic_filter == "cores/core-1/+/gone"
    assert "of iotCore.departures.gone.deny" in str(topic.rules.why_not("a"))
    assert topic.rules.why_not("b") is None


def test_unknown_keys_there_are_warned_about() -> None:
    """Once, with the nearest that there is."""
    reading = parse_configuration({"iotCore": {"result": {}, "results": {"al": True}}})
    assert [str(one) for one in reading.warnings] == [
        "/iotCore/result: found an unknown key, expected 'results'",
        "/iotCore/results/al: found an unknown key, expected 'all'",
    ]


def test_all_results_go_there_if_that_is_wanted() -> None:
    """Those of local announcements as well, each by the template of its bus."""
    iot_core = {
        "announcements": {"a": {"topic": "cloud"}},
        "results": {"all": "true", "topic": "fleet/{coreThingName}"},
    }
    settings = parsed(iot_core)
    assert settings.answered_on(Bus.IOT_CORE) == settings.announcement_topics
    assert settings.answered_on(Bus.LOCAL) == settings.topics_on(Bus.LOCAL)
    assert settings.results_topic_on(Bus.IOT_CORE) == "fleet/{coreThingName}"
    assert settings.results_topic_on(Bus.LOCAL) == "{topic}/status"
    assert not parsed({"announcements": {"a": {"topic": "cloud"}}}).all_results_to_iot_core


def test_what_is_said_of_the_clouds_list_must_not_come_back_either() -> None:
    """With all results it goes there too, though no announcement asked for it."""
    heard = {"announcements": {"a": {"topic": "clientdevices/associator/#"}}}
    assert "come back" in problem({**heard, "results": {"all": True, "topic": "{topic}/x"}})
    assert parsed({**heard, "results": {"all": True, "topic": "cloud/x"}}).all_results_to_iot_core
