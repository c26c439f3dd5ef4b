"""Announcements are never lost, and results always arrive."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.core.result import ROSTER_TOPIC, SUPERSEDED, Result, Status
from simulation.caps import REJECTIONS
from simulation.check import Check
from simulation.facts import Key
from simulation.plan import Message
from simulation.record import Record
from simulation.said import is_opposed

FINAL = {Status.ASSOCIATED, Status.DISASSOCIATED, Status.FAILED, Status.REJECTED}


class NothingLost(Check):
    """What was taken ends with one final result for each announcement, and for each departure.

    One that is superseded by the opposite has failed.
    """

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
                self.require(taken or self._answered(one), f"nobody handled {one}")
            if message.malformed:
                answers = (key[0] == f"{message.topic}/status" for key in self._rejections())
                self.require(any(answers), f"no rejection of {message.payload!r}"[:300])

    def committed(self, decision: Decision) -> None:
        """The commit that settles a device holds a result for each of its announcements."""
        states = {one.thing_name: one.state for one in decision.devices}
        done = {name for name, state in states.items() if state not in QUEUED}
        waited = {name for name in done if name in self.record.lives}
        self.require(waited <= set(decision.settled), f"{waited - set(decision.settled)} unsettled")
        for name in decision.settled:
            life = self.record.lives.get(name)
            final = Counter(
                (one.topic, one.announcement_id)
                for one in decision.durable
                if one.thing_name == name and one.status in FINAL and one.topic != ROSTER_TOPIC
            )
            if name in done:
                self.require(life, f"{name} was settled and did not wait")
            waiting = Counter(life.waiting if life else ())
            if name in done or life is None:
                allowed = waiting
            else:
                allowed = waiting + Counter(self._just_said(name))
            right = waiting <= final <= allowed if name not in done else final == waiting
            if life is None:
                right = final <= Counter(self._just_said(name))
            self.require(right, f"{name} has {final}, not {waiting}")
        for one in decision.durable:
            if one.code == SUPERSEDED:
                self._is_over(one, decision)
        for said in decision.waiting:
            right = (states.get(said.thing_name) is DeviceState.LEAVING) is said.leaves
            known = said.thing_name in states
            self.require(right or not known, f"{said} waits for the opposite")

    def quiet(self) -> None:
        """Nobody waits any more."""
        self.require(not self.record.lives, f"still waiting: {sorted(self.record.lives)[:5]}")

    def _is_over(self, result: Result, decision: Decision) -> None:
        """What is superseded does not wait, unless it was said once more."""
        name = result.thing_name or ""
        self.require(name in decision.settled, f"{result}, and it still waits")
        key = (result.topic, result.announcement_id)
        waiting = [one for one in decision.waiting if one.thing_name == name]
        life = self.record.lives.get(name)
        before = life is not None and key in life.waiting
        said = self._just_said(name).count(key) + before
        waits = key in [(one.topic, one.announcement_id) for one in waiting]
        self.require(said > waits, f"{result}, and it waits all the same")

    def _just_said(self, name: str) -> list[tuple[str, str | None]]:
        """What has come of a device in this turn."""
        said = (one for message in self.record.messages for one in message.announcements)
        return [(one.topic, one.announcement_id) for one in said if one.thing_name == name]

    def _answered(self, said: Announcement) -> bool:
        """Whether it had its answer in this turn: it failed only if the opposite was said too."""
        right = {Status.DISASSOCIATED if said.leaves else Status.ASSOCIATED, Status.REJECTED}
        if is_opposed(self.record, said.thing_name):
            right.add(Status.FAILED)
        answers = self.record.transient_this_turn | self.record.durable_this_turn
        return any(self.record.key(said.result(one)) in answers for one in right)

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
        rows = stored("SELECT thing_name, state FROM device WHERE state = 0 OR state = 3")
        queued = {(str(name), state == DeviceState.LEAVING.value) for name, state in rows}
        lives = {(life.name, life.leaves) for life in self.record.lives.values()}
        self.require(queued == lives, f"other devices wait than before: {queued ^ lives}")
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
        # Or it was superseded at once, and has its final result on disk.
        failed = self.record.key(replace(result, status=Status.FAILED))
        opposed = is_opposed(self.record, result.thing_name)
        waits = waits or (opposed and failed in self.record.durable_this_turn)
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
