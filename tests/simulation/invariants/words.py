"""The last word about a device, and how many devices there may be."""

from collections.abc import Sequence

from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Reason, Result, Status
from simulation.check import Check
from simulation.places import HELD, OCCUPIED, count
from simulation.plan import Message
from simulation.record import Record
from simulation.said import is_opposed


class LastWordsWin(Check):
    """The last word that was taken about a device is true in the cloud: it is associated, or not.

    Unless that was given up, or somebody else has changed it after the last call for the device.
    """

    def turn_ended(self, messages: Sequence[Message], wait: float | None, *, events: int) -> None:  # noqa: ARG002 - a hook
        """What was said last in this turn is what is wished for now, or was answered."""
        record = self.record
        if record.is_defective or record.process.is_stopping or record.pace.storage_failures:
            return
        last = {one.thing_name: one for message in messages for one in message.announcements}
        answers = record.transient_this_turn | record.durable_this_turn
        for name, one in last.items():
            life = record.lives.get(name)
            taken = life is not None and life.leaves is one.leaves
            wanted = Status.DISASSOCIATED if one.leaves else Status.ASSOCIATED
            right = (wanted, Status.REJECTED)
            answered = any(record.key(one.result(status)) in answers for status in right)
            # Answers to a flood would be a flood as well.
            self.require(
                taken or answered or record.plan.floods, f"{one} came last, and {life} goes on"
            )

    def quiet(self) -> None:
        """So it is with each of them."""
        record, cloud = self.record, self.record.cloud.associations
        for name, leaves in record.words.items():
            if record.outcomes.get(name) is DeviceState.FAILED:
                continue
            if cloud.by_hand_at.get(name, -1.0) > cloud.ours_at.get(name, -1.0):
                continue
            said = "a departure" if leaves else "an announcement"
            right = (name in cloud.table) is not leaves
            self.require(right, f"the last word about {name} was {said}")


class NobodyElseIsTouched(Check):
    """Nobody is associated who was not announced, nor disassociated without a departure."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._said: set[tuple[str, bool]] = set()

    def turn_begins(
        self,
        messages: Sequence[Message],
        turned_away: Sequence[str],  # noqa: ARG002 - a hook
        *,
        alone: bool,  # noqa: ARG002 - a hook
    ) -> None:
        """These were said."""
        for message in messages:
            self._said.update((one.thing_name, one.leaves) for one in message.announcements)

    def called(self, call: Call) -> None:
        """Each of these was said."""
        leaves = call.operation is Operation.DISASSOCIATE
        strangers = [name for name in call.thing_names if (name, leaves) not in self._said]
        self.require(not strangers, f"nobody asked for {call.operation.value} of {strangers}")


class PlacesAreKept(Check):
    """A call never makes more devices than `limits.maxDevices`, as far as the component can know.

    Nobody is turned away while there is room.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._let_down: set[str] = set()

    def called(self, call: Call) -> None:
        """There is room for those in this call."""
        most = self._most
        if most is None or call.operation is not Operation.ASSOCIATE:
            return
        rows = self.record.process.stored("SELECT thing_name FROM device WHERE origin <> 0")
        new = set(call.thing_names) - {name for (name,) in rows}
        held = count(self.record, OCCUPIED)
        right = not new or held + len(new) <= most
        self.require(right, f"{len(new)} more than {held}, and {most} may be")

    def committed(self, decision: Decision) -> None:
        """Who could not be associated, or was missing on two lists, may be there all the same.

        Nobody knows until more is known: that is the end of what lists are worth.
        """
        self._let_down.update(decision.forgotten)
        for one in decision.devices:
            life = self.record.lives.get(one.thing_name)
            if one.state is DeviceState.FAILED and life is not None and not life.leaves:
                self._let_down.add(one.thing_name)
            elif one.state in (DeviceState.ASSOCIATED, DeviceState.LEFT):
                self._let_down.discard(one.thing_name)

    def answered(self, flight: object) -> None:  # noqa: ARG002 - a hook
        """If the number never changed, the cloud has no more of ours either."""
        record = self.record
        most = {one.policy.max_devices for one in record.plan.settings[:-1]}
        if self._most is None or most != {self._most} or record.plan.document.settings is None:
            return
        cloud = record.cloud.associations
        ours = (cloud.table & cloud.ever) - cloud.by_hand_at.keys() - self._let_down
        self.require(len(ours) <= self._most, f"{len(ours)} of {self._most} are associated")

    def sent(self, result: Result) -> None:
        """There is no room for who is turned away."""
        if result.status is not Status.REJECTED or result.code != Reason.NOT_ADMITTED.value:
            return
        most = self._most
        # Some had places in this turn, and left at once.
        query = "SELECT thing_name FROM device WHERE state = 3 AND origin = 0"
        gone = self.record.process.stored(query)
        held = count(self.record, HELD)
        held += sum(is_opposed(self.record, str(name)) for (name,) in gone)
        self.require(most is not None and held >= most, f"{result}, and {held} of {most} are there")

    @property
    def _most(self) -> int | None:
        return self.record.process.policy.max_devices
