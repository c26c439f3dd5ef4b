from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.nucleus.authorization import PUBSUB_SERVICE, AccessControl
from greengrass_sandbox.profile import CLASSIC, LITE
from sandbox.nucleus_support import THING_NAME, Core, access, running

SUBSCRIBE = "aws.greengrass#SubscribeToTopic"
PUBLISH = "aws.greengrass#PublishToTopic"


@pytest.fixture(params=[CLASSIC, LITE], ids=["classic", "lite"])
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Core]:
    """A nucleus of each kind."""
    with running(request.param, tmp_path) as core:
        yield core


def allowed(configuration: dict[str, Any], topic: str, *, thing_name: str | None = None) -> bool:
    """Whether this configuration allows subscribing to the topic."""
    control = AccessControl(configuration, service=PUBSUB_SERVICE, thing_name=thing_name)
    return control.allows(SUBSCRIBE, topic)


@pytest.mark.parametrize(
    ("resource", "topic", "expected"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/bc", False),
        ("a/*", "a/b/c", True),
        ("a/*", "a", False),
        ("a/*/announce", "a/+/announce", True),
        ("a/*/announce", "a/b/c/announce", True),
        ("a/+/announce", "a/+/announce", True),
        ("a/+/announce", "a/b/announce", False),
        ("a/#", "a/#", True),
        ("a/#", "a/b", False),
        ("*", "anything/at/all", True),
        ("a.b", "axb", False),
    ],
)
def test_only_the_star_is_a_wildcard(resource: str, topic: str, *, expected: bool) -> None:
    """A star crosses levels; every other character stands for itself."""
    assert allowed(access(resource), topic) is expected


def test_policies_add_up_and_name_operations() -> None:
    """Each policy grants its operations on its resources, and nothing else."""
    policies = {
        "1": {"operations": [SUBSCRIBE], "resources": ["in/*"]},
        "2": {"operations": [PUBLISH], "resources": ["out/*", "log"]},
    }
    configuration = {"accessControl": {PUBSUB_SERVICE: policies}}
    control = AccessControl(configuration, service=PUBSUB_SERVICE, thing_name=None)
    assert control.allows(SUBSCRIBE, "in/a")
    assert control.allows(PUBLISH, "out/a")
    assert control.allows(PUBLISH, "log")
    assert not control.allows(PUBLISH, "in/a")
    assert not control.allows(SUBSCRIBE, "log")


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"accessControl": None},
        {"accessControl": {PUBSUB_SERVICE: ["x"]}},
        {"accessControl": {PUBSUB_SERVICE: {"p": "x"}}},
        {"accessControl": {PUBSUB_SERVICE: {"p": {"operations": ["*"]}}}},
        {"accessControl": {PUBSUB_SERVICE: {"p": {"operations": "*", "resources": "*"}}}},
        {"accessControl": {PUBSUB_SERVICE: {"p": {"operations": ["*"], "resources": []}}}},
    ],
)
def test_what_is_no_policy_grants_nothing(configuration: dict[str, Any]) -> None:
    """Missing and malformed policies are not an error: they allow nothing."""
    assert not allowed(configuration, "a")
    assert not allowed(configuration, "")


def test_the_thing_name_variable() -> None:
    """It stands for the core's name where it is interpolated, else for itself."""
    resource = access("a/{iot:thingName}/b")
    assert allowed(resource, "a/me/b", thing_name="me")
    assert not allowed(resource, "a/you/b", thing_name="me")
    assert not allowed(resource, "a/me/b")


def test_topics_outside_are_refused_and_the_connection_survives(core: Core) -> None:
    """Subscribing and publishing elsewhere is an UnauthorizedError, on the call."""
    component = core.component("c", access("allowed/*"))
    with pytest.raises(model.UnauthorizedError) as caught:
        component.subscribe("other/x")
    assert (caught.value.message is None) == (core.profile is LITE)
    with pytest.raises(model.UnauthorizedError):
        component.publish_json("other/x", {})
    inbox = component.subscribe("allowed/+")
    core.call(core.nucleus.publish, "allowed/x", {"a": "b"})
    assert inbox.next_json() == {"a": "b"}


def test_a_filter_needs_a_resource_that_covers_it_literally(core: Core) -> None:
    """`#` in a resource does not grant the topics that it would match."""
    component = core.component("c", access("a/#"))
    component.subscribe("a/#")
    with pytest.raises(model.UnauthorizedError):
        component.subscribe("a/b")


def test_lite_refuses_topics_with_a_question_mark(core: Core) -> None:
    """Even where everything is allowed."""
    component = core.component("c")
    if core.profile is LITE:
        with pytest.raises(model.UnauthorizedError):
            component.subscribe("a?")
        with pytest.raises(model.UnauthorizedError):
            component.publish_bytes("a?", b"")
    else:
        component.subscribe("a?")


def test_the_thing_name_is_interpolated_on_lite(core: Core) -> None:
    """Classic takes the variable literally unless it is configured to interpolate."""
    component = core.component("c", access("{iot:thingName}/x"))
    if core.profile is LITE:
        component.subscribe(f"{THING_NAME}/x")
    else:
        with pytest.raises(model.UnauthorizedError):
            component.subscribe(f"{THING_NAME}/x")


def test_classic_can_interpolate(tmp_path: Path) -> None:
    """As with interpolateComponentConfiguration on a real one."""
    with running(replace(CLASSIC, interpolates_thing_name=True), tmp_path) as core:
        core.component("c", access("{iot:thingName}/x")).subscribe(f"{THING_NAME}/x")


def test_a_deployment_changes_access_control(core: Core) -> None:
    """What a deployment merges counts from then on."""
    component = core.component("c", access("a"))
    with pytest.raises(model.UnauthorizedError):
        component.subscribe("b")
    core.call(core.nucleus.merge_configuration, "c", access("a", "b"))
    component.subscribe("b")
