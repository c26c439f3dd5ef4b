"""What the component says of itself."""

from collections.abc import Iterable
from typing import Any

import pytest

from client_device_associator.command.component_state import ComponentState, Running
from client_device_associator.command.doctor.component_checks import (
    check_calls,
    check_component,
    check_nucleus,
    check_roster,
    check_settings,
)
from client_device_associator.command.doctor.finding import Finding, Health
from client_device_associator.core.answer import FailureCause
from support.commands import HEALTHY

OK, WRONG, UNKNOWN = Health.OK, Health.WRONG, Health.UNKNOWN
REGION = "eu-central-1"


def state(**changes: Any) -> ComponentState:  # noqa: ANN401 - any JSON
    """Of a component with which all is well but for these."""
    return ComponentState({**HEALTHY, **changes})


def only(findings: Iterable[Finding]) -> Finding:
    """The one finding."""
    (found,) = findings
    return found


@pytest.mark.parametrize(
    ("running", "text"), [(Running.NEVER, "never run"), (Running.NO, "has ended")]
)
def test_a_component_that_does_not_run_is_found(running: Running, text: str) -> None:
    """And how it is started."""
    found = only(check_component(state(), running))
    assert found.health is WRONG
    assert text in found.text
    assert "start" in found.remedy


@pytest.mark.parametrize(("version", "health"), [(HEALTHY["version"], OK), ("0.0.9", WRONG)])
def test_another_version_is_found(version: str, health: Health) -> None:
    """As during a deployment, or when an old command is left."""
    assert only(check_component(state(version=version), Running.YES)).health is health


def test_topics_that_the_nucleus_refuses_are_found() -> None:
    """With the accessControl for each bus."""
    nucleus = {"listening": ["a"], "refused": ["b/+", "iotCore:c"]}
    heard, local, cloud = check_nucleus(state(nucleus=nucleus))
    assert (heard.health, heard.text) == (OK, "it listens to a")
    assert local.health is cloud.health is WRONG
    assert "aws.greengrass.ipc.pubsub" in local.remedy
    assert '"b/*"' in local.remedy
    assert "aws.greengrass.ipc.mqttproxy" in cloud.remedy
    assert '"c"' in cloud.remedy
    assert "iotCore" not in cloud.remedy.replace("mqttproxy", "")
    assert "unless this core device is offline" in cloud.remedy
    assert "offline" not in local.remedy


def test_a_component_that_has_just_started_cannot_tell() -> None:
    """It has not subscribed yet."""
    found = only(check_nucleus(state(nucleus={"listening": [], "refused": []})))
    assert found.health is UNKNOWN


@pytest.mark.parametrize("cause", list(FailureCause))
def test_calls_that_fail_are_found(cause: FailureCause) -> None:
    """Whatever the cause, with what to do about it."""
    cloud = {"state": cause.value, "code": "Code", "message": "in words"}
    found = only(check_calls(state(cloud=cloud), REGION))
    assert found.health is WRONG
    assert "Code in words" in found.text
    assert found.remedy
    assert "THING" not in found.remedy


def test_a_permission_that_lacks_has_its_statement() -> None:
    """For the operation that was denied, this core device and its region."""
    denied = {"state": "accessDenied", "code": "AccessDeniedException", "message": "no"}
    joining, leaving = check_calls(state(departures=denied), REGION)
    assert joining.health is OK
    assert "greengrass:BatchDisassociateClientDeviceFromCoreDevice" in leaving.remedy
    assert f"greengrass:{REGION}:*:coreDevices:core-1" in leaving.remedy


def test_a_state_of_another_version_is_shown() -> None:
    """It is wrong, and nobody knows more."""
    assert only(check_calls(state(cloud={"state": "odd"}), REGION)).health is WRONG


def test_what_was_not_called_yet_is_not_known() -> None:
    """The first announcement shows it."""
    assert only(check_calls(state(cloud={"state": "notCalledYet"}), REGION)).health is UNKNOWN


@pytest.mark.parametrize(
    ("roster", "health", "text"),
    [
        ({"state": "compared", "devices": 7}, OK, "7 devices"),
        ({"state": "denied", "message": "no"}, UNKNOWN, "does not allow it"),
        ({"state": "useless", "message": "a circle"}, UNKNOWN, "a circle"),
        ({"state": "notComparedYet"}, UNKNOWN, "not compared"),
    ],
)
def test_the_list_of_the_cloud_is_optional(
    roster: dict[str, object], health: Health, text: str
) -> None:
    """To have none is no fault; the statement to add says what it does besides."""
    found = only(check_roster(state(roster=roster), REGION))
    assert found.health is health
    assert text in found.text
    if roster["state"] == "denied":
        assert "greengrass:ListClientDevicesAssociatedWithCoreDevice" in found.remedy
        assert "what that allows besides" in found.remedy


def test_each_problem_of_the_configuration_is_found() -> None:
    """With its place and what would be right."""
    configuration = {"state": "refused", "problems": ["/a: found b", "/c: found d"]}
    findings = list(check_settings(state(configuration=configuration)))
    assert [one.health for one in findings] == [WRONG, WRONG]
    assert "/c: found d" in findings[1].text
    assert only(check_settings(state())).health is OK
