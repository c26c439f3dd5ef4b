"""What is said of devices is so."""

from collections.abc import Sequence
from dataclasses import replace

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.core.result import ROSTER_TOPIC, SUPERSEDED, Reason, Result, Status
from client_device_associator.core.room import KEPT_SHARE
from simulation.caps import MAX_WAITING_PER_DEVICE
from simulation.check import Check
from simulation.facts import Flight
from simulation.places import HELD, count
from simulation.plan import Message
from simulation.record import Record
from simulation.said import is_opposed
from simulation.trust import TRUSTED


class TableIsTrue(Check):
    """The cloud's table equals what the results said."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._superseded: set[str] = set()
        self._announced: set[str] = set()
        self._asked_at = 0.0

    def answered(self, flight: Flight) -> None:
        """Since when somebody else may have changed what the answer is about."""
        self._asked_at = flight.since

    def committed(self, decision: Decision) -> None:
        """Nothing is believed that the cloud has not done, and nothing against a later wish."""
        cloud = self.record.cloud.associations
        self._announced.update(one.thing_name for one in decision.waiting if not one.leaves)
        # Also those whose place was taken meanwhile.
        self._superseded.update(
            one.thing_name
            for one in decision.durable
            if one.thing_name and one.code in {SUPERSEDED, Reason.NOT_ADMITTED.value}
        )
        for device in decision.devices:
            name = device.thing_name
            life = self.record.lives.get(name)
            if life is None:
                continue  # `ListsAreRead` is about those
            outcome = failure_of(device, decision) or device
            if name not in decision.settled:
                continue
            self._is_said(outcome, decision)
            if outcome.state is DeviceState.ASSOCIATED:
                self.require(name in cloud.ever, f"{name} is not associated")
                self.require(not life.leaves, f"{name} has left meanwhile")
            if outcome.state is DeviceState.LEFT:
                self.require(name in cloud.released, f"{name} is not disassociated")
                self.require(life.leaves, f"{name} was announced meanwhile")
            if outcome is not device:
                self.require(life.leaves, f"{name} stays, and was not to leave")
                maybe = cloud.knows(name) or name in self._announced
                self.require(maybe, f"{name} stays, and nobody wanted it there")
            changed = cloud.by_hand_at.get(name, -1.0) >= self._asked_at
            if outcome.state is DeviceState.FAILED and not changed:
                is_refused = outcome.code == Reason.NOT_ADMITTED.value
                done = (name in cloud.table) is not life.leaves
                done = done and self.record.cloud.thing(name).poison is None
                self.require(is_refused or not done, f"{name} has failed, and the wish came true")

    def _is_said(self, outcome: Device, decision: Decision) -> None:
        """Those who waited for a device hear what has become of it, and nothing else."""
        if outcome.state in QUEUED:
            return
        said = {
            one.status
            for one in decision.durable
            if one.thing_name == outcome.thing_name and one.topic != ROSTER_TOPIC
        }
        right = {
            DeviceState.ASSOCIATED: {Status.ASSOCIATED},
            DeviceState.LEFT: {Status.DISASSOCIATED},
            DeviceState.FAILED: {Status.FAILED},
        }[outcome.state]
        if outcome.code == Reason.NOT_ADMITTED.value and outcome.state is DeviceState.FAILED:
            right = {Status.REJECTED}
        self.require(said <= right, f"{outcome} was told as {said}")

    def sent(self, result: Result) -> None:
        """Nor is it said of any, and what is believed expires: the cloud is the truth."""
        state = _SAID.get(result.status)
        if state is None:
            return
        name = result.thing_name or ""
        since = self.record.trust.find(state, name)
        self.require(since is not None, f"{name} is said to be {result.status.value}")
        age = self.record.turn_now.steady - (since or 0.0)
        trust = self.record.process.policy.trust_seconds
        self.require(0 <= age < trust, f"{name} is believed to be so since {age:.0f} s")

    def quiet(self) -> None:
        """Everybody in the table asked for it, and heard that it is so."""
        record, cloud = self.record, self.record.cloud.associations
        strangers = cloud.ever - record.taken
        self.require(not strangers, f"nobody announced {strangers}")
        heard = {key[1] for key in record.durable if key[2] == Status.ASSOCIATED.value}
        # Of those for whom the opposite was wished meanwhile nobody hears that, nor of those whom
        # somebody else took away before an answer could be taken in.
        undone = {one for one, at in cloud.by_hand_at.items() if at > cloud.ours_at.get(one, at)}
        done = {one for one, how in record.outcomes.items() if how is DeviceState.ASSOCIATED}
        unheard = cloud.ever - heard - (self._superseded - done) - undone
        self.require(not unheard, f"these are associated and do not know: {unheard}")
        rows = record.process.stored(
            "SELECT thing_name FROM device WHERE state = 1 AND origin <> 3"
        )
        strange = [name for (name,) in rows if name not in cloud.ever | record.roster.listed]
        self.require(not strange, f"the journal believes what is not so: {strange}")


def failure_of(device: Device, decision: Decision) -> Device | None:
    """A device whose departure was given up and that stays, as if it had failed; or None."""
    if device.state is not DeviceState.ASSOCIATED or device.origin is not Origin.UNCLEAR:
        return None
    said = [one for one in decision.durable if one.thing_name == device.thing_name]
    attempts = max((one.attempts or 0 for one in said), default=0)
    code = next((one.code for one in said if one.code), None)
    return replace(device, state=DeviceState.FAILED, attempts=attempts, code=code)


_SAID = {
    Status.ASSOCIATED: DeviceState.ASSOCIATED,
    Status.DISASSOCIATED: DeviceState.LEFT,
}


class FailuresAreFair(Check):
    """A device fails only if the cloud refuses it alone, or after maxAttempts error entries.

    What makes a call come to nothing as a whole counts against no device.
    """

    def committed(self, decision: Decision) -> None:
        """Attempts are counted right, and a failure has its reasons."""
        record = self.record
        for stored in decision.devices:
            device = failure_of(stored, decision) or stored
            name = device.thing_name
            life = record.lives.get(name)
            is_new = name in decision.settled and device.state is not DeviceState.FAILED
            if life is None or device.state in TRUSTED or is_new:
                continue
            if device.code == Reason.NOT_ADMITTED.value and device.state is DeviceState.FAILED:
                most = record.process.policy.max_devices
                right = most is not None and count(record, HELD) >= most and not life.leaves
                self.require(right, f"{name} is refused, and there is room")
                continue
            poisoned = record.cloud.thing(name).poison is not None
            given = device.attempts - poisoned * (device.state is DeviceState.FAILED)
            exact = not record.interruptions and not record.pace.storage_failures
            most = life.error_entries + life.inherited
            right = life.error_entries <= given <= most if exact else given <= most
            self.require(
                right, f"{given} attempts of {name}, the cloud spoke {life.error_entries} times"
            )
            if device.state is DeviceState.FAILED and not poisoned:
                most = record.process.policy.max_attempts
                self.require(given >= most, f"{name} failed after {given} of {most} attempts")
            elif device.state in QUEUED:
                most = record.process.policy.max_attempts
                self.require(given in {0, life.attempts} or given < most, f"{name} goes on")


class NothingIsWornOut(Check):
    """Repeats of a device that is associated, or queued, write nothing."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._changes: int | None = None
        self._said: set[str] = set()

    def turn_begins(
        self, messages: Sequence[Message], turned_away: Sequence[str], *, alone: bool
    ) -> None:
        """Looks whether the turn holds nothing but repeats."""
        process = self.record.process
        self._said = {one.thing_name for message in messages for one in message.announcements}
        repeats = messages and alone and all(map(self._repeats, messages))
        free = self.record.flight is None and not process.has_notes()
        self._changes = process.changes() if repeats and free and not turned_away else None

    def committed(self, decision: Decision) -> None:
        """What a list leads to is not written for the repeats."""
        others = {one.thing_name for one in decision.devices} - self._said
        if others or decision.facts or decision.forgotten:
            self._changes = None

    def turn_ended(self, messages: Sequence[Message], wait: float | None, *, events: int) -> None:  # noqa: ARG002 - a hook
        """Then nothing was written."""
        if self._changes is not None and not self.record.is_defective:
            written = self.record.process.changes() - self._changes
            self.require(not written, f"{written} rows written for repeats")
            self.record.world.strike("repeats, nothing written")

    def _repeats(self, message: Message) -> bool:
        record = self.record
        trust = record.process.policy.trust_seconds - 0.001
        for one in message.announcements:
            life = record.lives.get(one.thing_name)
            if life is not None and (one.topic, one.announcement_id) in life.waiting:
                continue
            state = DeviceState.LEFT if one.leaves else DeviceState.ASSOCIATED
            since = record.trust.since[state].get(one.thing_name)
            if since is None or not 0 <= record.turn_now.steady - since < trust:
                return False
        return True


