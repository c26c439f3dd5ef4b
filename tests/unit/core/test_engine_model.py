"""A model of what is promised, against engine and journal in random sequences of events."""

from dataclasses import replace

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
from client_device_associator.core.answer import (
    CallFailed,
    FailureCause,
    Succeeded,
    ValidationFailed,
)
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operator import Announce, Retry
from client_device_associator.core.queue_state import TRANSITIONS
from support.engine_model import NAMES, EngineModel
from support.gates import Doorkeeper
from support.values import error_entries, failed_call, policy

TOPICS = ["one", "two"]
IDS = [None, "7"]
CODES = ["ResourceNotFoundException", "Oops", "Conflict", None]
ENTRIES = st.tuples(st.sampled_from([None, "unasked", *NAMES]), st.sampled_from(CODES))
FIELDS = st.tuples(
    st.sampled_from(["thingName", "entries[0]", "entries.2.member.thingName", "entries[99]"]),
    st.sampled_from(["bad", *NAMES]),
)
WORDS = st.tuples(st.sampled_from(NAMES), st.booleans())
MAX_PENDING, INTERVAL_SECONDS = 9, 600.0
MOST_CALLS = 200


class EngineMachine(RuleBasedStateMachine):
    """Announcements, departures, answers, lists, time and restarts in any order."""

    @initialize(
        max_batch=st.integers(1, 5),
        receipts=st.booleans(),
        attempts=st.integers(1, 3),
        lists=st.sampled_from([True, True, False]),
        restores=st.booleans(),
    )
    def begin(
        self,
        max_batch: int,
        receipts: bool,  # noqa: FBT001
        attempts: int,
        lists: bool,  # noqa: FBT001
        restores: bool,  # noqa: FBT001
    ) -> None:
        """Settings under which a few devices make many batches."""
        self.model = EngineModel(
            policy(
                max_batch=max_batch,
                max_pending=MAX_PENDING,
                max_attempts=attempts,
                trust_seconds=100,
                receipts=receipts,
                reconcile_seconds=INTERVAL_SECONDS if lists else 0.0,
                restores=restores,
            )
        )
        self.driver = self.model.driver
        self.pages = 0

    @rule(
        words=st.lists(WORDS, max_size=8, unique_by=lambda word: word[0]),
        topic=st.sampled_from(TOPICS),
        announcement_id=st.sampled_from(IDS),
    )
    def say(self, words: list[tuple[str, bool]], topic: str, announcement_id: str | None) -> None:
        """Devices are announced, and others leave."""
        self.model.take(
            [Announcement(name, topic, announcement_id, leaves=leaves) for name, leaves in words]
        )

    # A rejected word among several about one device could not be told from the others.
    @precondition(lambda self: self.model.journal.pending() < MAX_PENDING)
    @rule(
        name=st.sampled_from(NAMES),
        leaves=st.booleans(),
        words=st.lists(st.tuples(st.sampled_from(TOPICS), st.sampled_from(IDS)), max_size=4),
    )
    def change_the_mind(
        self,
        name: str,
        leaves: bool,  # noqa: FBT001
        words: list[tuple[str, str | None]],
    ) -> None:
        """One device comes and goes in the same turn."""
        self.model.take(
            [
                Announcement(name, *word, leaves=leaves is bool(number % 2))
                for number, word in enumerate(words)
            ]
        )

    @rule(names=st.lists(st.sampled_from(NAMES), unique=True, max_size=4), retries=st.booleans())
    def ask(self, names: list[str], retries: bool) -> None:  # noqa: FBT001 - drawn
        """An operator announces devices, or has them tried again."""
        self.model.ask(Retry(tuple(names)) if retries else Announce(tuple(names)))

    @rule(names=st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    def forget(self, names: list[str]) -> None:
        """An operator has devices forgotten."""
        self.model.forget(names)

    @rule(names=st.sets(st.sampled_from(NAMES), max_size=4))
    def change_the_rules(self, names: set[str]) -> None:
        """These are kept out from now on, also if they wait already."""
        self.model.refused = names
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
        self.model.step()

    @rule()
    def request_a_list(self) -> None:
        """Somebody wants a list now."""
        self.driver.engine.list_requested(self.driver.now)

    @precondition(lambda self: self.model.lists)
    @rule(goes_on=st.sampled_from(["no", "yes", "in a circle"]))
    def list_a_page(self, goes_on: str) -> None:
        """A page, which may be the last one."""
        self.pages += goes_on == "yes"
        tokens = {"no": None, "yes": f"{self.pages}", "in a circle": "0"}
        self.model.answer_page(tokens[goes_on])

    @precondition(lambda self: self.driver.policy.reconcile_seconds)
    @rule(
        words=st.lists(WORDS, max_size=4, unique_by=lambda word: word[0]),
        first_page=st.sets(st.sampled_from(NAMES)),
        times=st.integers(1, 2),
        pause=st.sampled_from([0.0, 2.0, 150.0]),
    )
    def list_them_all(
        self, words: list[tuple[str, bool]], first_page: set[str], times: int, pause: float
    ) -> None:
        """Lists in two pages, between which devices come and go."""
        for _ in range(times):
            self.model.wait_for_a_page()
            self.pages += 1
            self.model.answer_page(f"{self.pages}", first_page)
            self.say(words, TOPICS[0], None)
            self.let_time_pass(pause)
            self.model.wait_for_a_page()
            self.model.answer_page(None, set(NAMES) - first_page)
            self.model.go_on()

    @rule(names=st.sets(st.sampled_from(NAMES), max_size=3))
    def hide(self, names: set[str]) -> None:
        """The service's lists leave these out from now on."""
        self.model.hidden = names

    @precondition(lambda self: self.model.lists)
    @rule(
        answer=st.builds(failed_call, st.sampled_from(FailureCause))
        | st.just(ValidationFailed("the token is too old"))
    )
    def fail_to_list(self, answer: CallFailed | ValidationFailed) -> None:
        """There is no such page, at least not now."""
        self.model.in_flight = None
        self.driver.answer(answer)

    @precondition(lambda self: self.model.waiting)
    @rule(entries=st.lists(ENTRIES, max_size=5))
    def accept(self, entries: list[tuple[str | None, str | None]]) -> None:
        """HTTP 200, with any error entries."""
        self.model.settle(error_entries(*entries))

    @precondition(lambda self: self.model.waiting)
    @rule()
    def accept_all(self) -> None:
        """HTTP 200 without error entries."""
        self.model.settle(Succeeded())

    @precondition(lambda self: self.model.waiting)
    @rule(fields=st.lists(FIELDS, max_size=3))
    def refuse(self, fields: list[tuple[str, str]]) -> None:
        """ValidationException, with any fields."""
        self.model.settle(ValidationFailed("refused", tuple(fields)))

    @precondition(lambda self: self.model.waiting)
    @rule(
        cause=st.sampled_from(FailureCause),
        retry_after=st.sampled_from([0.0, 3.0, 1000.0]),
        is_carried_out=st.booleans(),
    )
    def fail(self, cause: FailureCause, retry_after: float, is_carried_out: bool) -> None:  # noqa: FBT001 - drawn
        """The whole queue waits; perhaps it was the answer alone that failed."""
        self.model.settle(failed_call(cause, retry_after), is_carried_out=is_carried_out)

    @precondition(lambda self: self.model.in_flight is None)
    @rule()
    def send(self) -> None:
        """The nucleus takes every result."""
        self.driver.send_all()

    @rule(is_carried_out=st.booleans())
    def restart(self, is_carried_out: bool) -> None:  # noqa: FBT001 - drawn
        """The process dies and comes back; a call in flight is never heard of."""
        call = self.model.in_flight
        if call is not None and is_carried_out:
            self.model.carry_out(set(call.thing_names))
        self.driver.restart()
        self.model.in_flight = None

    @invariant()
    def the_queue_moves_as_its_table_says(self) -> None:
        """Nothing happens to the queue that the documentation does not show."""
        assert self.driver.transitions <= TRANSITIONS

    @invariant()
    def nothing_that_waits_is_lost(self) -> None:
        """The journal holds exactly the words that wait, and their devices wait for the call."""
        journal = self.model.journal
        held = {one for ones in journal.waiting(NAMES).values() for one in ones}
        assert held == self.model.waiting
        devices = journal.devices(NAMES).values()
        joining, leaving = (
            {one.thing_name for one in devices if one.state is state}
            for state in (DeviceState.PENDING, DeviceState.LEAVING)
        )
        assert joining == self.model.names(leaves=False)
        assert leaving == self.model.names(leaves=True)
        assert journal.pending() == len(joining | leaving)
        # Who is restored has a place already.
        assert journal.pending() <= MAX_PENDING or self.driver.policy.restores

    def teardown(self) -> None:
        """The cloud turns healthy: in the end its table is what the last words have asked for."""
        if not hasattr(self, "model"):
            return
        self.driver.send_all()
        self.change_the_rules(set())
        for _ in range(MOST_CALLS):
            if self.model.in_flight is None and not (self.model.waiting or self.model.restored):
                break
            if self.model.lists:
                self.model.answer_page()
            else:
                self.model.settle(Succeeded())
        assert self.model.journal.pending() == 0
        for name, leaves in self.model.last_word.items():
            assert (name in self.model.cloud) is not leaves
        self.model.journal.close()


TestEngineMachine = EngineMachine.TestCase
TestEngineMachine.settings = settings(max_examples=70, stateful_step_count=40)
