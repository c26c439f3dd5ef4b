"""What becomes of the devices in a call, once it has been answered or has come to nothing."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from client_device_associator.core import backoff
from client_device_associator.core.answer import Failure, Unanswered, Verdicts
from client_device_associator.core.decision import CallSettled, Decision, DeviceTrouble, Notice
from client_device_associator.core.device import Device, DeviceState, Ledger
from client_device_associator.core.instant import Instant
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Result, Status
from client_device_associator.messages.announcement import Announcement


def conclude(
    verdicts: Verdicts, ledger: Ledger, policy: Policy, now: Instant, dice: random.Random
) -> Decision:
    """Decides on the devices of a call that was answered.

    Devices of which the verdicts say nothing final stay as they are, and so do those that the
    ledger no longer knows as pending: a journal may have been set aside since the call began.
    """
    outcome = _Outcome(_names(verdicts), ledger, now)
    for name in verdicts.associated:
        outcome.associate(name, already=False)
    for name in verdicts.already:
        outcome.associate(name, already=True)
    for name, failure in verdicts.refused.items():
        outcome.give_up(name, failure)
    for name, failure in verdicts.failing.items():
        if outcome.attempts(name) + 1 >= policy.max_attempts:
            outcome.give_up(name, failure)
        else:
            delay = backoff.DEVICE.delay(outcome.attempts(name) + 1, dice)
            outcome.try_again(name, failure, now.steady + delay)
    outcome.notices.append(
        CallSettled(
            associated=len(verdicts.associated),
            already=len(verdicts.already),
            failing=len(verdicts.failing),
            refused=len(verdicts.refused),
            narrowed=len(verdicts.suspects) + len(verdicts.unheard),
        )
    )
    return replace(outcome.decision(), forget_before=now.steady - policy.trust_seconds)


def postpone(
    names: Sequence[str], answer: Unanswered, until: float, ledger: Ledger, now: Instant
) -> Decision:
    """Decides on the devices of a call that came to nothing: none of it counts against them."""
    outcome = _Outcome(names, ledger, now)
    for name in names:
        outcome.hold(name, Failure(answer.code, answer.message), until)
    return outcome.decision()


def _names(verdicts: Verdicts) -> list[str]:
    return [*verdicts.associated, *verdicts.already, *verdicts.failing, *verdicts.refused]


class _Outcome:
    """Collects what is to be stored and told of the devices of one call."""

    def __init__(self, names: Sequence[str], ledger: Ledger, now: Instant) -> None:
        self.notices: list[Notice] = []
        self._now = now
        self._pending = {
            name: device
            for name, device in ledger.devices(names).items()
            if device.state is DeviceState.PENDING
        }
        self._waiting: Mapping[str, Sequence[Announcement]] = ledger.waiting(names)
        self._devices: list[Device] = []
        self._settled: list[str] = []
        self._owed: list[Result] = []

    def attempts(self, name: str) -> int:
        device = self._pending.get(name)
        return device.attempts if device else 0

    def associate(self, name: str, *, already: bool) -> None:
        if name not in self._pending:
            return
        self._devices.append(Device(name, DeviceState.ASSOCIATED, self._now.steady))
        self._owe(
            replace(one.result(Status.ASSOCIATED), already=already)
            for one in self._waiting.get(name, ())
        )
        self._settled.append(name)

    def give_up(self, name: str, failure: Failure) -> None:
        device = self._pending.get(name)
        if device is None:
            return
        failed = replace(
            device,
            state=DeviceState.FAILED,
            since=self._now.steady,
            attempts=device.attempts + 1,
            code=failure.code,
            message=failure.message,
        )
        self._devices.append(failed)
        self._owe(self._failures(failed, Status.FAILED, None))
        self._settled.append(name)
        self.notices.append(DeviceTrouble(name, failure.code, failure.message, given_up=True))

    def try_again(self, name: str, failure: Failure, due_at: float) -> None:
        device = self._pending.get(name)
        if device is None:
            return
        if not device.attempts:
            self.notices.append(DeviceTrouble(name, failure.code, failure.message, given_up=False))
        self._delay(replace(device, attempts=device.attempts + 1, due_at=due_at), failure, due_at)

    def hold(self, name: str, failure: Failure, until: float) -> None:
        device = self._pending.get(name)
        if device is not None and not device.told_retrying:
            self._delay(device, failure, until)

    def decision(self) -> Decision:
        return Decision(
            devices=tuple(self._devices),
            settled=tuple(self._settled),
            owed=tuple(self._owed),
            notices=tuple(self.notices),
        )

    def _delay(self, device: Device, failure: Failure, until: float) -> None:
        delayed = replace(device, told_retrying=True, code=failure.code, message=failure.message)
        self._devices.append(delayed)
        if not device.told_retrying:
            self._owe(self._failures(delayed, Status.RETRYING, self._now.on_the_wall(until)))

    def _failures(
        self, device: Device, status: Status, next_attempt_at: float | None
    ) -> Iterable[Result]:
        for one in self._waiting.get(device.thing_name, ()):
            yield replace(
                one.result(status),
                code=device.code,
                message=device.message,
                attempts=device.attempts,
                next_attempt_at=next_attempt_at,
            )

    def _owe(self, results: Iterable[Result]) -> None:
        self._owed.extend(results)
