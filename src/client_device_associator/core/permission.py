"""Whether the role allows what is to be called; asked by calls that change nothing."""

from enum import Enum

from client_device_associator.core.answer import Answer, CallFailed, FailureCause
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from client_device_associator.core.values import dataclass

NO_THING = "permission check: no thing has this name"
"""The device in calls that only ask whether they are allowed.

The service model greengrassv2 (2020-11-30) takes it: it has 1 to 128 characters. AWS IoT does not
(CreateThing: letters, digits, `:`, `_` and `-`), so that no thing of this name can exist, and
nobody can be associated or disassociated by such a call, whatever the service does with it.
"""


class Permission(str, Enum):
    """What is known of a permission; the values are what commands are told."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"
    """The call has failed for another reason."""
    NOT_NEEDED = "notNeeded"
    """The settings do not ask for such calls."""


@dataclass(frozen=True, slots=True)
class PermissionFinding:
    """What is known of the permission for an operation.

    Attributes:
        operation: Which.
        permission: What is known.
        cause: With DENIED and UNKNOWN: why the call has failed.
        code: The service's code or the type of the error, for people.
        message: In words, for people.
    """

    operation: Operation
    permission: Permission
    cause: FailureCause | None = None
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class CheckPermissions:
    """A person wants to know what the role allows."""


def harmless_call(operation: Operation) -> Call:
    """A call that changes nothing, and is denied if the operation is."""
    names = () if operation is Operation.LIST else (NO_THING,)
    return Call(names, operation=operation, asks_permission=True)


def finding(operation: Operation, answer: Answer) -> PermissionFinding:
    """What the answer to a harmless call says.

    An answer to what was asked, and a complaint about the name, come from behind the check of
    permissions: the request is one that the service model takes.
    """
    if not isinstance(answer, CallFailed):
        return PermissionFinding(operation, Permission.ALLOWED)
    denied = answer.cause is FailureCause.ACCESS_DENIED
    permission = Permission.DENIED if denied else Permission.UNKNOWN
    return PermissionFinding(operation, permission, answer.cause, answer.code, answer.message)
