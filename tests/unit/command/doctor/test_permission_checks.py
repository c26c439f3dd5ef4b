"""What the token exchange role allows."""

from collections.abc import Sequence

import pytest

from client_device_associator.channel.client import NotRunningError
from client_device_associator.channel.protocol import Permissions, Refused, Reply, Trouble
from client_device_associator.command.component_state import ComponentState
from client_device_associator.command.doctor.finding import Finding, Health
from client_device_associator.command.doctor.permission_checks import (
    MAX_ASKED,
    PAUSE_SECONDS,
    Role,
    ask_role,
    check_role,
)
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.operation import Operation
from client_device_associator.core.permission import Permission, PermissionFinding
from support.commands import HEALTHY

OK, WRONG, UNKNOWN = Health.OK, Health.WRONG, Health.UNKNOWN
STATE = ComponentState(HEALTHY)


def check(*replies: Reply, pauses: list[float] | None = None) -> Sequence[Finding]:
    """The findings if the component answers so, the last one again and again."""
    left = list(replies)

    def ask() -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    waited = [] if pauses is None else pauses
    return list(check_role(ask_role(ask, waited.append), STATE, "eu-central-1"))


def told(*findings: PermissionFinding) -> Permissions:
    """All is known."""
    return Permissions(findings, is_complete=True)


def denied(operation: Operation) -> PermissionFinding:
    """The role lacks this."""
    return PermissionFinding(
        operation, Permission.DENIED, FailureCause.ACCESS_DENIED, "AccessDeniedException", "no"
    )


def test_each_operation_has_its_line() -> None:
    """Associating first; what is not needed is no fault."""
    findings = check(
        told(
            PermissionFinding(Operation.LIST, Permission.NOT_NEEDED),
            PermissionFinding(Operation.DISASSOCIATE, Permission.NOT_NEEDED),
            PermissionFinding(Operation.ASSOCIATE, Permission.ALLOWED),
        )
    )
    assert [(one.what, one.health) for one in findings] == [
        ("role (associate)", OK),
        ("role (disassociate)", OK),
        ("role (list)", OK),
    ]
    assert "not needed" in findings[1].text
    assert "reconcile.intervalHours" in findings[2].text


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        (Operation.ASSOCIATE, "BatchAssociateClientDeviceWithCoreDevice"),
        (Operation.DISASSOCIATE, "BatchDisassociateClientDeviceFromCoreDevice"),
    ],
)
def test_a_permission_that_lacks_has_its_statement(operation: Operation, action: str) -> None:
    """Ready to be added."""
    (found,) = check(told(denied(operation)))
    assert found.health is WRONG
    assert f"greengrass:{action}" in found.remedy
    assert "greengrass:eu-central-1:*:coreDevices:core-1" in found.remedy


def test_the_list_is_optional() -> None:
    """To lack it is no fault; what it allows besides is to be read first."""
    (found,) = check(told(denied(Operation.LIST)))
    assert found.health is UNKNOWN
    assert "greengrass:ListClientDevicesAssociatedWithCoreDevice" in found.remedy
    assert "what it allows besides" in found.remedy


@pytest.mark.parametrize(
    ("cause", "health"),
    [
        (FailureCause.THROTTLED, UNKNOWN),
        (FailureCause.UNAVAILABLE, UNKNOWN),
        (FailureCause.NO_CREDENTIALS, UNKNOWN),
        (FailureCause.CREDENTIALS_REFUSED, WRONG),
        (FailureCause.CORE_UNKNOWN, WRONG),
        (FailureCause.MISCONFIGURED, WRONG),
    ],
)
def test_a_call_that_fails_for_another_reason(cause: FailureCause, health: Health) -> None:
    """It is wrong only if it does not pass by itself; what can be done is said."""
    failed = PermissionFinding(Operation.ASSOCIATE, Permission.UNKNOWN, cause, "Code", "words")
    (found,) = check(told(failed))
    assert found.health is health
    assert found.text == "Code: words"
    assert found.remedy
    assert "THING" not in found.remedy


def test_what_is_known_is_known_to_other_checks() -> None:
    """Neither what was not asked nor what has failed is."""
    findings = [PermissionFinding(Operation.ASSOCIATE, Permission.ALLOWED), denied(Operation.LIST)]
    role = Role(findings)
    assert role.allows(Operation.ASSOCIATE) is True
    assert role.allows(Operation.LIST) is False
    assert role.allows(Operation.DISASSOCIATE) is None
    failed = PermissionFinding(Operation.LIST, Permission.UNKNOWN, FailureCause.THROTTLED)
    assert Role([failed]).allows(Operation.LIST) is None


def test_it_asks_until_all_is_known() -> None:
    """A worker may have to be started first."""
    begun = Permissions((), is_complete=False)
    pauses: list[float] = []
    allowed = PermissionFinding(Operation.ASSOCIATE, Permission.ALLOWED)
    (found,) = check(begun, begun, told(allowed), pauses=pauses)
    assert found.health is OK
    assert pauses == [PAUSE_SECONDS] * 2


def test_its_patience_ends() -> None:
    """Then what is known is said, and that there is more."""
    allowed = PermissionFinding(Operation.ASSOCIATE, Permission.ALLOWED)
    pauses: list[float] = []
    known, rest = check(Permissions((allowed,), is_complete=False), pauses=pauses)
    assert (known.health, rest.health) == (OK, UNKNOWN)
    assert "not answered all calls" in rest.text
    assert len(pauses) == MAX_ASKED


def test_a_component_that_cannot_be_asked_is_no_fault() -> None:
    """It has just ended, or is of another version."""

    def ask() -> Reply:
        raise NotRunningError("nobody listens")

    (found,) = check_role(ask_role(ask), STATE, "")
    assert (found.health, "nobody listens" in found.text) == (UNKNOWN, True)
    (found,) = check(Refused(Trouble.BAD_REQUEST, "there is no command 'permissions'"))
    assert found.health is UNKNOWN
