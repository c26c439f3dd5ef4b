"""What core devices tell each other, as it stands in messages."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.bus import Bus
from client_device_associator.core.handover import Claim
from client_device_associator.core.result import Result, Status
from client_device_associator.messages.claim import ClaimTopic, why_no_claim_topic
from client_device_associator.messages.result_message import pack
from support.reading import document_of
from support.values import JSON, START, UNICODE

DEFAULT = "clientdevices/{thingName}/associated"
WITH_CORE = "cores/{coreThingName}/has/{thingName}"
HEARD_AT = "2027-01-15T08:00:00.000Z"
LAMP = {"thingName": "lamp", "status": "associated", "heardAt": HEARD_AT}


def claims_of(
    document: object, topic: str = "clientdevices/lamp/associated", template: str = DEFAULT
) -> list[Claim]:
    """What core-1 reads in a message."""
    payload = json.dumps(document).encode()
    return list(ClaimTopic(template, "core-1").read(topic, payload))


def message(*results: object, core: object = "core-2") -> Mapping[str, object]:
    """A message of a core device."""
    return {"coreDeviceThingName": core, "results": list(results), "timestamp": HEARD_AT}


def test_what_one_core_device_says_another_one_reads() -> None:
    """Each device on its own topic, with the moment at which it was heard."""
    claims = [
        Result("", Status.ASSOCIATED, name, bus=Bus.IOT_CORE, heard_at=START + 0.25)
        for name in ("lamp", "fan")
    ]
    sent = list(pack(claims, "no/{topic}", "core-2", START, as_json=False, claims_template=DEFAULT))
    assert [one.topic for one in sent] == [
        "clientdevices/lamp/associated",
        "clientdevices/fan/associated",
    ]
    read = [claim for one in sent for claim in claims_of(document_of(one), one.topic)]
    assert read == [Claim(name, "core-2", START + 0.25) for name in ("lamp", "fan")]


def test_claims_go_nowhere_if_there_is_no_topic_for_them() -> None:
    """They may be left over from other settings."""
    claim = Result("a", Status.ASSOCIATED, "lamp", bus=Bus.IOT_CORE, heard_at=START)
    answer = Result("a", Status.ASSOCIATED, "lamp", bus=Bus.IOT_CORE)
    sent = list(pack([claim, answer], "{topic}/status", "core-2", START, as_json=False))
    assert [(one.topic, one.results) for one in sent] == [("a/status", (1,))]


def test_a_topic_without_the_name_carries_several() -> None:
    """In one message."""
    found = claims_of(message(LAMP, LAMP | {"thingName": "fan"}), "all", "all")
    assert [one.thing_name for one in found] == ["lamp", "fan"]


@pytest.mark.parametrize(
    ("template", "topic_filter"),
    [(DEFAULT, "clientdevices/+/associated"), (WITH_CORE, "cores/+/has/+"), ("all", "all")],
)
def test_every_core_device_hears_all_of_them(template: str, topic_filter: str) -> None:
    """Placeholders are levels."""
    assert ClaimTopic(template, "core-1").topic_filter == topic_filter


@pytest.mark.parametrize("template", [DEFAULT, WITH_CORE, "{thingName}/{coreThingName}", "all"])
def test_a_topic_of_claims_is_good(template: str) -> None:
    """With either placeholder, or none."""
    assert why_no_claim_topic(template) is None


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("a/x-{thingName}", "a level may be {thingName}"),
        ("a/{topic}", "a level may be {thingName}"),
        ("a/{thingName", "a level may be {thingName}"),
        ("a/}", "a level may be {thingName}"),
        ("{thingName}/{thingName}", "once each at most"),
        ("{coreThingName}/{coreThingName}", "once each at most"),
        ("$aws/rules/x/{thingName}", "nobody could subscribe"),
        ("a/+/{thingName}", "without '+' or '#'"),
        ("a/b/c/d/e/f/g/h/{thingName}", "at most 7 slashes"),
        ("", "at least one character"),
    ],
)
def test_what_is_wrong_with_a_template_is_named(template: str, why: str) -> None:
    """And what would be right."""
    assert why in str(why_no_claim_topic(template))


@pytest.mark.parametrize(
    "document",
    [
        message(LAMP, core="core-1"),
        message(LAMP, core="no name"),
        message(LAMP, core=7),
        message(LAMP | {"thingName": "fan"}),
        message(LAMP | {"thingName": "no name"}),
        message(LAMP | {"thingName": 7}),
        message(LAMP | {"status": "disassociated"}),
        message({"thingName": "lamp", "status": "associated"}),
        message(LAMP | {"heardAt": "yesterday"}),
        message("lamp"),
        {"coreDeviceThingName": "core-2", "results": LAMP},
        {"results": [LAMP]},
        [LAMP],
    ],
    ids=str,
)
def test_what_is_no_claim_of_another_core_device_is_ignored(document: object) -> None:
    """Its own come back; results have no `heardAt`; the topic and the message must agree."""
    assert claims_of(document) == []


def test_a_topic_that_names_the_core_device_must_say_the_same() -> None:
    """So that a policy which lets each publish on its own topic alone is a proof."""
    for core, expected in (("core-2", ["lamp"]), ("core-3", [])):
        found = claims_of(message(LAMP, core=core), "cores/core-2/has/lamp", WITH_CORE)
        assert [one.thing_name for one in found] == expected


def test_the_work_for_one_message_is_bounded() -> None:
    """More than a thousand names are no message of ours."""
    assert len(claims_of(message(*[LAMP] * 1001))) == 1000
    huge = b" " * 300_000 + json.dumps(message(LAMP)).encode()
    assert list(ClaimTopic(DEFAULT, "core-1").read("clientdevices/lamp/associated", huge)) == []


def test_an_object_is_read_as_it_is() -> None:
    """Whatever way the nucleus delivers it."""
    found = ClaimTopic(DEFAULT, "core-1").read("clientdevices/lamp/associated", message(LAMP))
    assert [one.thing_name for one in found] == ["lamp"]


@given(
    topic=UNICODE,
    payload=st.binary() | JSON.map(lambda one: json.dumps(one).encode()),
    results=st.lists(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(LAMP, JSON))),
)
def test_nothing_that_comes_does_any_harm(topic: str, payload: bytes, results: list[Any]) -> None:
    """It is no claim then."""
    for template in (DEFAULT, WITH_CORE):
        source = ClaimTopic(template, "core-1")
        assert list(source.read(topic, payload)) == []
        assert all(isinstance(one, Claim) for one in source.read(topic, message(*results)))
