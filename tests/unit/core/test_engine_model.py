"""A model of what is promised, against engine and journal in random sequences of events."""

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

from builders import errors, nothing, numbered
from client_device_associator.core.answer import Accepted, Answer, Invalid, Trouble
from client_device_associator.core.decision import Call, Step
from client_device_associator.core.device import DeviceState
from client_device_associator.core.engine import CALL_DEADLINE_SECONDS
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Result, Status
from client_device_associator.journal.journal import Journal
from client_device_associator.messages.announcement import Announcement
from engine_driver import EngineDriver

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
        self.earlier: Call | None = None
        self.waiting: set[Announcement] = set()

    @initialize(max_batch=st.integers(1, 5), receipts=st.booleans(), attempts=st.integers(1, 3))
    def begin(self, max_batch: int, receipts: bool, attempts: int) -> None:  # noqa: FBT001 - drawn
        """Settings under which a few devices make many batches."""
        policy = Policy(
            max_batch=max_batch,
            max_pending=9,
            max_attempts=attempts,
            trust_seconds=100,
            receipts=receipts,
        )
        self.driver = EngineDriver(self.journal, policy)

    @rule(
        names=st.lists(st.sampled_from(NAMES), max_size=8),
        topic=st.sampled_from(TOPICS),
        announcement_id=st.sampled_from(IDS),
    )
    def announce(self, names: list[str], topic: str, announcement_id: str | None) -> None:
        """Each announcement waits from now on, or is answered at once."""
        told = self.driver.announce(names, topic, announcement_id).told
        answered = {
            one.thing_name for one in told if one.status in (Status.ASSOCIATED, Status.REJECTED)
        }
        for one in told:
            assert (one.topic, one.announcement_id) == (topic, announcement_id)
            assert one.status is not Status.FAILED
        self.waiting.update(
            Announcement(name, topic, announcement_id) for name in set(names) - answered
        )
        for name in answered:
            assert Announcement(str(name), topic, announcement_id) not in self.waiting
        if self.driver.policy.receipts:
            receipts = {one.thing_name for one in told if one.status is Status.QUEUED}
            assert receipts == set(names) - answered

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
        """A call that leaves is as it should be."""
        if step.call is None:
            return
        names = step.call.thing_names
        assert self.in_flight is None
        assert 1 <= len(names) <= self.driver.policy.max_batch
        assert len(set(names)) == len(names)
        assert set(names) <= {one.thing_name for one in self.waiting}
        self.in_flight = step.call

    @precondition(lambda self: self.waiting)
    @rule(entries=st.lists(ENTRIES, max_size=5))
    def accept(self, entries: list[tuple[str | None, str | None]]) -> None:
        """HTTP 200, with any error entries."""
        self.settle(errors(*entries))

    @precondition(lambda self: self.waiting)
    @rule()
    def accept_all(self) -> None:
        """HTTP 200 without error entries."""
        self.settle(Accepted())

    @precondition(lambda self: self.waiting)
    @rule(fields=st.lists(FIELDS, max_size=3))
    def refuse(self, fields: list[tuple[str, str]]) -> None:
        """ValidationException, with any fields."""
        self.settle(Invalid("refused", tuple(fields)))

    @precondition(lambda self: self.waiting)
    @rule(trouble=st.sampled_from(Trouble), retry_after=st.sampled_from([0.0, 3.0, 1000.0]))
    def come_to_nothing(self, trouble: Trouble, retry_after: float) -> None:
        """The whole queue waits."""
        self.settle(nothing(trouble, retry_after))

    @precondition(lambda self: self.in_flight is not None)
    @rule()
    def hang(self) -> None:
        """The call has had its time."""
        self.driver.seconds += CALL_DEADLINE_SECONDS
        assert self.driver.step().overdue == self.in_flight
        self.settle(nothing())

    @precondition(lambda self: self.earlier is not None)
    @rule()
    def answer_too_late(self) -> None:
        """An answer to a call that is not in flight any more changes nothing."""
        before = len(self.driver.owed())
        assert not self.driver.answer(Accepted(), self.earlier).stores
        assert len(self.driver.owed()) == before

    @precondition(lambda self: self.in_flight is None)
    @rule()
    def send(self) -> None:
        """The nucleus takes every result."""
        self.driver.forget_owed()

    @rule()
    def restart(self) -> None:
        """The process dies and comes back; a call in flight is never heard of."""
        self.driver.restart()
        self.in_flight = self.earlier = None

    def settle(self, answer: Answer) -> None:
        """Answers the call in flight, or the next one, and compares the results with the answer."""
        while self.in_flight is None:
            step = self.driver.step()
            self.look(step)
            assert step.wake_at is not None, "nobody will ever be called for"
            if step.call is None:
                self.driver.pass_until(step.wake_at)
        call = self.in_flight
        before = len(self.driver.owed())
        self.driver.answer(answer, call)
        self.in_flight, self.earlier = None, call
        new = self.driver.owed()[before:]
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
        if not isinstance(answer, Accepted):
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

    def named_against(self, answer: Accepted) -> set[str]:
        """Whom error entries speak against by name."""
        return {
            one.thing_name
            for one in answer.error_entries
            if one.thing_name is not None and one.code != "Conflict"
        }

    def spoken_against(self, answer: Answer, names: tuple[str, ...]) -> set[str]:
        """Who may have failed by an answer: nobody outside the call."""
        if isinstance(answer, Invalid):
            return set(names) if len(names) == 1 else set()
        if not isinstance(answer, Accepted):
            return set()
        against = self.named_against(answer) & set(names)
        associated = self.associated_by(answer, names)
        alone = set(names) - against - associated
        if len(alone) > 1:
            return against
        return against | alone

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
            self.settle(Accepted())
        self.driver.forget_owed()
        self.driver.run(max_calls=100)
        associated = [
            answered_by(one) for one in self.driver.owed() if one.status is Status.ASSOCIATED
        ]
        assert len(associated) == len(set(associated))
        failed = [one for one in self.driver.owed() if one.status is Status.FAILED]
        assert (
            set(associated)
            | {Announcement(str(one.thing_name), one.topic, one.announcement_id) for one in failed}
            == self.waiting
        )
        assert self.journal.pending() == 0
        self.journal.close()


TestEngineMachine = EngineMachine.TestCase
TestEngineMachine.settings = settings(max_examples=70, stateful_step_count=40)
