"""Reading and updating configurations on each nucleus."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from awsiot.eventstreamrpc import StreamClosedError
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.nucleus.errors import NucleusError
from sandbox.configuration_support import DEFAULTS, START, update
from sandbox.nucleus_support import TIMEOUT_SECONDS, Component, Core, access, running


@pytest.fixture(params=[CLASSIC, LITE], ids=["classic", "lite"])
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Core]:
    """A nucleus of each kind, whose clock stands still."""
    with running(request.param, tmp_path, clock=lambda: START) as core:
        yield core


@pytest.fixture
def component(core: Core) -> Component:
    """A component with a configuration, and no rights but that."""
    return core.component("c", DEFAULTS)


def test_reading(core: Core, component: Component) -> None:
    """A map's contents, a leaf under its name; lite has made text of every scalar."""
    on_lite = core.profile is LITE
    assert component.configuration("count") == {"count": "5" if on_lite else 5}
    assert component.configuration("nested", "Inner") == {"deep": "1.5" if on_lite else 1.5}
    assert component.configuration("nested", "list") == {
        "list": ["1", "a", {"k": "false"}] if on_lite else [1, "a", {"k": False}]
    }
    whole = component.configuration()
    assert (whole["on"], whole["nothing"]) == (("true", "null") if on_lite else (True, None))
    assert whole == core.call(core.nucleus.configuration, "c")


def test_reading_what_is_not_there(core: Core, component: Component) -> None:
    """A missing key, a key below a leaf, a missing component."""
    for key_path in (["x"], ["nested", "x"], ["text", "x"]):
        with pytest.raises(model.ResourceNotFoundError):
            component.configuration(*key_path)
    with pytest.raises(model.ResourceNotFoundError):
        component.configuration(component="nobody")
    with pytest.raises(NucleusError, match="nobody"):
        core.call(core.nucleus.configuration, "nobody")


def test_another_component_may_be_read(core: Core, component: Component) -> None:
    """It needs no accessControl."""
    core.register("other", {"a": "b"})
    assert component.configuration("a", component="other") == {"a": "b"}


def test_classic_ignores_the_case_of_keys(core: Core, component: Component) -> None:
    """A leaf comes back under the name that it has."""
    if core.profile is CLASSIC:
        assert component.configuration("NESTED", "inner", "Deep") == {"deep": 1.5}
        update(component, {"INNER": {"DEEP": 2}}, "Nested", timestamp=START + 1)
        assert component.configuration("nested")["Inner"] == {"deep": 2.0}
    else:
        with pytest.raises(model.ResourceNotFoundError):
            component.configuration("NESTED")


def test_the_defaults_stay_the_callers_own(core: Core) -> None:
    """Neither side changes the other's copy."""
    defaults = {"a": {"b": "c"}}
    core.register("c", defaults)
    defaults["a"]["b"] = "changed"
    core.call(core.nucleus.configuration, "c")["a"]["b"] = "changed"
    assert core.call(core.nucleus.configuration, "c") == {"a": {"b": "c"}}


def test_updating_merges(component: Component) -> None:
    """Maps are merged deeply, lists replaced, new maps made on the way."""
    update(component, {"nested": {"list": ["x"]}, "new": {"a": "b"}})
    update(component, {"c": "d"}, "new", "deeper")
    assert component.configuration("nested", "list") == {"list": ["x"]}
    assert "Inner" in component.configuration("nested")
    assert component.configuration("new") == {"a": "b", "deeper": {"c": "d"}}


def update_in_vain(component: Component, core: Core, value: object, timestamp: float) -> None:
    """An update that is too old: classic refuses it, lite answers OK and keeps newer leaves."""
    if core.profile is LITE:
        update(component, value, timestamp=timestamp)
    else:
        with pytest.raises(model.FailedUpdateConditionCheckError):
            update(component, value, timestamp=timestamp)


