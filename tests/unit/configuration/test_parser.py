import json
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from client_device_associator.configuration.parser import (
    default_settings,
    parse_configuration,
)
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.pacing import paced
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Result, Status
from client_device_associator.messages.result_message import result_topic
from support.values import JSON


def pointers(document: dict[str, Any]) -> list[str]:
    """Where a document has problems; it must have some."""
    reading = parse_configuration(document)
    assert reading.settings is None
    return [one.pointer for one in reading.problems]


def good(document: dict[str, Any]) -> Settings:
    """The settings of a document without a problem or a warning."""
    reading = parse_configuration(document)
    assert reading.problems == reading.warnings == ()
    assert reading.settings is not None
    return reading.settings


def test_everything_has_a_default() -> None:
    """It works out of the box; accessControl is the nucleus's own."""
    settings = good({"accessControl": {"aws.greengrass.ipc.pubsub": {}}})
    assert settings == default_settings()
    expected = Policy(
        *(100, 1, 10_000, 10, 3600),
        receipts=False,
        gate=settings.policy.gate,
        lanes=("shared", "own"),
        max_devices=None,
        reconcile_seconds=24 * 3600,
    )
    assert settings.policy == expected
    assert settings.policy.gate.admits_everybody
    assert [(one.key, one.topic_filter) for one in settings.announcement_topics] == [
        ("shared", "clientdevices/announce"),
        ("own", "clientdevices/+/announce"),
    ]


WHOLE: dict[str, Any] = {
    "announcements": {"zigbee": {"topic": "zb/+/joined", "thingName": "zb-{payload:/serial}"}},
    "results": {"topic": "results/{thingName}", "encoding": "json", "receipts": True},
    "batching": {"maxSize": 50, "maxWaitSeconds": 0.5},
    "limits": {"maxPending": 10, "maxAttempts": 3, "maxDevices": 200},
    "admission": {"requireProvenName": True, "allow": {"own": "zb-*"}, "deny": {}},
    "trustSeconds": 60,
    "pacing": {"spreadSeconds": 220},
    "reconcile": {"intervalHours": 0.5, "restore": True},
    "departures": {
        "topics": {"gone": {"topic": "zb/+/left", "thingName": "zb-{topic:1}", "deny": {"x": "y"}}},
        "afterSilentDays": 30,
        "maxPerDay": 7,
        "dryRun": False,
    },
    "workerIdleSeconds": 5,
    "subscriptionRenewalSeconds": 30,
    "deploymentVeto": True,
    "logLevel": "DEBUG",
}


def as_lite_spells_it(value: object) -> object:
    """Every scalar as a string."""
    if isinstance(value, dict):
        return {key: as_lite_spells_it(inner) for key, inner in value.items()}
    return value if isinstance(value, str) else json.dumps(value)


def test_every_key_counts() -> None:
    """Each of them, as numbers or as the strings that lite makes of them."""
    settings = good(WHOLE)
    expected = Policy(
        *(50, 0.5, 10, 3, 60),
        receipts=True,
        gate=settings.policy.gate,
        lanes=("zigbee", "departures.gone"),
        max_devices=200,
        reconcile_seconds=1800,
        restores=True,
        pacing=paced(220),
        silent_days=30,
        departures_per_day=7,
        departures_dry_run=False,
    )
    assert settings.policy == expected
    assert settings.results_topic == "results/{thingName}"
    assert settings.results_as_json
    assert (settings.worker_idle_seconds, settings.subscription_renewal_seconds) == (5, 30)
    assert settings.deployment_veto
    assert settings.log_level == "DEBUG"
    source, leaving = settings.announcement_topics
    assert (leaving.key, leaving.topic_filter) == ("departures.gone", "zb/+/left")
    assert (leaving.leaves, source.leaves) == (True, False)
    assert leaving.rules.where == "departures.topics.gone"
    assert (source.key, source.topic_filter) == ("zigbee", "zb/+/joined")
    assert source.thing_name is not None
    assert source.thing_name.fill("", {"serial": 5}) == "zb-5"
    spelled = as_lite_spells_it(WHOLE)
    assert isinstance(spelled, dict)
    assert good(spelled) == settings


def test_every_problem_is_listed_at_once() -> None:
    """A person corrects them all in one go."""
    assert pointers(
        {
            "announcements": {"a": {"topic": "a+"}, "b": {"topic": "b", "thingName": "{x}"}},
            "results": {"encoding": "xml", "receipts": "maybe"},
            "batching": {"maxSize": 101, "maxWaitSeconds": -1},
            "limits": {"maxPending": 0, "maxAttempts": "x"},
            "trustSeconds": [],
            "workerIdleSeconds": True,
            "subscriptionRenewalSeconds": 0,
            "deploymentVeto": 1,
            "logLevel": "LOUD",
        }
    ) == [
        "/announcements/a/topic",
        "/announcements/b/thingName",
        "/results/encoding",
        "/results/receipts",
        "/batching/maxSize",
        "/batching/maxWaitSeconds",
        "/limits/maxPending",
        "/limits/maxAttempts",
        "/trustSeconds",
        "/workerIdleSeconds",
        "/subscriptionRenewalSeconds",
        "/deploymentVeto",
        "/logLevel",
    ]


@pytest.mark.parametrize("announcements", [{}, 5, [], {"a": 5}, {"a": {}}, {"a": {"topic": 5}}])
def test_announcements_come_from_somewhere(announcements: object) -> None:
    """No entries, or entries without a topic, are a mistake."""
    assert {one[:14] for one in pointers({"announcements": announcements})} == {"/announcements"}


