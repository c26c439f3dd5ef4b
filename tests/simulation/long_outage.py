"""Thousands of devices wait while the cloud is away for hours."""

from dataclasses import dataclass

from client_device_associator.core.announcement import Announcement
from simulation.plan import Fault, Message, Plan, Thing, Window
from simulation.run import Run, silence
from simulation.traffic import SHARED

DEVICES = 5000
HOURS = 3.0
_BEGINS = 60.0
_AT_ONCE = 500
_LATENCY = 0.3
MAX_PROBES = 25 + 6 * HOURS * 3600 / 200
"""See `OutagesAreProbed`."""

MAX_SECONDS_AFTER = 200 + 1 + DEVICES / 100 * 1.0 + 5
"""The longest wait, `maxWaitSeconds`, and fifty calls, one after the other."""


@dataclass(frozen=True, slots=True)
class Endured:
    """How it went.

    Attributes:
        calls_during: Calls while the cloud was away.
        calls_after: Calls after that.
        first_after: Seconds from recovery to the first call.
        last_associated: Seconds from recovery to the last association.
    """

    calls_during: int
    calls_after: int
    first_after: float
    last_associated: float

    def report(self) -> str:
        """For people."""
        return (
            f"{DEVICES} devices wait, the cloud is away for {HOURS:g} h: {self.calls_during} calls"
            f" in that time (at most {MAX_PROBES:.0f}); the first call {self.first_after:.1f} s"
            f" after recovery, {self.calls_after} calls, the last device associated"
            f" {self.last_associated:.1f} s after recovery (at most {MAX_SECONDS_AFTER:.0f})"
        )


def endure(devices: int = DEVICES, hours: float = HOURS, seed: int = 0) -> Endured:
    """Runs it; all invariants are checked on the way."""
    names = [f"device-{index:05}" for index in range(devices)]
    end = _BEGINS + hours * 3600
    messages = tuple(
        Message(
            _BEGINS + start / devices * (end - _BEGINS) / 2,
            SHARED,
            None,
            {"thingNames": names[start : start + _AT_ONCE]},
            tuple(Announcement(name, SHARED) for name in names[start : start + _AT_ONCE]),
        )
        for start in range(0, devices, _AT_ONCE)
    )
    plan = Plan(
        seed,
        things=tuple(Thing(name) for name in names),
        messages=messages,
        outages=(Window(0.0, end, Fault.UNAVAILABLE.value),),
        latency=_LATENCY,
        healthy_at=end,
    )
    run = Run(plan)
    with silence():
        run.go()
    during = [at for at in run.record.called_at if at < end]
    after = [at for at in run.record.called_at if at >= end]
    return Endured(len(during), len(after), after[0] - end, run.record.last_settled_at - end)