def test_an_older_timestamp_changes_nothing(core: Core, component: Component) -> None:
    """A leaf that has changed since is not overwritten; others are, though classic complains."""
    update(component, {"text": "new"}, timestamp=START + 10)
    update_in_vain(component, core, {"text": "old"}, START + 9)
    update_in_vain(component, core, {"nested": {"list": []}}, START - 1)
    assert component.configuration("nested", "list") != {"list": []}
    assert component.configuration("text") == {"text": "new"}
    update(component, {"text": "same time"}, timestamp=START + 10)
    update_in_vain(component, core, {"count": "x"}, START)
    assert component.configuration("count") == {"count": "x"}
    assert component.configuration("text") == {"text": "same time"}


def test_repeating_a_value_renews_its_timestamp(core: Core, component: Component) -> None:
    """What was set again at ten is newer than nine."""
    update(component, {"text": "t"}, timestamp=START + 10)
    update_in_vain(component, core, {"text": "x"}, START + 9)
    assert component.configuration("text") == {"text": "t"}


def test_a_timestamp_is_needed(component: Component) -> None:
    """An update without one is refused."""
    with pytest.raises(model.InvalidArgumentsError):
        update(component, {"text": "x"}, timestamp=None)


@pytest.mark.parametrize(
    ("value", "key_path"),
    [({"accessControl": {}}, []), ({"x": {}}, ["accessControl", "aws.greengrass.ipc.pubsub"])],
)
def test_access_control_cannot_be_updated(
    core: Core, value: dict[str, Any], key_path: list[str]
) -> None:
    """Neither as a part of the value nor by its path."""
    component = core.component("c", access("a"))
    with pytest.raises(model.InvalidArgumentsError):
        update(component, value, *key_path)
    assert core.call(core.nucleus.configuration, "c") == access("a")


def test_a_map_and_a_value_replace_each_other_on_classic(core: Core, component: Component) -> None:
    """On lite by a deployment alone."""
    if core.profile is LITE:
        with pytest.raises(model.ServiceError):
            update(component, {"text": {"a": "b"}})
        with pytest.raises(model.ServiceError):
            update(component, {"nested": "x"})
    else:
        update(component, {"text": {"a": "c"}})
        assert component.configuration("text") == {"a": "c"}
        update(component, {"nested": "y"})
        assert component.configuration("nested") == {"nested": "y"}
    core.call(core.nucleus.merge_configuration, "c", {"text": {"a": "b"}, "nested": "x"})
    assert component.configuration("text") == {"a": "b"}
    assert component.configuration("nested") == {"nested": "x"}


def test_lite_updates_a_leaf_by_its_path(core: Core, component: Component) -> None:
    """Classic takes maps only; anything else ends the stream without an error of its own."""
    if core.profile is LITE:
        update(component, 7, "nested", "Inner", "deep")
        assert component.configuration("nested", "Inner") == {"deep": 7}
    else:
        with pytest.raises(StreamClosedError):
            update(component, 7, "nested", "Inner", "deep")
        assert component.configuration("nested", "Inner") == {"deep": 1.5}


def test_numbers_of_updates_are_doubles_on_classic(core: Core, component: Component) -> None:
    """As Gson reads them; lite keeps integers."""
    update(component, {"new": 3})
    value = component.configuration("new")["new"]
    assert isinstance(value, int if core.profile is LITE else float)


def test_a_deployment_merges_and_keeps_types(core: Core, component: Component) -> None:
    """What a deployment merges is not made text, not even on lite."""
    core.call(core.nucleus.merge_configuration, "c", {"count": 7, "on": False, "list": [1]})
    whole = component.configuration()
    assert (whole["count"], whole["on"], whole["list"]) == (7, False, [1])
    assert whole["text"] == "t"


def test_a_deployment_resets(core: Core, component: Component) -> None:
    """Reset comes before merge; what has no default goes; the rest is as it was."""
    default = component.configuration()
    merge = core.nucleus.merge_configuration
    core.call(merge, "c", {"nested": {"Inner": {"deep": 9, "more": 1}}, "new~/": 1, "text": "x"})
    core.call(merge, "c", {"text": "y"}, ["/nested/Inner/deep", "/new~0~1", "/not/there"])
    changed = component.configuration()
    assert changed["nested"]["Inner"] == {**default["nested"]["Inner"], "more": 1}
    assert "new~/" not in changed
    assert changed["text"] == "y"
    core.call(merge, "c", {}, [""])
    assert component.configuration() == default


