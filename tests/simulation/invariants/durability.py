"""Announcements are never lost, and results always arrive."""

from collections import Counter
from collections.abc import Sequence

from client_device_associator.core.decision import Decision
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from simulation.caps import REJECTIONS
from simulation.check import Check
from simulation.facts import Key
from simulation.plan import Message
from simulation.record import Record

FINAL = {Status.ASSOCIATED, Status.FAILED}


class NothingLost(Check):
    """What was taken ends with a result, associated or failed, for each announcement."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._rejected = 0

    def sent(self, result: Result) -> None:
        """One more, maybe, of those that have a bound."""
        self._rejected += result.status is Status.REJECTED

    def turn_ended(self, messages: Sequence[Message], wait: float | None, *, events: int) -> None:  # noqa: ARG002 - a hook
        """Each announcement of this turn is on disk by now, or was answered at once."""
        if self.record.is_defective or (self.record.process.is_stopping and self.record.plan.disk):
            return  # it cost a turn; or the time of a stop was over
        if self._rejected >= REJECTIONS:
            return  # answers to a flood would be a flood as well
        for message in messages:
            for one in message.announcements:
                life = self.record.lives.get(one.thing_name)
                taken = life is not None and (one.topic, one.announcement_id) in life.waiting
                self.require(taken or self._answered(one.result), f"nobody handled {one}")
            if message.malformed:
                answers = (key[0] == f"{message.topic}/status" for key in self._rejections())
                self.require(any(answers), f"no rejection of {message.payload!r}"[:300])

    def committed(self, decision: Decision) -> None:
        """The commit that settles a device holds a result for each of its announcements."""
        done = {one.thing_name: one for one in decision.devices}
        settled = {name for name, one in done.items() if one.state is not DeviceState.PENDING}
        self.require(settled == set(decision.settled), "settled announcements of unsettled devices")
        for name in settled:
            life = self.record.lives.get(name)
            self.require(life, f"{name} was settled and did not wait")
            if life is None:
                continue
            final = [
                one for one in decision.durable if one.thing_name == name and one.status in FINAL
            ]
            unsent = Counter((one.topic, one.announcement_id) for one in final)
            self.require(
                unsent == Counter(life.waiting), f"{name} has {unsent}, not {life.waiting}"
            )

    def quiet(self) -> None:
        """Nobody waits any more."""
        self.require(not self.record.lives, f"still waiting: {sorted(self.record.lives)[:5]}")

    def _answered(self, result: object) -> bool:
        make = result
        assert callable(make)
        wanted = (Status.ASSOCIATED, Status.REJECTED)
        return any(self.record.key(make(one)) in self.record.transient_this_turn for one in wanted)

    def _rejections(self) -> list[Key]:
        return [key for key in self.record.transient_this_turn if key[2] == Status.REJECTED.value]


class Durable(Check):
    """What was committed survives kill -9 and power loss: nothing more, and nothing less."""

    def started(self) -> None:
        """The journal that a new process finds is what the record says was committed."""
        stored = self.record.process.stored
        found = {
            (str(name), str(topic), one or None)
            for name, topic, one in stored("SELECT thing_name, topic, announcement_id FROM waiting")
        }
        expected = {
            (life.name, topic, one)
            for life in self.record.lives.values()
            for topic, one in life.waiting
        }
        self.require(found == expected, f"lost {expected - found}, reborn {found - expected}")
        pending = {str(name) for (name,) in stored("SELECT thing_name FROM device WHERE state = 0")}
        self.require(pending == set(self.record.lives), "other devices wait than before")
        ((unsent,),) = stored("SELECT COUNT(*) FROM owed")
        undelivered = sum(
            not one.delivered for results in self.record.durable.values() for one in results
        )
        self.require(
            isinstance(unsent, int) and unsent + self.record.dropped >= undelivered,
            f"{undelivered} results are unsent, the journal has {unsent}",
        )


class ReceiptsAreTrue(Check):
    """A queued receipt goes out only once the announcement is on disk."""

    def sent(self, result: Result) -> None:
        """The announcement is waiting, or its device has been settled by the same commit."""
        if result.status is not Status.QUEUED:
            return
        life = self.record.lives.get(result.thing_name or "")
        waits = life is not None and (result.topic, result.announcement_id) in life.waiting
        self.require(waits, f"a receipt for {result}, which is not on disk")
        self.require(self.record.process.policy.receipts, "a receipt that nobody wants")


class DurableResultsArrive(Check):
    """Every durable result is sent: the nucleus has passed it on, to its topic and with its id."""

    def quiet(self) -> None:
        """Nothing is left, and nothing is kept that was sent."""
        results = (one for results in self.record.durable.values() for one in results)
        unpaid = [one.key for one in results if not one.delivered]
        self.require(len(unpaid) <= self.record.dropped, f"{unpaid[:3]} were never sent")
        ((unsent,),) = self.record.process.stored("SELECT COUNT(*) FROM owed")
        self.require(unsent == 0, f"{unsent} results are kept though all were sent")


class RetryingOnce(Check):
    """An announcement hears "retrying" once at most while its device waits."""

    def committed(self, decision: Decision) -> None:
        """None of these has heard it."""
        for result in decision.durable:
            self.sent(result)
            if result.status is Status.RETRYING:
                # The record takes the whole decision in later; two in it are one too many.
                same = [one for one in decision.durable if one == result]
                self.require(len(same) == 1, f"{result} twice")

    def sent(self, result: Result) -> None:
        """This one has not heard it."""
        if result.status is not Status.RETRYING:
            return
        life = self.record.lives.get(result.thing_name or "")
        self.require(life, f"{result}, but the device does not wait")
        key = (result.topic, result.announcement_id)
        self.require(life is None or key not in life.heard_retrying, f"{result} once more")
