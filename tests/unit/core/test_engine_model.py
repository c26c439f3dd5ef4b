"""A model of what is promised, against engine and journal in random sequences of events."""

from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.answer import Answer, FailureCause, Succeeded, ValidationFailed
from client_device_associator.core.decision import Call, Step
from client_device_associator.core.life import DeviceState
from client_device_associator.core.queue_state import TRANSITIONS
from client_device_associator.core.result import Result, Status
from client_device_associator.journal.journal import Journal
from support.engine_driver import EngineDriver
from support.gates import Doorkeeper
from support.values import error_entries, failed_call, numbered, policy

NAMES = numbered(12)
TOPICS = ["one", "two"]
IDS = [None, "7"]
CODES = ["ResourceNotFoundException", "Oops", "Conflict", None]
ENTRIES = st.tuples(st.sampled_from([None, "unasked", *NAMES]), st.sampled_from(CODES))
FIELDS = st.tuples(
    st.sampled_from(["thingName", "entries[0]", "entries.2.member.thingName", "entries[99]"]),
    st.sampled_from(["bad", *NAMES]),
)


def answered_by(result: Result) -> Announcement:
    """The announcement that a result is for."""
    return Announcement(str(result.thing_name), result.topic, result.announcement_id)


class EngineMachine(RuleBasedStateMachine):
    """Announcements, answers, time and restarts in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.journal = Journal(Path(":memory:"))
        self.in_flight: Call | None = None
        self.waiting: set[Announcement] = set()
        self.refused: set[str] = set()

    @initialize(max_batch=st.integers(1, 5), receipts=st.booleans(), attempts=st.integers(1, 3))
    def begin(self, max_batch: int, receipts: bool, attempts: int) -> None:  # noqa: FBT001 - drawn
        """Settings under which a few devices make many batches."""
        self.driver = EngineDriver(
            self.journal,
            policy(
                max_batch=max_batch,
                max_pending=9,
                max_attempts=attempts,
                trust_seconds=100,
                receipts=receipts,
            ),
        )

    @rule(
        names=st.lists(st.sampled_from(NAMES), max_size=8),
        topic=st.sampled_from(TOPICS),
        announcement_id=st.sampled_from(IDS),
    )
    def announce(self, names: list[str], topic: str, announcement_id: str | None) -> None:
        """Each announcement waits from now on, or is answered at once."""
        names = [name for name in names if name not in self.refused]
        sent = self.driver.announce(names, topic, announcement_id).transient
        answered = {
            one.thing_name for one in sent if one.status in (Status.ASSOCIATED, Status.REJECTED)
        }
        for one in sent:
            assert (one.topic, one.announcement_id) == (topic, announcement_id)
            assert one.status is not Status.FAILED
        self.waiting.update(
            Announcement(name, topic, announcement_id) for name in set(names) - answered
        )
        for name in answered:
            assert Announcement(str(name), topic, announcement_id) not in self.waiting
        if self.driver.policy.receipts:
            receipts = {one.thing_name for one in sent if one.status is Status.QUEUED}
            assert receipts == set(names) - answered

    @rule(names=st.sets(st.sampled_from(NAMES), max_size=4))
    def change_the_rules(self, names: set[str]) -> None:
        """These are kept out from now on, also if they wait already."""
        self.refused = names
        changed = replace(self.driver.policy, gate=Doorkeeper(frozenset(names)))
        self.driver.reconfigure(changed)

    @rule(seconds=st.sampled_from([0.01, 0.5, 1.0, 2.0, 30.0, 99.0, 101.0, 4000.0]))
    def let_time_pass(self, seconds: float) -> None:
        """Time passes."""
        self.driver.seconds += seconds

    @rule(ahead=st.sampled_from([-1.7e9, 0.0, 1e6]))
    def set_the_wall_clock(self, ahead: float) -> None:
        """Somebody sets the machine's clock."""
        self.driver.wall_ahead = ahead

    @rule()
    def step(self) -> None:
        """The engine does what it wants to do now."""
        self.look(self.driver.step())

    def look(self, step: Step) -> None:
        """A call that leaves is as it should be, and so is a refusal."""
        if step.decided is not None:
            assert step.call is None
            kept_out = {one.thing_name for one in step.decided.devices}
            assert kept_out == set(step.decided.settled) <= self.refused
            refused = {one for one in self.waiting if one.thing_name in kept_out}
            assert {answered_by(one) for one in step.decided.durable} == refused
            self.waiting -= refused
        if step.call is None:
            return
        names = step.call.thing_names
        assert not self.refused & set(names)
        assert self.in_flight is None
        assert 1 <= len(names) <= self.driver.policy.max_batch
        assert len(set(names)) == len(names)
        assert set(names) <= {one.thing_name for one in self.waiting}
        self.in_flight = step.call

    @precondition(lambda self: self.waiting)
    @rule(entries=st.lists(ENTRIES, max_size=5))
    def accept(self, entries: list[tuple[str | None, str | None]]) -> None:
        """HTTP 200, with any error entries."""
        self.settle(error_entries(*entries))

    @precondition(lambda self: self.waiting)
    @rule()
    def accept_all(self) -> None:
        """HTTP 200 without error entries."""
        self.settle(Succeeded())

    @precondition(lambda self: self.waiting)
    @rule(fields=st.lists(FIELDS, max_size=3))
    def refuse(self, fields: list[tuple[str, str]]) -> None:
        """ValidationException, with any fields."""
        self.settle(ValidationFailed("refused", tuple(fields)))

    @precondition(lambda self: self.waiting)
    @rule(cause=st.sampled_from(FailureCause), retry_after=st.sampled_from([0.0, 3.0, 1000.0]))
    def fail(self, cause: FailureCause, retry_after: float) -> None:
        """The whole queue waits."""
        self.settle(failed_call(cause, retry_after))

    @precondition(lambda self: self.in_flight is None)
    @rule()
    def send(self) -> None:
        """The nucleus takes every result."""
        self.driver.send_all()

    @rule()
    def restart(self) -> None:
        """The process dies and comes back; a call in flight is never heard of."""
        self.driver.restart()
        self.in_flight = None

    def settle(self, answer: Answer) -> None:
        """Answers the call in flight, or the next one, and compares the results with the answer."""
        while self.in_flight is None:
            step = self.driver.step()
            self.look(step)
            if step.call is None:
                if step.wake_at is None:
                    assert not self.waiting, "somebody will never be called"
                    return
                self.driver.pass_until(step.wake_at)
        call = self.in_flight
        before = len(self.driver.durable())
        self.driver.answer(answer)
        self.in_flight = None
        new = self.driver.durable()[before:]
        final = [one for one in new if one.status is not Status.RETRYING]
        concluded = {
            Announcement(str(one.thing_name), one.topic, one.announcement_id) for one in final
        }
        assert len(concluded) == len(final)
        assert concluded <= self.waiting
        associated = {one.thing_name for one in final if one.status is Status.ASSOCIATED}
        failed = {one.thing_name for one in final if one.status is Status.FAILED}
        assert associated == self.associated_by(answer, call.thing_names)
        assert failed <= self.spoken_against(answer, call.thing_names)
        self.waiting -= concluded

    def associated_by(self, answer: Answer, names: tuple[str, ...]) -> set[str]:
        """Whom an answer associates beyond doubt."""
        if not isinstance(answer, Succeeded):
            return set()
        against = self.named_against(answer) & set(names)
        already = {one.thing_name for one in answer.error_entries if one.code == "Conflict"} & set(
            names
        ) - against
        nameless = any(
            one.thing_name not in names and one.code != "Conflict" for one in answer.error_entries
        )
        silent = set(names) - against - already
        return {str(name) for name in already} | (set() if nameless else silent)

    def named_against(self, answer: Succeeded) -> set[str]:
        """Whom error entries speak against by name."""
        return {
            one.thing_name
            for one in answer.error_entries
            if one.thing_name is not None and one.code != "Conflict"
        }

    def spoken_against(self, answer: Answer, names: tuple[str, ...]) -> set[str]:
        """Who may have failed by an answer: nobody outside the call."""
        if isinstance(answer, ValidationFailed):
            return set(names) if len(names) == 1 else set()
        if not isinstance(answer, Succeeded):
            return set()
        against = self.named_against(answer) & set(names)
        associated = self.associated_by(answer, names)
        alone = set(names) - against - associated
        if len(alone) > 1:
            return against
        return against | alone

    @invariant()
    def the_queue_moves_as_its_table_says(self) -> None:
        """Nothing happens to the queue that the documentation does not show."""
        assert self.driver.transitions <= TRANSITIONS

    @invariant()
    def nothing_pending_is_lost(self) -> None:
        """The journal holds exactly the announcements that wait, and their devices are pending."""
        held = {one for ones in self.journal.waiting(NAMES).values() for one in ones}
        assert held == self.waiting
        devices = self.journal.devices(NAMES).values()
        pending = {one.thing_name for one in devices if one.state is DeviceState.PENDING}
        assert pending == {one.thing_name for one in self.waiting}
        assert self.journal.pending() == len(pending) <= 9

    def teardown(self) -> None:
        """The cloud turns healthy: everybody who still waits is associated, once."""
        if self.in_flight is not None:
            self.settle(Succeeded())
        self.driver.send_all()
        self.refused = set()
        self.driver.reconfigure(replace(self.driver.policy, gate=Doorkeeper()))
        self.driver.run(max_calls=100)
        associated = [
            answered_by(one) for one in self.driver.durable() if one.status is Status.ASSOCIATED
        ]
        assert len(associated) == len(set(associated))
        failed = [one for one in self.driver.durable() if one.status is Status.FAILED]
        assert (
            set(associated)
            | {Announcement(str(one.thing_name), one.topic, one.announcement_id) for one in failed}
            == self.waiting
        )
        assert self.journal.pending() == 0
        self.journal.close()


TestEngineMachine = EngineMachine.TestCase
TestEngineMachine.settings = settings(max_examples=70, stateful_step_count=40)
