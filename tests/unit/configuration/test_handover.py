"""The settings by which devices are handed over from one core device to another."""

from typing import Any

import pytest

from client_device_associator.configuration.parser import default_settings, parse_configuration
from client_device_associator.messages.claim import ClaimTopic

CORE = "core-1"
DEFAULT = "clientdevices/{thingName}/associated"


def handover(**values: Any) -> dict[str, object]:  # noqa: ANN401 - any JSON
    """A document that turns it on."""
    return {"handover": {"enabled": True, **values}}


def test_it_is_off_unless_it_is_turned_on() -> None:
    """Whatever else is configured."""
    settings = parse_configuration({"handover": {"graceSeconds": 5}}, CORE).settings
    assert settings is not None
    for one in (settings, default_settings()):
        assert (one.claims, one.policy.grace_seconds) == (None, None)


def test_it_has_defaults() -> None:
    """To turn it on is enough."""
    settings = parse_configuration(handover(), CORE).settings
    assert settings is not None
    assert settings.claims == ClaimTopic(DEFAULT, CORE)
    assert settings.policy.grace_seconds == 3600


def test_strings_are_accepted() -> None:
    """Nucleus lite makes them of what a recipe has."""
    settings = parse_configuration({"handover": {"enabled": "true", "graceSeconds": "60"}}).settings
    assert settings is not None
    assert settings.policy.grace_seconds == 60


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"handover": {"topic": "a/{topic}"}}, "a level may be {thingName}"),
        (handover(topic="a/{topic}"), "a level may be {thingName}"),
        (
            {**handover(), "iotCore": {"announcements": {"a": {"topic": "clientdevices/+/+"}}}},
            "no announcement comes, as on clientdevices/+/+",
        ),
        (
            {**handover(topic="a/b"), "iotCore": {"departures": {"a": {"topic": "a/+"}}}},
            "no announcement comes, as on a/+",
        ),
        (
            {**handover(), "iotCore": {"results": {"all": True, "topic": DEFAULT}}},
            "no results go, as to clientdevices/+/associated",
        ),
        (
            {
                **handover(topic="a/status"),
                "iotCore": {"announcements": {"a": {"topic": "a"}}},
            },
            "no results go, as to a/status",
        ),
    ],
)
def test_claims_are_not_mixed_up_with_anything_else(document: dict[str, object], why: str) -> None:
    """A claim that is read as an announcement would bring the device to every core device."""
    (problem,) = parse_configuration(document, CORE).problems
    assert problem.pointer == "/handover/topic"
    assert why in problem.expected


def test_what_is_on_the_core_device_is_somewhere_else() -> None:
    """The same topic on local publish/subscribe does no harm."""
    entry = {"topic": "clientdevices/+/associated", "thingName": "{topic:1}"}
    document = {**handover(), "announcements": {"a": entry}}
    assert parse_configuration(document, CORE).problems == ()
