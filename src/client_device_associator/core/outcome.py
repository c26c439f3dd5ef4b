"""What becomes of the devices in a call, once it was answered or has failed."""

import random
from collections.abc import Iterable, Mapping, Sequence

from client_device_associator.core import backoff
from client_device_associator.core.announcement import NOWHERE, Announcement
from client_device_associator.core.answer import CallFailed
from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.giving_up import given_up
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.life import DeviceEvent, DeviceState, after
from client_device_associator.core.notices import (
    CallSettled,
    CoreNotice,
    DeviceDelayed,
    DeviceFailed,
)
from client_device_associator.core.operation import Operation
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Result, Status
from client_device_associator.core.values import replace
from client_device_associator.core.verdicts import DeviceError, Verdicts
from client_device_associator.core.wish import WISHES


def settle(
    verdicts: Verdicts,
    journal: JournalView,
    policy: Policy,
    now: Instant,
    rng: random.Random,
    *,
    operation: Operation = Operation.ASSOCIATE,
) -> Decision:
    """Decides on the devices of a call that was answered.

    Devices without a final verdict stay as they are, and so do those that do not wait for this
    operation any more: something else may have been wished for since the call began, or the journal
    may have been replaced.
    """
    names = [*verdicts.done, *verdicts.already, *verdicts.delayed, *verdicts.refused]
    outcome = _Outcome(names, journal, now, operation, claims=policy.grace_seconds is not None)
    for name in verdicts.done:
        outcome.succeed(name, already=False)
    for name in verdicts.already:
        outcome.succeed(name, already=True)
    for name, error in verdicts.refused.items():
        outcome.give_up(name, error)
    for name, error in verdicts.delayed.items():
        attempts = outcome.attempts(name) + 1
        if attempts >= policy.max_attempts:
            outcome.give_up(name, error)
        else:
            outcome.try_again(name, error, now.steady + backoff.DEVICE.delay(attempts, rng))
    outcome.notices.append(
        CallSettled(
            done=len(verdicts.done),
            already=len(verdicts.already),
            delayed=len(verdicts.delayed),
            refused=len(verdicts.refused),
            bisected=len(verdicts.suspects) + len(verdicts.undecided),
            operation=operation,
        )
    )
    return replace(
        outcome.decision(),
        forget_before=now.steady - policy.trust_seconds,
        # They are counted for as long as they may be associated.
        forgets_associated=policy.max_devices is None,
    )


def postpone(
    names: Sequence[str],
    failed: CallFailed,
    until: float,
    journal: JournalView,
    now: Instant,
    *,
    operation: Operation = Operation.ASSOCIATE,
) -> Decision:
    """Decides on the devices of a call that failed: that counts against none of them."""
    outcome = _Outcome(names, journal, now, operation)
    for name in names:
        outcome.hold(name, DeviceError(failed.code, failed.message), until)
    return outcome.decision()


class _Outcome:
    """Collects what is to be stored and sent for the devices of one call."""

    def __init__(
        self,
        names: Sequence[str],
        journal: JournalView,
        now: Instant,
        operation: Operation,
        *,
        claims: bool = False,
    ) -> None:
        self.notices: list[CoreNotice] = []
        self._now = now
        self._claims = claims
        self._wish = WISHES[operation]
        self._queued = {
            name: device
            for name, device in journal.devices(names).items()
            if device.state is self._wish.waits
        }
        self._waiting: Mapping[str, Sequence[Announcement]] = journal.waiting(names)
        self._devices: list[Device] = []
        self._settled: list[str] = []
        self._durable: list[Result] = []

    def attempts(self, name: str) -> int:
        device = self._queued.get(name)
        return device.attempts if device else 0

    def succeed(self, name: str, *, already: bool) -> None:
        device = self._queued.get(name)
        if device is None:
            return
        state = after(device.state, self._wish.event_if_done)
        origin = _origin(device, state, already=already)
        done = Device(
            name,
            state,
            self._now.steady,
            lane=device.lane,
            origin=origin,
            heard_on=device.heard_on,
        )
        self._devices.append(done)
        waiting = self._waiting.get(name, ())
        self._durable.extend(one.result(self._wish.status, already=already) for one in waiting)
        # Who is enrolled from the cloud, by an operator, or restored, was not heard here.
        if (
            self._claims
            and state is DeviceState.ASSOCIATED
            and any(one.bus is Bus.LOCAL and one.was_heard for one in waiting)
        ):
            self._durable.append(self._claim(device))
        self._settled.append(name)

    def give_up(self, name: str, error: DeviceError) -> None:
        device = self._queued.get(name)
        if device is None:
            return
        failed = replace(
            device, attempts=device.attempts + 1, code=error.code, message=error.message
        )
        self._devices.append(given_up(failed, DeviceEvent.GIVEN_UP, self._now))
        self._durable.extend(self._errors(failed, Status.FAILED, None))
        self._settled.append(name)
        self.notices.append(DeviceFailed(name, error.code, error.message))

    def try_again(self, name: str, error: DeviceError, due_at: float) -> None:
        device = self._queued.get(name)
        if device is None:
            return
        if not device.attempts:
            self.notices.append(DeviceDelayed(name, error.code, error.message))
        self._delay(replace(device, attempts=device.attempts + 1, due_at=due_at), error, due_at)

    def hold(self, name: str, error: DeviceError, until: float) -> None:
        device = self._queued.get(name)
        if device is not None and not device.told_retrying:
            self._delay(device, error, until)

    def decision(self) -> Decision:
        return Decision(
            devices=tuple(self._devices),
            settled=tuple(self._settled),
            durable=tuple(self._durable),
            notices=tuple(self.notices),
        )

    def _claim(self, device: Device) -> Result:
        """What other core devices are told of a device that is associated with this one now."""
        heard_at = self._now.on_the_wall(device.since)
        claim = Result(NOWHERE, Status.ASSOCIATED, device.thing_name, bus=Bus.IOT_CORE)
        return replace(claim, heard_at=heard_at)

    def _delay(self, device: Device, error: DeviceError, until: float) -> None:
        delayed = replace(
            device,
            state=after(device.state, DeviceEvent.DELAYED),
            told_retrying=True,
            code=error.code,
            message=error.message,
        )
        self._devices.append(delayed)
        if not device.told_retrying:
            next_attempt_at = self._now.on_the_wall(until)
            self._durable.extend(self._errors(delayed, Status.RETRYING, next_attempt_at))

    def _errors(
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


def _origin(device: Device, state: DeviceState, *, already: bool) -> Origin:
    """Who has associated a device for which a call has worked."""
    if state is not DeviceState.ASSOCIATED:
        return Origin.UNKNOWN
    if device.origin in (Origin.OURS, Origin.FOREIGN):
        return device.origin
    return Origin.FOREIGN if already else Origin.OURS
