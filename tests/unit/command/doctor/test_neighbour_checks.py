"""The nucleus and the other components."""

from pathlib import Path

import pytest

from client_device_associator.command.component_state import ComponentState
from client_device_associator.command.doctor.finding import Health
from client_device_associator.command.doctor.neighbour_checks import (
    check_deployed_version,
    check_neighbours,
    check_nucleus_version,
)
from client_device_associator.command.doctor.nucleus_root import (
    CLOUDWATCH,
    DEVICE_AUTH,
    MOQUETTE,
    Kind,
    NucleusRoot,
)
from client_device_associator.command.work_directory import COMPONENT
from client_device_associator.configuration.settings import MetricSettings
from support.commands import HEALTHY
from support.values import settings

OK, WRONG, UNKNOWN = Health.OK, Health.WRONG, Health.UNKNOWN


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({"GGC_VERSION": "2.18.0"}, "of a kind that is not known, version 2.18.0"),
        (
            {
                "GGC_VERSION": "",
                "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT": "/x/gg-ipc.socket",
            },
            "nucleus lite, version not said",
        ),
    ],
)
def test_the_nucleus_is_named(environment: dict[str, str], text: str) -> None:
    """As far as it has said who it is."""
    (found,) = check_nucleus_version(environment)
    assert (found.health, found.text) == (OK, text)


def test_the_neighbours_are_named() -> None:
    """Those that are deployed."""
    deployed = {MOQUETTE: {"version": "2.3.7"}, DEVICE_AUTH: {}}
    (found,) = check_neighbours(deployed, None, Kind.CLASSIC, None)
    assert found.health is OK
    assert found.text == f"{DEVICE_AUTH} of an unknown version; {MOQUETTE} 2.3.7"
    (found,) = check_neighbours({}, None, Kind.CLASSIC, settings())
    assert found.text == "no other that matters here"


@pytest.mark.parametrize(
    ("kind", "remedy"), [(Kind.CLASSIC, "as root"), (Kind.LITE, "in the console")]
)
def test_who_may_not_see_the_record_sees_the_artifacts(
    tmp_path: Path, kind: Kind, remedy: str
) -> None:
    """That they are here does not mean that they are deployed."""
    (tmp_path / "packages" / "artifacts" / MOQUETTE / "2.3.7").mkdir(parents=True)
    (found,) = check_neighbours(None, NucleusRoot(tmp_path), kind, None)
    assert found.health is UNKNOWN
    assert f"{MOQUETTE} 2.3.7" in found.text
    assert remedy in found.remedy
    (found,) = check_neighbours(None, None, kind, None)
    assert "artifacts" not in found.text


@pytest.mark.parametrize(
    ("is_on", "deployed", "is_wrong"),
    [(True, {}, True), (True, {CLOUDWATCH: {}}, False), (False, {}, False)],
)
def test_metrics_need_somebody_who_takes_them(
    is_on: bool,  # noqa: FBT001 - a parameter of the test
    deployed: dict[str, dict[str, str]],
    is_wrong: bool,  # noqa: FBT001 - the same
) -> None:
    """If they are on."""
    wanted = settings(metrics=MetricSettings(to_cloudwatch=is_on))
    found = list(check_neighbours(deployed, None, Kind.CLASSIC, wanted))
    assert any(one.health is WRONG for one in found) is is_wrong


def test_another_version_than_the_one_deployed_is_found() -> None:
    """As when the nucleus has not started it again."""
    state = ComponentState(HEALTHY)
    assert list(check_deployed_version(None, state)) == []
    assert list(check_deployed_version({}, state)) == []
    (found,) = check_deployed_version({COMPONENT: {"version": HEALTHY["version"]}}, state)
    assert found.health is OK
    (found,) = check_deployed_version({COMPONENT: {"version": "9.9.9"}}, state)
    assert found.health is WRONG
    assert "9.9.9" in found.text
