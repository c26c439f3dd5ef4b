"""The faults that are set, in order, and how often each has yet to happen."""

import itertools
from dataclasses import dataclass

from greengrass_sandbox.cloud.faults import PASSING_KINDS, Fault, FaultKind


@dataclass
class _Active:
    fault: Fault
    left: int | None
    passing: int


class ActiveFaults:
    """Decides which faults a call meets."""

    def __init__(self) -> None:
        self._active: dict[int, _Active] = {}
        self._numbers = itertools.count(1)

    def add(self, fault: Fault) -> int:
        """Set a fault behind those that are set. Returns the number by which to remove it."""
        number = next(self._numbers)
        self._active[number] = _Active(fault, fault.times, fault.after)
        return number

    def remove(self, number: int) -> Fault | None:
        """Remove a fault; None if it is over already."""
        active = self._active.pop(number, None)
        return active.fault if active is not None else None

    def snapshot(self) -> dict[int, Fault]:
        """What is set, by number."""
        return {number: active.fault for number, active in list(self._active.items())}

    def is_out(self, core: str | None) -> bool:
        """Whether the cloud cannot be reached about a core device; None: by anybody."""
        return any(
            active.fault.kind is FaultKind.OUTAGE and active.fault.core_device in (None, core)
            for active in list(self._active.values())
        )

    def meet(self, operation: str, core: str, thing_names: tuple[str, ...]) -> list[Fault]:
        """The faults that a call meets, each of them counted.

        These are all that concern it, up to and including the first that does not let the
        operation happen: that one decides the answer.
        """
        met = []
        for number, active in list(self._active.items()):
            fault = active.fault
            if fault.kind is FaultKind.OUTAGE or not fault.concerns(operation, core, thing_names):
                continue
            if active.passing > 0:
                active.passing -= 1
                continue
            if active.left is not None:
                active.left -= 1
                if active.left == 0:
                    del self._active[number]
            met.append(fault)
            if fault.kind not in PASSING_KINDS:
                break
        return met
