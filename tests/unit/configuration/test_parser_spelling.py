import json
from pathlib import Path

import pytest
import yaml

from client_device_associator.configuration.parser import (
    ParsedConfiguration,
    default_settings,
    parse_configuration,
)

_MANY = "x" * 257
_BYTES = "é" * 129
_STATUS_DOES_NOT_FIT = "t" * 250
_DOES_NOT_FIT = (
    "/results/topic: found nothing, expected a topic of at most 256 bytes; results for"
    f" {_STATUS_DOES_NOT_FIT} would have 257"
)


@pytest.mark.parametrize(
    ("document", "problems"),
    [
        (
            {"announcements": {"a": {"topic": _MANY}}, "results": {"topic": "r"}},
            [f"/announcements/a/topic: found '{_MANY}', expected a topic of at most 256 bytes"],
        ),
        (
            {"announcements": {"a": {"topic": _BYTES}}, "results": {"topic": "r"}},
            [f"/announcements/a/topic: found '{_BYTES}', expected a topic of at most 256 bytes"],
        ),
        (
            {"results": {"topic": _MANY}},
            [f"/results/topic: found '{_MANY}', expected a topic of at most 256 bytes"],
        ),
        (
            {"announcements": {"a": {"topic": _STATUS_DOES_NOT_FIT}}},
            [_DOES_NOT_FIT],
        ),
    ],
    ids=["filter", "bytes", "results", "results of a filter"],
)
def test_a_topic_that_is_too_long_is_refused(
    document: dict[str, object], problems: list[str]
) -> None:
    """Local pub/sub takes 256 bytes; results must fit as well."""
    assert [str(one) for one in parse_configuration(document).problems] == problems


@pytest.mark.parametrize("topic", ["t" * 249, "é" * 124 + "t"])
def test_a_topic_that_just_fits_is_taken(topic: str) -> None:
    """To the byte."""
    assert parse_configuration({"announcements": {"a": {"topic": topic}}}).problems == ()


@pytest.mark.parametrize(
    "topic", ["clientdevices/associator/health/get", "clientdevices/+/health/get", "+/+/+/get"]
)
def test_no_announcement_comes_from_the_topic_for_requests(topic: str) -> None:
    """A request for health would be answered as an announcement without a name."""
    reading = parse_configuration({"announcements": {"a": {"topic": topic}}})
    assert [one.pointer for one in reading.problems] == ["/announcements/a/topic"]


@pytest.mark.parametrize(
    "topic",
    [
        "clientdevices/associator/health",
        "clientdevices/associator/{thingName}",
        "{coreThingName}/associator/health",
    ],
)
def test_no_result_goes_where_health_is_told(topic: str) -> None:
    """A reader of health must find nothing else there."""
    reading = parse_configuration({"results": {"topic": topic}})
    assert [one.pointer for one in reading.problems] == ["/results/topic"]


def as_on_lite(value: object) -> object:
    """A document whose scalars are strings, as nucleus lite makes them of a recipe's."""
    if isinstance(value, dict):
        return {key: as_on_lite(inner) for key, inner in value.items()}
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize("lite", [False, True], ids=["classic", "lite"])
def test_the_recipes_defaults_are_the_settings(
    lite: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """As they are, and as lite spells them; nothing is doubtful about them."""
    recipe = Path(__file__).resolve().parents[3] / "recipe.yaml"
    whole = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    document = whole["ComponentConfiguration"]["DefaultConfiguration"]
    reading = parse_configuration(as_on_lite(document) if lite else document)  # type: ignore[arg-type] # a map stays one
    assert reading == ParsedConfiguration(default_settings(), (), ())


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ({"batching": {"maxSize": "50"}}, {"batching": {"maxSize": 50}}),
        ({"batching": {"maxSize": "50.0"}}, {"batching": {"maxSize": 50.0}}),
        ({"batching": {"maxWaitSeconds": "0.25"}}, {"batching": {"maxWaitSeconds": 0.25}}),
        (
            {"limits": {"maxPending": "7", "maxAttempts": "3"}},
            {"limits": {"maxPending": 7, "maxAttempts": 3}},
        ),
        ({"trustSeconds": "0"}, {"trustSeconds": 0}),
        ({"workerIdleSeconds": "5e1"}, {"workerIdleSeconds": 50}),
        ({"subscriptionRenewalSeconds": "1"}, {"subscriptionRenewalSeconds": 1}),
        ({"deploymentVeto": "true"}, {"deploymentVeto": True}),
        ({"results": {"receipts": "true"}}, {"results": {"receipts": True}}),
        (
            {"announcements": {"a": {"topic": "t"}, "b": "null"}},
            {"announcements": {"a": {"topic": "t"}}},
        ),
    ],
)
def test_what_lite_spells_as_strings_means_the_same(
    spelled: dict[str, object], meant: dict[str, object]
) -> None:
    """Numbers, booleans, and an entry that was taken away."""
    reading = parse_configuration(spelled)
    assert reading == parse_configuration(meant)
    assert reading.settings not in (None, default_settings())
