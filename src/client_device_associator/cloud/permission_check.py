"""Asks the cloud which calls the role allows, because a person wants to know."""

from collections.abc import Collection

from client_device_associator.core.answer import Answer
from client_device_associator.core.decision import Call
from client_device_associator.core.instant import Instant
from client_device_associator.core.operation import Operation
from client_device_associator.core.permission import (
    Permission,
    PermissionFinding,
    finding,
    harmless_call,
)
from client_device_associator.core.values import dataclass

FRESH_SECONDS = 10.0
"""Who asks again so soon after a check gets what that has found: a command in a loop must not cost
this core device its share of the service's quota."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check has found so far.

    Attributes:
        findings: One for each operation that was asked for, or is not needed.
        is_complete: Whether that is all of them.
    """

    findings: tuple[PermissionFinding, ...]
    is_complete: bool


class PermissionCheck:
    """A harmless call for each operation that is needed, one after the other.

    It decides nothing and is stored nowhere: how the queues are does not depend on it.

    Attributes:
        needed: The operations that the settings ask for.
    """

    def __init__(self, needed: Collection[Operation]) -> None:
        self.needed = needed
        self._left: list[Operation] = []
        self._findings: list[PermissionFinding] = []
        self._fresh_until = float("-inf")

    def ask(self, now: Instant) -> Checked:
        """What is known; a check begins unless there is one, or was one just now."""
        if not self._left and now.steady >= self._fresh_until:
            self._left = [one for one in Operation if one in self.needed]
            self._findings = [
                PermissionFinding(one, Permission.NOT_NEEDED)
                for one in Operation
                if one not in self.needed
            ]
        return Checked(tuple(self._findings), is_complete=not self._left)

    def next_call(self) -> Call | None:
        """The next call of a check that is under way; None if there is none."""
        return harmless_call(self._left[0]) if self._left else None

    def answered(self, call: Call, answer: Answer, now: Instant) -> None:
        """A call of the check is over."""
        self._left.remove(call.operation)
        self._findings.append(finding(call.operation, answer))
        self._fresh_until = now.steady + FRESH_SECONDS