def test_lite_cannot_read_a_large_map(core: Core, component: Component) -> None:
    """Some 120 entries of one list or map; the rest of the configuration stays readable."""
    large = {"map": {str(number): "x" for number in range(121)}, "list": ["x"] * 120}
    core.call(core.nucleus.merge_configuration, "c", {"large": large})
    if core.profile is LITE:
        with pytest.raises(model.ServiceError):
            component.configuration("large")
        assert component.configuration("large", "list")
    else:
        assert component.configuration("large") == large


def test_configuration_outlives_restarts(core: Core, component: Component) -> None:
    """Of the component, of the nucleus; a new version's defaults only add keys."""
    core.call(core.nucleus.merge_configuration, "c", {"text": "kept"})
    core.call(core.nucleus.stop)
    assert component.lost.wait(TIMEOUT_SECONDS)
    core.call(core.nucleus.start)
    again = core.component("c", {**DEFAULTS, "text": "default of 2.0", "added": "x"})
    assert again.configuration("text") == {"text": "kept"}
    assert again.configuration("added") == {"added": "x"}
    core.call(core.nucleus.merge_configuration, "c", {}, ["/text"])
    assert again.configuration("text") == {"text": "default of 2.0"}


@pytest.mark.parametrize(
    ("operation", "payload", "on_classic", "on_lite"),
    [
        ("GetConfiguration", b'{"keyPath":"text"}', None, "ServiceError"),
        ("GetConfiguration", b'{"keyPath":[1]}', "ResourceNotFoundError", "ServiceError"),
        (
            "UpdateConfiguration",
            b'{"timestamp":"now","valueToMerge":{}}',
            None,
            "InvalidArgumentsError",
        ),
        ("UpdateConfiguration", b'{"timestamp":1}', *["InvalidArgumentsError"] * 2),
        ("UpdateConfiguration", b'{"timestamp":1,"valueToMerge":5}', None, "InvalidArgumentsError"),
        ("SubscribeToConfigurationUpdate", b'{"keyPath":{}}', None, "ServiceError"),
    ],
)
def test_malformed_requests_are_answered(
    core: Core, operation: str, payload: bytes, on_classic: str | None, on_lite: str
) -> None:
    """With an error of each nucleus's own choice, on classic a bare one (None): no shape of it."""
    raw = core.raw_component("c")
    raw.request(1, operation, payload)
    expected = on_lite if core.profile is LITE else on_classic
    shape = raw.read().headers.get("service-model-type")
    assert shape == (None if expected is None else f"aws.greengrass#{expected}")
    raw.request(2, "GetConfiguration", b'{"keyPath":[]}')
    assert "value" in raw.read_json()


def test_the_nucleus_s_own_configuration_is_readable(core: Core, component: Component) -> None:
    """A component learns the region there; lite knows it by the name of classic's nucleus too."""
    name = "aws.greengrass.NucleusLite" if core.profile is LITE else "aws.greengrass.Nucleus"
    core.call(core.nucleus.provide, name, {"awsRegion": "eu-west-1"})
    value = component.configuration("awsRegion", component="aws.greengrass.Nucleus")
    assert value == {"awsRegion": "eu-west-1"}


@pytest.mark.parametrize("entries", [99, 100])
def test_lite_takes_so_many_keys_in_one_update(
    core: Core, component: Component, entries: int
) -> None:
    """One more, and the update is a ServiceError; classic takes any number."""
    value = {f"k{number}": "v" for number in range(entries)}
    largest = 99
    if core.profile is LITE and entries > largest:
        with pytest.raises(model.ServiceError):
            update(component, {"map": value})
    else:
        update(component, {"map": value})
        assert len(component.configuration("map")) == entries
