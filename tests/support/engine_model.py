"""What an engine promises for each word, call and answer: a model that watches it in a test."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.answer import Answer, Listed, Succeeded
from client_device_associator.core.decision import Call, Decision, Step
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operation import Operation
from client_device_associator.core.operator import COMMAND, Announce, Done, Forget, Retry
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import (
    FORGOTTEN,
    ROSTER_TOPIC,
    SUPERSEDED,
    Result,
    Status,
)
from client_device_associator.core.wish import WISHES, wish_of
from client_device_associator.journal.journal import Journal
from support.engine_driver import EngineDriver
from support.meaning import fulfilled_by, spoken_against
from support.values import numbered

NAMES = numbered(12)
"""All devices that there are."""

Said = tuple[str | None, str, str | None]


def said(one: Announcement | Result) -> Said:
    """What an announcement and its result have in common."""
    return one.thing_name, one.topic, one.announcement_id


class EngineModel:
    """An engine on a journal, the cloud that it calls, and what is expected of it.

    Args:
        policy: The settings.

    Attributes:
        driver: Drives the engine.
        in_flight: The call that is not answered.
        waiting: The words that are neither fulfilled nor given up.
        restored: Devices that are to be associated because of a list.
        refused: Devices that the rules keep out.
        cloud: Who is associated there.
        hidden: Who is missing on every list, although associated.
        is_complete: Whether the page that came last was the last of its list.
        last_word: For each device whether it leaves, by its last word that was taken and not given
            up.
    """

    def __init__(self, policy: Policy) -> None:
        self.journal = Journal(Path(":memory:"))
        self.driver = EngineDriver(self.journal, policy)
        self.in_flight: Call | None = None
        self.waiting: set[Announcement] = set()
        self.restored: set[str] = set()
        self.refused: set[str] = set()
        self.cloud: set[str] = set()
        self.hidden: set[str] = set()
        self.is_complete = False
        self.last_word: dict[str, bool] = {}

    @property
    def lists(self) -> bool:
        """Whether a page of the list is asked for."""
        return self.in_flight is not None and self.in_flight.operation is Operation.LIST

    def names(self, *, leaves: bool) -> set[str]:
        """Who waits to be associated, or to be disassociated."""
        waiting = {one.thing_name for one in self.waiting if one.leaves is leaves}
        return waiting if leaves else waiting | self.restored

    def take(self, words: Sequence[Announcement]) -> None:
        """Each word waits from now on, or is answered at once; the opposite waits no more."""
        asked = [one for one in words if one.thing_name not in self.refused]
        decision = self.driver.say(asked)
        answered = {(one.thing_name, one.status) for one in decision.transient}
        assert set(map(said, decision.transient)) <= set(map(said, asked))
        superseded: list[Announcement] = []
        taken: set[str] = set()
        for one in asked:
            name = one.thing_name
            if (name, Status.REJECTED) in answered:
                assert one not in self.waiting
                continue
            self.last_word[name] = one.leaves
            # After a word that waits, none of the same turn is fulfilled already.
            if name not in taken and (name, wish_of(leaves=one.leaves).status) in answered:
                assert one not in self.waiting
                continue
            opposite = Announcement(name, "", leaves=not one.leaves)
            over = {other for other in self.waiting if _is_about(other, opposite)}
            superseded += over
            self.waiting = (self.waiting - over) | {one}
            taken.add(name)
            if one.leaves:
                self.restored.discard(name)
        assert Counter(map(said, decision.durable)) == Counter(map(said, superseded))
        assert all(one.code == SUPERSEDED for one in decision.durable)
        receipts = {name for name, status in answered if status is Status.QUEUED}
        assert receipts == (taken if self.driver.policy.receipts else set())

    def ask(self, request: Announce | Retry) -> None:
        """What an operator says is a word on the roster's topic, unless there is nothing to do."""
        ruling = self.driver.ask(request)
        assert [one.thing_name for one in ruling.outcomes] == list(request.thing_names)
        assert not ruling.decision.transient
        superseded: list[Announcement] = []
        for outcome in ruling.outcomes:
            name = outcome.thing_name
            announced = isinstance(request, Announce)
            if outcome.done is Done.QUEUED or (outcome.done is Done.ALREADY and announced):
                assert name not in self.refused
                self.last_word[name] = False
            if outcome.done is Done.QUEUED:
                over = {one for one in self.waiting if one.leaves and one.thing_name == name}
                superseded += over
                self.waiting = (self.waiting - over) | {Announcement(name, ROSTER_TOPIC, COMMAND)}
            waits = name in self.names(leaves=False) | self.names(leaves=True)
            assert waits is (outcome.done in (Done.QUEUED, Done.DUE)) or announced
        assert Counter(map(said, ruling.decision.durable)) == Counter(map(said, superseded))

    def forget(self, names: Sequence[str]) -> None:
        """Nobody waits for these any more, and nothing is asked of the cloud because of it."""
        decision = self.driver.ask(Forget(tuple(names))).decision
        over = {one for one in self.waiting if one.thing_name in names}
        assert Counter(map(said, decision.durable)) == Counter(map(said, over))
        assert all(one.code == FORGOTTEN for one in decision.durable)
        assert not self.journal.devices(names)
        self._give_up(over, set(names))
        self.restored -= set(names)

    def step(self) -> Step:
        """The engine does what it wants to do: a call, or what a list or the rules lead to."""
        step = self.driver.step()
        if step.decided is not None:
            assert step.call is None
            (self._keep_out if step.decided.settled else self._compare)(step.decided)
        if step.call is None:
            return step
        assert self.in_flight is None
        self.in_flight = step.call
        if not self.lists:
            names = step.call.thing_names
            assert not self.refused & set(names)
            assert 1 <= len(names) <= self.driver.policy.max_batch
            assert len(set(names)) == len(names)
            leaves = step.call.operation is Operation.DISASSOCIATE
            assert set(names) <= self.names(leaves=leaves)
        return step

    def answer_page(self, next_token: str | None = None, names: Iterable[str] = NAMES) -> None:
        """A page comes with those of some who are associated, but for those who are hidden."""
        self.in_flight = None
        self.is_complete = next_token is None
        listed = sorted((self.cloud & set(names)) - self.hidden)
        decision = self.driver.answer(Listed(tuple(listed), next_token))
        assert not decision.stores, "a page was acted on before the last had come"

    def wait_for_a_page(self) -> None:
        """Lets time pass until a page is asked for; other calls do what they are asked to do."""
        while not self.lists:
            if self.in_flight is not None:
                self.settle(Succeeded())
                continue
            step = self.step()
            if step.call is None and step.wake_at is not None:
                self.driver.pass_until(step.wake_at)

    def go_on(self) -> None:
        """The engine does all that it wants to do at this moment, but for calls."""
        while self.in_flight is None:
            step = self.step()
            if step.wake_at is None or step.wake_at > self.driver.now.steady:
                return

    def settle(self, answer: Answer, *, is_carried_out: bool = False) -> None:
        """Answers the next call for devices, and compares the results with the answer.

        Args:
            answer: What the cloud says.
            is_carried_out: Whether the cloud did what it was asked for although it says nothing of
                it.
        """
        call = self._call_for_devices()
        if call is None:
            return
        wish = WISHES[call.operation]
        leaves = call.operation is Operation.DISASSOCIATE
        before = len(self.driver.durable())
        self.carry_out(set(call.thing_names) if is_carried_out else fulfilled_by(call, answer))
        concerned = {
            one
            for one in self.waiting
            if one.thing_name in call.thing_names and one.leaves is leaves
        }
        self.in_flight = None
        self.driver.answer(answer)
        new = self.driver.durable()[before:]
        final = [one for one in new if one.status is not Status.RETRYING]
        concluded = {
            Announcement(str(one.thing_name), one.topic, one.announcement_id, leaves=leaves)
            for one in final
        }
        assert len(concluded) == len(final)
        assert concluded <= concerned
        done = {one.thing_name for one in final if one.status is wish.status}
        failed = {str(one.thing_name) for one in final if one.status is Status.FAILED}
        assert done == fulfilled_by(call, answer) & {one.thing_name for one in concerned}
        assert failed <= spoken_against(call, answer)
        self._give_up(concluded, failed)
        devices = self.journal.devices(sorted(self.restored))
        self.restored = {name for name, one in devices.items() if one.state is DeviceState.PENDING}

    def carry_out(self, names: set[str]) -> None:
        """The cloud does what the call in flight asks for, for these of its devices."""
        if self.in_flight is None or self.lists:
            return
        leaves = self.in_flight.operation is Operation.DISASSOCIATE
        self.cloud = self.cloud - names if leaves else self.cloud | names

    def _call_for_devices(self) -> Call | None:
        """The call in flight, or the next one; None if there will never be one."""
        while self.in_flight is None or self.lists:
            if self.lists:
                self.answer_page()
            step = self.step()
            if step.call is None:
                if not self.names(leaves=False) | self.names(leaves=True):
                    return None
                assert step.wake_at is not None, "somebody will never be called"
                self.driver.pass_until(step.wake_at)
        return self.in_flight

    def _keep_out(self, decided: Decision) -> None:
        """Whom the rules refuse that waits already."""
        kept_out = {one.thing_name for one in decided.devices}
        assert kept_out == set(decided.settled) <= self.refused
        refused = {one for one in self.waiting if one.thing_name in kept_out}
        assert set(map(said, decided.durable)) == set(map(said, refused))
        self._give_up(refused, kept_out)
        self.restored -= kept_out

    def _compare(self, decided: Decision) -> None:
        """A list changes nothing for those who wait, and is not believed where it is outdated."""
        assert self.is_complete
        concerned = {one.thing_name for one in decided.devices} | set(decided.forgotten)
        assert not concerned & (self.names(leaves=False) | self.names(leaves=True))
        restored = {one.thing_name for one in decided.devices if one.state is DeviceState.PENDING}
        assert {one.thing_name for one in decided.devices} - restored <= self.cloud
        assert self.driver.policy.restores or not restored
        self.restored |= restored

    def _give_up(self, concluded: set[Announcement], names: set[str]) -> None:
        """These words wait no more, and those of these devices were in vain."""
        self.waiting -= concluded
        for name in names:
            self.last_word.pop(name, None)


def _is_about(one: Announcement, other: Announcement) -> bool:
    """Whether both say the same of the same device."""
    return (one.thing_name, one.leaves) == (other.thing_name, other.leaves)
