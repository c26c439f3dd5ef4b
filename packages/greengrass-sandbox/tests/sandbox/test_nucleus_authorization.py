"""accessControl: what a component may, and how a nucleus refuses the rest."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.kinds.classic import authorization as classic
from greengrass_sandbox.kinds.lite import authorization as lite
from sandbox.nucleus_support import THING_NAME, Core, access, running

PUBSUB = "aws.greengrass.ipc.pubsub"
SUBSCRIBE = "aws.greengrass#SubscribeToTopic"
PUBLISH = "aws.greengrass#PublishToTopic"


@pytest.fixture(params=[CLASSIC, LITE], ids=["classic", "lite"])
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Core]:
    """A nucleus of each kind."""
    with running(request.param, tmp_path) as core:
        yield core


BOTH_MATCH = pytest.mark.parametrize(
    "matches", [classic.matches, lite.matches], ids=["classic", "lite"]
)
WELLFORMED = pytest.mark.parametrize(
    "is_wellformed", [classic.is_wellformed, lite.is_wellformed], ids=["classic", "lite"]
)


@BOTH_MATCH
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
        ("a/${*}", "a/*", True),
        ("a/${*}", "a/b", False),
        ("a${?}", "a?", True),
        ("a${$}", "a$", True),
    ],
)
def test_only_the_star_is_a_wildcard(
    matches: Callable[[str, str], bool], resource: str, topic: str, *, expected: bool
) -> None:
    """A star crosses levels; every other character stands for itself, an escaped star too."""
    assert matches(resource, topic) is expected


@WELLFORMED
@pytest.mark.parametrize(
    ("resource", "expected"),
    [("a/*", True), ("a${?}", True), ("a?", False), ("a${x}", False), ("a${", False)],
)
def test_a_bare_question_mark_makes_a_resource_void(
    is_wellformed: Callable[[str], bool], resource: str, *, expected: bool
) -> None:
    """So does any escape but those of the star, the question mark and the dollar."""
    assert is_wellformed(resource) is expected


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/*", "a/b/c", True),
    ],
)
def test_classic_reads_wildcards_of_mqtt_for_iot_core(
    pattern: str, topic: str, *, expected: bool
) -> None:
    """There `+` and `#` in a resource are wildcards too."""
    assert classic.matches(pattern, topic, classic.Lookup.MQTT) is expected


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/*", "a/b", False),
    ],
)
def test_lite_reads_wildcards_of_mqtt_for_iot_core(
    pattern: str, topic: str, *, expected: bool
) -> None:
    """And there a star is itself."""
    assert lite.matches_filter(pattern, topic) is expected


def policies(**policy: object) -> dict[str, Any]:
    """A configuration with pub/sub policies."""
    return {"accessControl": {PUBSUB: policy}}


def test_policies_add_up_and_name_operations(core: Core) -> None:
    """Each policy grants its operations on its resources, and nothing else."""
    component = core.component(
        "c",
        policies(
            one={"operations": [SUBSCRIBE], "resources": ["in/*"]},
            two={"operations": [PUBLISH], "resources": ["out/*", "log"]},
        ),
    )
    component.subscribe("in/a")
    component.publish_bytes("out/a", b"")
    component.publish_bytes("log", b"")
    with pytest.raises(model.UnauthorizedError):
        component.publish_bytes("in/a", b"")
    with pytest.raises(model.UnauthorizedError):
        component.subscribe("log")


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"accessControl": None},
        policies(p="x"),
        {"accessControl": {PUBSUB: ["x"]}},
        policies(p={"operations": ["*"]}),
        policies(p={"operations": "*", "resources": "*"}),
        policies(p={"operations": ["*"], "resources": []}),
    ],
)
def test_what_is_no_policy_grants_nothing(core: Core, configuration: dict[str, Any]) -> None:
    """Missing and malformed policies are not an error: they allow nothing."""
    component = core.component("c", configuration)
    with pytest.raises(model.UnauthorizedError):
        component.subscribe("a")
    component.configuration()


def test_one_malformed_policy_voids_all_on_classic_and_those_after_it_on_lite(core: Core) -> None:
    """Classic parses all of accessControl at once."""
    good = {"operations": ["*"], "resources": ["a"]}
    component = core.component("c", policies(a=good, b="x"))
    if core.profile is LITE:
        component.subscribe("a")
    else:
        with pytest.raises(model.UnauthorizedError):
            component.subscribe("a")
    after = core.component("d", policies(a="x", b=good))
    with pytest.raises(model.UnauthorizedError):
        after.subscribe("a")


def many_policies(count: int) -> dict[str, Any]:
    """So many policies of some 500 bytes each."""
    return policies(
        **{
            f"policy{number}": {
                "operations": ["*"],
                "resources": [f"{number}/{item}/{'x' * 60}" for item in range(6)],
            }
            for number in range(count)
        }
    )


def test_lite_refuses_everything_beyond_4096_bytes_of_policies(core: Core) -> None:
    """What fits is allowed; with more of them, nothing at all is."""
    topic = f"0/0/{'x' * 60}"
    core.component("c", many_policies(7)).subscribe(topic)
    refused = core.component("d", many_policies(9))
    if core.profile is LITE:
        with pytest.raises(model.UnauthorizedError):
            refused.subscribe(topic)
    else:
        refused.subscribe(topic)


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
    with running(CLASSIC.with_figures(interpolates_thing_name=True), tmp_path) as core:
        core.component("c", access("{iot:thingName}/x")).subscribe(f"{THING_NAME}/x")


def test_a_deployment_changes_access_control(core: Core) -> None:
    """What a deployment merges counts from then on."""
    component = core.component("c", access("a"))
    with pytest.raises(model.UnauthorizedError):
        component.subscribe("b")
    core.call(core.nucleus.merge_configuration, "c", access("a", "b"))
    component.subscribe("b")
