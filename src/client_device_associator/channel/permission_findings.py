"""What is known of permissions, as it is said on the socket."""

from collections.abc import Mapping
from typing import Any

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.operation import Operation
from client_device_associator.core.permission import Permission, PermissionFinding


def encode_finding(finding: PermissionFinding) -> Mapping[str, object]:
    """A finding as JSON."""
    return {
        "operation": finding.operation.value,
        "permission": finding.permission.value,
        "cause": None if finding.cause is None else finding.cause.value,
        "code": finding.code,
        "message": finding.message,
    }


def decode_finding(document: Mapping[str, Any]) -> PermissionFinding:
    """A finding from JSON; raises KeyError, TypeError or ValueError."""
    cause = document["cause"]
    return PermissionFinding(
        Operation(document["operation"]),
        Permission(document["permission"]),
        None if cause is None else FailureCause(cause),
        str(document["code"]),
        str(document["message"]),
    )
