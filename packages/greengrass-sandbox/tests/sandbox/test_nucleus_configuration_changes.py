"""Which changes of a configuration each nucleus reports."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.kinds import CLASSIC, LITE
from sandbox.configuration_support import DEFAULTS, START, changes, update
from sandbox.nucleus_support import Component, Core, running


@pytest.fixture(params=[CLASSIC, LITE], ids=["classic", "lite"])
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Core]:
    """A nucleus of each kind, whose clock stands still."""
    with running(request.param, tmp_path, clock=lambda: START) as core:
        yield core


@pytest.fixture
def component(core: Core) -> Component:
    """A component with a configuration, and no rights but that."""
    return core.component("c", DEFAULTS)


def test_changes_are_reported_leaf_by_leaf(core: Core, component: Component) -> None:
    """An event for each leaf that changed, to those who subscribed at or above it.

    Classic reports a new leaf twice: that it is there, and its value.
    """
    whole = component.subscribe_to_configuration()
    nested = component.subscribe_to_configuration("nested")
    leaf = component.subscribe_to_configuration("text")
    core.call(
        core.nucleus.merge_configuration,
        "c",
        {"text": "x", "nested": {"list": ["new"], "Inner": {"deep": 2}}, "fresh": {"a": 1, "b": 2}},
    )
    below = [("nested", "Inner", "deep"), ("nested", "list")]
    times = 1 if core.profile is LITE else 2
    fresh = sorted([("fresh", "a"), ("fresh", "b")] * times)
    assert changes(whole, 3 + 2 * times) == [*fresh, *below, ("text",)]
    assert changes(nested, 2) == below
    assert changes(leaf, 1) == [("text",)]


def test_a_removed_map_is_one_event_on_classic_and_none_on_lite(
    core: Core, component: Component
) -> None:
    """Lite reports no removal at all; the next change is reported again."""
    core.call(core.nucleus.merge_configuration, "c", {"fresh": {"a": 1, "b": {"c": 2}}})
    inbox = component.subscribe_to_configuration()
    core.call(core.nucleus.merge_configuration, "c", {}, ["/fresh"])
    core.call(core.nucleus.merge_configuration, "c", {"text": "x"})
    expected = [("text",)] if core.profile is LITE else [("fresh",), ("text",)]
    assert changes(inbox, len(expected)) == expected


def test_a_watch_on_what_lite_has_removed_is_deaf(core: Core, component: Component) -> None:
    """Though the key comes back, and with no sign of it; on classic it goes on."""
    core.call(core.nucleus.merge_configuration, "c", {"fresh": {"a": 1}})
    inbox = component.subscribe_to_configuration("fresh")
    root = component.subscribe_to_configuration()
    core.call(core.nucleus.merge_configuration, "c", {}, ["/fresh"])
    core.call(core.nucleus.merge_configuration, "c", {"fresh": {"a": 2}})
    assert ("fresh", "a") in changes(root, 1 if core.profile is LITE else 3)
    if core.profile is LITE:
        assert inbox.events.empty()
        assert not inbox.closed.is_set()


def test_what_does_not_change_is_not_reported(core: Core, component: Component) -> None:
    """A merge of what is there already is silent; the component's own updates are reported."""
    inbox = component.subscribe_to_configuration()
    core.call(core.nucleus.merge_configuration, "c", {"text": "t"})
    update(component, {"text": "x"})
    assert changes(inbox, 1) == [("text",)]
    assert inbox.events.empty()


def test_subscribing_to_a_missing_key(component: Component) -> None:
    """There must be something to subscribe to."""
    with pytest.raises(model.ResourceNotFoundError):
        component.subscribe_to_configuration("x")
