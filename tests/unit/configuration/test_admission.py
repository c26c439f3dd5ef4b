"""Who is admitted, by the settings together."""

from typing import Any

import pytest

from client_device_associator.configuration.parser import parse_configuration, substitute_settings
from client_device_associator.core.admission.gate import Gate, Refusal
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.bus import Bus
from client_device_associator.core.result import Reason

SHARED: dict[str, Any] = {"topic": "shared"}
OWN: dict[str, Any] = {"topic": "own/+/hello", "thingName": "{topic:1}"}
GATEWAY: dict[str, Any] = {"topic": "gateway", "thingName": "gw-{payload:/serial}"}
TELEMETRY: dict[str, Any] = {
    "topic": "telemetry/+/#",
    "thingName": "{topic:1}",
    "mode": "presence",
}
ONLY_A = {"allow": {"a": "a*"}}


def gate(admission: dict[str, Any] | None = None, **entries: dict[str, Any]) -> Gate:
    """What the settings decide with these announcement topics."""
    document = {
        "admission": admission or {},
        "announcements": entries,
        "results": {"topic": "results"},
    }
    parsed = parse_configuration(document, "core-1")
    assert parsed.settings is not None, parsed.problems
    return parsed.settings.policy.gate


def test_there_may_be_nothing_to_decide() -> None:
    """Only with no rule anywhere."""
    assert gate(shared=SHARED).admits_everybody
    assert not gate(ONLY_A, shared=SHARED).admits_everybody
    assert not gate({"requireProvenName": True}, shared=SHARED).admits_everybody
    assert not gate(shared=SHARED, own=OWN | ONLY_A).admits_everybody


def test_the_reason_names_the_rule() -> None:
    """With the map that holds it."""
    decided = gate({"deny": {"bridge": "mqtt-*"}}, shared=SHARED | ONLY_A)
    assert decided.why_not(Announcement("mqtt-1", "shared"), "shared") == Refusal(
        Reason.NOT_ADMITTED, "the rule 'bridge' of admission.deny matches it"
    )
    assert decided.why_not(Announcement("b", "shared"), "shared") == Refusal(
        Reason.NOT_ADMITTED, "no rule of announcements.shared.allow matches it"
    )
    assert decided.why_not(Announcement("a", "shared"), "shared") is None


def test_names_are_proven_by_topics_alone() -> None:
    """Neither an announcement of ours nor a foreign message proves a name."""
    decided = gate({"requireProvenName": True}, shared=SHARED, own=OWN, gateway=GATEWAY)
    assert decided.why_not(Announcement("a", "own/a/hello"), "own") is None
    for announcement, source in [
        (Announcement("a", "shared"), "shared"),
        (Announcement("gw-1", "gateway"), "gateway"),
    ]:
        for known_source in (source, None):
            refusal = decided.why_not(announcement, known_source)
            assert refusal is not None
            assert refusal.reason is Reason.UNPROVEN_NAME


@pytest.mark.parametrize(
    ("name", "topic", "is_admitted"),
    [
        ("a1", "own/a1/hello", True),
        ("b1", "own/b1/hello", False),
        ("b1", "own/b1/hello/", False),
        ("b1", "shared", True),
        ("b1", "not/configured/any-more", True),
        ("c1", "shared", False),
        ("c1", "not/configured/any-more", False),
        ("b1", "own/other/hello", True),
    ],
)
def test_later_the_topic_tells_which_rules_are_asked(
    name: str, topic: str, *, is_admitted: bool
) -> None:
    """An entry that cannot have brought this name from there does not count."""
    decided = gate({"deny": {"c": "c*"}}, shared=SHARED, own=OWN | ONLY_A)
    assert (decided.why_not(Announcement(name, topic)) is None) is is_admitted


def test_one_entry_that_admits_is_enough() -> None:
    """Where filters overlap, the message came by both."""
    decided = gate(
        narrow=OWN | {"deny": {"all": "*"}}, wide={"topic": "own/#", "thingName": "{topic:1}"}
    )
    assert decided.why_not(Announcement("a", "own/a/hello")) is None
    assert decided.why_not(Announcement("a", "own/a/hello"), "narrow") is not None


def test_a_topic_that_is_too_short_for_an_entry_did_not_come_by_it() -> None:
    """Its template could not have been filled."""
    decided = gate(wide={"topic": "a/#", "thingName": "{topic:2}", **ONLY_A})
    assert decided.why_not(Announcement("b", "a/b")) is None


def test_an_entry_of_the_other_bus_did_not_bring_it() -> None:
    """Though its filter matches the topic: an announcement that waits has come by its own bus."""
    document = {
        "announcements": {"a": SHARED},
        "iotCore": {"announcements": {"a": SHARED | ONLY_A}},
    }
    settings = parse_configuration(document, "core-1").settings
    assert settings is not None
    decided = settings.policy.gate
    assert decided.why_not(Announcement("b", "shared")) is None
    assert decided.why_not(Announcement("b", "shared", bus=Bus.IOT_CORE)) == Refusal(
        Reason.NOT_ADMITTED, "no rule of iotCore.announcements.a.allow matches it"
    )


def test_presence_is_refused_in_silence() -> None:
    """Unless the same announcement may have been made on purpose."""
    quiet = gate(ONLY_A, telemetry=TELEMETRY)
    both = gate(ONLY_A, telemetry=TELEMETRY, own={**OWN, "topic": "telemetry/+/hello"})
    announcement = Announcement("b", "telemetry/b/hello")
    for decided, source, is_silent in [
        (quiet, None, True),
        (quiet, "telemetry", True),
        (both, "telemetry", True),
        (both, None, False),
        (both, "own", False),
    ]:
        refusal = decided.why_not(announcement, source)
        assert refusal is not None
        assert refusal.is_silent is is_silent
    unproven = gate({"requireProvenName": True, "deny": {"b": "b"}}, telemetry=TELEMETRY)
    assert unproven.why_not(announcement) == Refusal(
        Reason.NOT_ADMITTED, "the rule 'b' of admission.deny matches it", is_silent=True
    )


def test_presence_needs_a_name_from_the_topic() -> None:
    """A repeat costs no parsing, so that the payload cannot name anybody."""
    for entry in (SHARED, GATEWAY):
        document = {"announcements": {"here": {**entry, "mode": "presence"}}}
        (problem,) = parse_configuration(document).problems
        assert problem.pointer == "/announcements/here/thingName"
    (problem,) = parse_configuration({"announcements": {"here": {**OWN, "mode": "x"}}}).problems
    assert problem.expected == "one of announce, presence"


def test_the_substitute_of_a_bad_document_keeps_out_whom_it_was_meant_to() -> None:
    """Nobody is admitted until the mistake is corrected; other mistakes change nothing."""
    strict = substitute_settings({"admission": {"allow": {"x": "line/1"}}})
    assert strict.policy.gate.why_not(Announcement("a", "clientdevices/announce")) is not None
    assert substitute_settings({"trustSeconds": -1}).policy.gate.admits_everybody


def test_the_rules_that_admit_are_named() -> None:
    """Those for everybody, and those of the topic by which it came."""
    decided = gate({"allow": {"all": "*"}}, shared=SHARED | ONLY_A, own=OWN)
    assert decided.admitting(Announcement("a", "shared", lane="shared")) == (
        "admission.allow.all, announcements.shared.allow.a"
    )
    assert decided.admitting(Announcement("a", "own/a/hello", lane="own")) == "admission.allow.all"
    assert gate(shared=SHARED).admitting(Announcement("a", "shared", lane="shared")) is None