@pytest.mark.parametrize(
    "topic", ["", "a/+", "#", "{topic", "{x}/status", "{topic}}", "{to{topic}pic}", "x" * 257]
)
def test_results_need_a_topic_to_publish_to(topic: str) -> None:
    """No wildcards, no unknown placeholders, nothing too long."""
    assert pointers({"results": {"topic": topic}}) == ["/results/topic"]


@pytest.mark.parametrize(
    ("filters", "topic"),
    [
        (["a"], "a"),
        (["a"], "{topic}"),
        (["a/#"], "{topic}/status"),
        (["a/+"], "a/{thingName}"),
        (["a/+"], "a/x-{thingName}"),
        (["a/+"], "a/{coreThingName}"),
        (["a", "a/status"], "{topic}/status"),
        (["+/a", "b/pc/a"], "b/p{topic}"),
        (["a/#", "r/a/bs"], "r/{topic}s"),
    ],
)
def test_results_never_come_back_as_announcements(filters: list[str], topic: str) -> None:
    """A result topic that an announcement filter could match is refused."""
    announcements = {str(index): {"topic": text} for index, text in enumerate(filters)}
    assert pointers({"announcements": announcements, "results": {"topic": topic}}) == [
        "/results/topic"
    ]


@pytest.mark.parametrize(
    "topic_filter", ["a/" * 2000 + "b", "/".join("#" * 300), "/".join("a#" * 100)]
)
def test_a_topic_that_is_far_too_long_is_a_problem_like_others(topic_filter: str) -> None:
    """It is said what is wrong with it; nothing is raised and nothing takes for ever."""
    document = {"announcements": {"a": {"topic": topic_filter}}}
    assert "/announcements/a/topic" in pointers(document)


def test_a_template_with_a_number_beyond_all_counting_is_a_problem() -> None:
    """Python refuses to read integers of over 4,300 digits."""
    thing_name = "{topic:" + "1" * 5000 + "}"
    document = {"announcements": {"a": {"topic": "a/+", "thingName": thing_name}}}
    assert pointers(document) == ["/announcements/a/thingName"]


def test_unknown_keys_are_warned_about_and_harm_nothing() -> None:
    """The settings are in effect all the same."""
    reading = parse_configuration({"trustSecond": 5})
    assert reading.settings == default_settings()
    assert [one.pointer for one in reading.warnings] == ["/trustSecond"]


VALUES = JSON | st.sampled_from(["true", "5", "1e999", "{topic}/x", "a/#", "{topic:1}", "json"])
SECTIONS = ["results", "batching", "limits"]
KEYS = ["topic", "encoding", "receipts", "maxSize", "maxWaitSeconds", "maxPending", "maxAttempts"]
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "announcements": JSON
        | st.dictionaries(
            st.text(max_size=3),
            st.fixed_dictionaries({}, optional={"topic": VALUES, "thingName": VALUES}),
            max_size=3,
        ),
        **{
            section: VALUES | st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4)
            for section in SECTIONS
        },
        "trustSeconds": VALUES,
        "deploymentVeto": VALUES,
        "logLevel": VALUES,
    },
) | st.dictionaries(st.text(st.characters(), max_size=8), JSON, max_size=5)


@given(DOCUMENTS)
def test_reading_never_raises(document: dict[str, object]) -> None:
    """Any JSON comes to settings or to problems, never to both or neither."""
    reading = parse_configuration(document)
    assert (reading.settings is None) == bool(reading.problems)
    for finding in (*reading.problems, *reading.warnings):
        assert finding.pointer.startswith("/")
        assert finding.expected


TOPICS = ["/".join(levels) for length in (1, 2, 3) for levels in product("ab", repeat=length)]
FILTERS = st.lists(st.sampled_from("ab+"), min_size=1, max_size=3).map("/".join) | st.lists(
    st.sampled_from("ab+"), max_size=2
).map(lambda levels: "/".join([*levels, "#"]))
TEMPLATES = st.lists(
    st.sampled_from(["a", "b", "/", "{topic}", "{thingName}", "{coreThingName}"]),
    min_size=1,
    max_size=4,
).map("".join)


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a filter with `#` at the end only matches a topic."""
    wanted, given_levels = topic_filter.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted, given_levels = wanted[:-1], given_levels[: len(wanted) - 1]
    return len(wanted) == len(given_levels) and all(
        level in ("+", found) for level, found in zip(wanted, given_levels, strict=True)
    )


@given(st.lists(FILTERS, min_size=1, max_size=3), TEMPLATES)
@example(["+", "b/a"], "b/{topic}")
def test_accepted_topics_make_no_loop(filters: list[str], template: str) -> None:
    """Tried with every short topic: no result goes where an announcement would come from."""
    announcements = {str(index): {"topic": text} for index, text in enumerate(filters)}
    reading = parse_configuration({"announcements": announcements, "results": {"topic": template}})
    if reading.settings is None:
        return
    for topic in TOPICS:
        if any(matches(one, topic) for one in filters):
            for name in "ab":
                target = result_topic(template, Result(topic, Status.QUEUED, name), name)
                assert target is not None
                assert not any(matches(one, target) for one in filters)


def test_a_number_that_cannot_be_written_is_a_problem_like_any_other() -> None:
    """Python refuses to print it, and the other problems are listed all the same."""
    (one, other) = parse_configuration({"trustSeconds": 10**5000, "logLevel": 7}).problems
    assert (one.found, other.found) == ("a number that is too large", "7")


def test_a_filter_that_no_text_can_hold_is_a_problem_like_any_other() -> None:
    """JSON can write half a surrogate pair, and UTF-8 cannot."""
    document = {"announcements": {"a": {"topic": "a/\ud800"}, "b": {"topic": "b"}}}
    (problem,) = parse_configuration(document).problems
    assert problem.pointer == "/announcements/a/topic"
    assert problem.expected == "a topic that can be written in UTF-8"
