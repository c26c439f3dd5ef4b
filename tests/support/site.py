"""A component that listens, hour by hour, in simulated time: for what takes days."""

from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    FailureCause,
    Listed,
    Succeeded,
    ValidationFailed,
)
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from client_device_associator.core.policy import Policy
from support.engine_driver import EngineDriver
from support.values import policy

HOUR = 3600.0
DAYS = 3


def silent_policy(**changes: object) -> Policy:
    """Devices that are silent for three days are disassociated, as many as there are."""
    chosen = {"silent_days": DAYS, "departures_dry_run": False, "departures_per_day": 1000}
    return policy(**{**chosen, **changes})


class Site:
    """A component that listens, hour by hour; its cloud answers unless it is out of reach.

    Attributes:
        reaches: Whether the cloud answers.
        kept: Devices that the cloud does not let go.
    """

    def __init__(self, driver: EngineDriver, settings: Policy) -> None:
        self.driver = driver
        self.reaches = True
        self.kept: frozenset[str] = frozenset()
        self.asleep = False
        driver.reconfigure(settings)
        self.listens(to_all=True)
        self.work()

    def listens(self, *, to_all: bool) -> None:
        """The subscriptions have changed."""
        self.driver.engine.listening(self.driver.now, to_all=to_all)

    def restart(self) -> None:
        """A new process on the same journal."""
        self.driver.restart()
        self.listens(to_all=True)

    def hear(self, *names: str) -> None:
        """These announce themselves, and are answered."""
        self.driver.announce(names)
        self.work()

    def pass_hours(self, hours: int, *heard: str, at_once: int = 1) -> None:
        """Time passes; these are heard once an hour, or once in so many hours."""
        for _ in range(0, hours, at_once):
            self.driver.seconds += at_once * HOUR
            self.hear(*heard)

    def pass_days(self, days: int, *heard: str) -> None:
        """The same, a day at a time."""
        self.pass_hours(24 * days, *heard)

    def work(self) -> None:
        """Does what is due now, with no time passing but what a batch waits for."""
        until = self.driver.seconds + 2 * self.driver.policy.max_wait_seconds
        while True:
            step = self.driver.step()
            if step.call is not None:
                self.driver.answer(self._reply(step.call))
            elif step.wake_at is None or step.wake_at > self.driver.now.steady:
                wake = step.wake_at
                if wake is None or wake - self.driver.now.steady + self.driver.seconds > until:
                    return
                self.driver.pass_until(wake)

    def _reply(self, call: Call) -> Answer:
        if not self.reaches:
            return CallFailed(FailureCause.UNAVAILABLE, "Down", "down")
        if call.operation is Operation.LIST:
            return Listed(())
        if call.operation is Operation.DISASSOCIATE and self.kept.intersection(call.thing_names):
            return ValidationFailed("no")
        return Succeeded()

    def left(self) -> list[str]:
        """Those who were called to be disassociated, in order."""
        calls = [one for one in self.driver.calls if one.operation is Operation.DISASSOCIATE]
        return [name for call in calls for name in call.thing_names]
