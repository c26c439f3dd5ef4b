"""Client device auth."""

from collections.abc import Mapping
from typing import Any

import pytest

from client_device_associator.command.doctor.device_auth_checks import (
    THING_NAME,
    check_device_auth,
)
from client_device_associator.command.doctor.finding import Finding, Health
from client_device_associator.command.doctor.nucleus_root import DEVICE_AUTH
from client_device_associator.configuration.parser import parse_configuration

OK, WRONG, UNKNOWN = Health.OK, Health.WRONG, Health.UNKNOWN
OWN = f"mqtt:topic:clientdevices/{THING_NAME}/announce"


def auth(
    *resources: str, policy: str = "p", operations: tuple[str, ...] = ("mqtt:publish",)
) -> Mapping[str, Any]:
    """Client device auth with a group whose policy allows this."""
    statements = {
        "connect": {"operations": ["mqtt:connect"], "resources": ["*"]},
        "publish": {"operations": list(operations), "resources": list(resources)},
    }
    return groups({"g": {"selectionRule": "thingName: *", "policyName": policy}}, {"p": statements})


def groups(definitions: object, policies: object) -> Mapping[str, Any]:
    """Client device auth with these groups."""
    configuration = {"deviceGroups": {"definitions": definitions, "policies": policies}}
    return {DEVICE_AUTH: {"version": "2.5.0", "configuration": configuration}}


def check(
    deployed: Mapping[str, Any], *, has_heard: bool = False, proven: bool = False
) -> dict[str, Finding]:
    """The findings with the default settings, by what they are about."""
    document = {"admission": {"requireProvenName": proven}}
    settings = parse_configuration(document, "core-1").settings
    assert settings is not None
    found = list(check_device_auth(deployed, settings, has_heard=has_heard))
    assert len({one.what for one in found}) == len(found)
    return {one.what: one for one in found}


@pytest.mark.parametrize(
    "deployed",
    [
        auth(OWN),
        auth("*"),
        auth("mqtt:topic:clientdevices/announce"),
        auth("other", "mqtt:topic:clientdevices/*"),
        auth(OWN, operations=("mqtt:*",)),
        auth(OWN, operations=("*",)),
    ],
)
def test_devices_that_may_announce_themselves_are_well(deployed: Mapping[str, Any]) -> None:
    """On one announcement topic at least."""
    assert {what: one.health for what, one in check(deployed).items()} == {"device groups": OK}


@pytest.mark.parametrize(
    ("deployed", "text"),
    [
        ({}, "is not deployed"),
        ({DEVICE_AUTH: {}}, "no client device may connect"),
        (groups({}, {}), "no client device may connect"),
        (auth(OWN, policy="q"), "has the policy q, which is not there"),
        (groups({"g": 5}, {}), "has the policy None"),
        (auth("mqtt:topic:${iot:Thing}"), "has ${iot:Thing}, which is no variable"),
        (auth(), "allows mqtt:publish"),
        (auth(OWN, operations=("mqtt:subscribe",)), "allows mqtt:publish"),
        (auth("mqtt:topic:other"), "allows mqtt:publish"),
        (auth("mqtt:topic:clientdevices/+/announce"), "'*' is"),
        (groups({"g": {"policyName": "p"}}, {"p": {"s": 5}}), "mqtt:"),
    ],
)
def test_what_keeps_devices_from_announcing_themselves_is_found(
    deployed: Mapping[str, Any], text: str
) -> None:
    """With what to do."""
    settings = parse_configuration({}, "core-1").settings
    assert settings is not None
    found = list(check_device_auth(deployed, settings, has_heard=False))
    assert all(one.health is WRONG and one.remedy for one in found)
    assert any(text in one.text for one in found)


def test_devices_that_may_not_connect_are_found() -> None:
    """A policy may allow to publish alone."""
    statements = {"s": {"operations": ["mqtt:publish"], "resources": ["*"]}}
    settings = parse_configuration({}, "core-1").settings
    assert settings is not None
    connect, publish = check_device_auth(
        groups({"g": {"policyName": "p"}}, {"p": statements}), settings, has_heard=False
    )
    assert (connect.health, publish.health) == (WRONG, OK)
    assert "mqtt:connect" in connect.text


def test_a_policy_that_does_not_allow_it_may_be_meant_so() -> None:
    """If announcements come from others."""
    found = check(auth("mqtt:topic:other"), has_heard=True)["device groups"]
    assert found.health is UNKNOWN


@pytest.mark.parametrize(
    ("resources", "health"),
    [
        ((OWN,), OK),
        ((OWN, "mqtt:topic:clientdevices/announce"), OK),
        ((OWN, "mqtt:topic:*"), WRONG),
        (("*",), WRONG),
        (("mqtt:topic:clientdevices/press-1/announce",), WRONG),
    ],
)
def test_names_are_proven_by_policies(resources: tuple[str, ...], health: Health) -> None:
    """If the settings require that."""
    found = check(auth(*resources), proven=True)["proven names"]
    assert found.health is health
    if health is WRONG:
        assert OWN in found.remedy
    assert "proven names" not in check(auth(*resources))


def test_without_an_own_topic_no_name_is_to_be_proven_there() -> None:
    """The shared topic proves none, and the component refuses what comes there."""
    found = check(auth("mqtt:topic:clientdevices/announce"), proven=True)
    assert "proven names" not in found
