"""Admission rules in a configuration document."""

from typing import Any

import pytest

from client_device_associator.configuration.parser import parse_configuration
from client_device_associator.configuration.rules import restricts
from client_device_associator.core.announcement import Announcement

CORE = "core-1"


def admits(admission: dict[str, Any], name: str, entry: dict[str, Any] | None = None) -> bool:
    """Whether a name is admitted on a topic, which may have rules of its own."""
    document = {"admission": admission, "announcements": {"here": {"topic": "t", **(entry or {})}}}
    parsed = parse_configuration(document, CORE)
    assert parsed.settings is not None, parsed.problems
    return parsed.settings.policy.gate.why_not(Announcement(name, "t"), "here") is None


def test_globs_expressions_and_the_core_device() -> None:
    """A string is a shell-style pattern, a map holds an expression."""
    rules: dict[str, Any] = {
        "line": "line-{coreThingName}-*",
        "meter": {"regex": "meter-[0-9]{3}"},
    }
    assert admits({"allow": rules}, "line-core-1-a")
    assert admits({"allow": rules}, "meter-123")
    assert not admits({"allow": rules}, "line-core-2-a")
    assert not admits({"allow": rules}, "meter-1234")
    assert not admits({"allow": rules, "deny": {"one": "*-123"}}, "meter-123")


def test_an_allow_map_that_is_there_and_empty_is_nobody() -> None:
    """Also when a deployment has removed its last rule with null, or with lite's spelling of it."""
    empty: list[dict[str, Any]] = [{}, {"gone": None}, {"gone": "null"}]
    for allow in empty:
        assert not admits({"allow": allow}, "a")
        assert not admits({}, "a", {"allow": allow})
    absent: list[dict[str, Any]] = [{}, {"allow": None}, {"allow": "null"}, {"deny": {}}]
    for admission in absent:
        assert admits(admission, "a")


def test_a_topic_s_rules_come_on_top() -> None:
    """Both have to admit, and a deny of either is enough."""
    both = {"allow": {"a": "a*"}}
    assert admits(both, "ab", {"allow": {"b": "*b"}})
    assert not admits(both, "ac", {"allow": {"b": "*b"}})
    assert not admits(both, "cb", {"allow": {"b": "*b"}})
    assert not admits(both, "ab", {"deny": {"b": "*b"}})
    assert not admits({"deny": {"b": "*b"}}, "ab", {"allow": {"b": "*b"}})


@pytest.mark.parametrize(
    ("admission", "pointer"),
    [
        ({"allow": 5}, "/admission/allow"),
        ({"deny": ["a"]}, "/admission/deny"),
        ({"allow": {"x": 5}}, "/admission/allow/x"),
        ({"allow": {"x": ["a"]}}, "/admission/allow/x"),
        ({"allow": {"x": ""}}, "/admission/allow/x"),
        ({"allow": {"x": "line/1"}}, "/admission/allow/x"),
        ({"deny": {"x": {"regex": "(?=a)"}}}, "/admission/deny/x/regex"),
        ({"deny": {"x": {"regex": 5}}}, "/admission/deny/x/regex"),
        ({"deny": {"x": {}}}, "/admission/deny/x/regex"),
        ({"deny": {"x": {"glob": "a"}}}, "/admission/deny/x/regex"),
    ],
)
def test_what_is_wrong_with_rules(admission: dict[str, Any], pointer: str) -> None:
    """Each problem has its place, globally and for a topic."""
    assert [one.pointer for one in parse_configuration({"admission": admission}).problems] == [
        pointer
    ]
    document = {"announcements": {"here": {"topic": "t", **admission}}}
    assert [one.pointer for one in parse_configuration(document).problems] == [
        pointer.replace("/admission/", "/announcements/here/")
    ]


def test_a_core_device_without_a_name_is_a_problem_only_for_patterns_that_name_it() -> None:
    """Anything else works as before."""
    named = {"admission": {"allow": {"x": "{coreThingName}-*"}}}
    (problem,) = parse_configuration(named).problems
    assert problem.pointer == "/admission/allow/x"
    assert parse_configuration({"admission": {"allow": {"x": "a"}}}).problems == ()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, False),
        ({"admission": None}, False),
        ({"admission": {}}, False),
        ({"admission": {"requireProvenName": False}}, False),
        ({"admission": {"requireProvenName": "false", "allow": "null"}}, False),
        ({"admission": {"requireProvenName": "true"}}, True),
        ({"admission": {"requireProvenName": "yes"}}, True),
        ({"admission": {"allow": {}}}, True),
        ({"admission": {"allwo": {"a": "b"}}}, True),
        ({"admission": "line-*"}, True),
        ({"announcements": {"a": {"deny": {"x": "y"}}}}, True),
        ({"announcements": {"a": {"allow": {}}}}, True),
        ({"announcements": {"a": {"topic": "t"}, "b": 5}}, False),
        ({"announcements": 5}, False),
        ({"iotCore": {"announcements": {"a": {"deny": {"x": "y"}}}}}, True),
        ({"iotCore": {"announcements": {"a": {"topic": "t"}}}}, False),
        ({"iotCore": 5}, False),
    ],
)
def test_whether_a_document_is_meant_to_keep_somebody_out(
    document: dict[str, Any], *, expected: bool
) -> None:
    """With whatever mistakes."""
    assert restricts(document) is expected