class QueueIsBounded(Check):
    """At most maxPending devices wait, and nobody is turned away long before that.

    Places that are kept for another announcement topic are the only ones that may be free. Devices
    that are restored need no place: they were in the journal before.
    """

    def committed(self, decision: Decision) -> None:
        """There is still room, or nobody new was let in."""
        record = self.record
        new = [
            one
            for one in decision.devices
            if one.state in QUEUED and one.thing_name not in record.lives
        ]
        said = {one.thing_name for one in decision.waiting}
        new = [one for one in new if one.thing_name in said]
        most = record.process.policy.max_pending
        self.require(not new or len(record.lives) + len(new) <= most, "more wait than may")

    def sent(self, result: Result) -> None:
        """Only an overload turns away, or a disk that cannot be written."""
        if result.status is not Status.REJECTED or result.thing_name is None:
            return
        record = self.record
        if result.code == Reason.OVERLOADED.value:
            life = record.lives.get(result.thing_name)
            places = record.process.policy.max_pending
            full = len(record.lives) >= places - places // KEPT_SHARE
            waiting = len(life.waiting) if life is not None else 0
            if is_opposed(record, result.thing_name):
                # Those who waited until the opposite was said, in this turn.
                failed = (result.thing_name, Status.FAILED.value)
                waiting = max(waiting, sum(key[1:3] == failed for key in record.durable_this_turn))
            crowded = waiting >= MAX_WAITING_PER_DEVICE
            self.require(full or crowded, f"{result} though there is room")
        elif result.code == Reason.STORAGE.value:
            self.require(record.pace.storage_failures, f"{result} though the disk is well")
