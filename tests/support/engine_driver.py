"""Drives an engine and a real journal through simulated time, as the pipeline does."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.answer import Answer, CallFailed, Succeeded
from client_device_associator.core.decision import Call, Decision, Step
from client_device_associator.core.engine import Engine
from client_device_associator.core.instant import Instant
from client_device_associator.core.life import DeviceState
from client_device_associator.core.notices import CoreNotice
from client_device_associator.core.operation import Operation
from client_device_associator.core.operator import Request, Ruling
from client_device_associator.core.policy import Policy
from client_device_associator.core.queue_state import QueueEvent, QueueState
from client_device_associator.core.result import Result
from client_device_associator.journal.journal import Journal
from support.values import SHARED, START, announcements, policy

Cloud = Callable[[tuple[str, ...]], Answer]
"""Answers a call for these names."""

ALL = 1_000_000

LEAVE = "clientdevices/leave"


class LongestWaits(random.Random):
    """Always the highest number, so that waits have their full length."""

    def uniform(self, a: float, b: float) -> float:  # noqa: ARG002 - the signature of random's
        """The upper end."""
        return b


class EngineDriver:
    """An engine, its journal, the call in flight, and the time.

    Args:
        journal: Where decisions are stored.
        settings: What the engine goes by.
        rng: The randomness of waits; by default every wait is as long as it may be.
    """

    def __init__(
        self, journal: Journal, settings: Policy | None = None, rng: random.Random | None = None
    ) -> None:
        self.journal = journal
        self.policy = settings or policy()
        self.rng = rng or LongestWaits()
        self.engine = Engine(self.policy, journal, self.rng)
        self.seconds = 0.0
        self.wall_ahead = 0.0
        self.in_flight: Call | None = None
        self.calls: list[Call] = []
        self.transient: list[Result] = []
        self.notices: list[CoreNotice] = []
        self.transitions: set[tuple[QueueState, QueueEvent, QueueState]] = set()
        self._waited_in = QueueState.IDLE

    @property
    def now(self) -> Instant:
        """The time."""
        steady = START + self.seconds
        return Instant(steady, steady + self.wall_ahead)

    @property
    def state(self) -> QueueState:
        """What the queue of those waits for who are to be associated."""
        return self.engine.state(self.now, in_flight=self._associates)

    @property
    def _associates(self) -> bool:
        """Whether a call to associate devices is in flight."""
        return self.in_flight is not None and self.in_flight.operation is Operation.ASSOCIATE

    def reconfigure(self, settings: Policy) -> None:
        """Other settings are in effect."""
        self.policy = settings
        self.engine.reconfigure(settings)

    def restart(self) -> None:
        """A new engine on the same journal, as after a crash."""
        self.engine = Engine(self.policy, self.journal, self.rng)
        self.in_flight = None
        self._waited_in = self.state

    def announce(
        self, names: Iterable[str], topic: str = SHARED, announcement_id: str | None = None
    ) -> Decision:
        """Announces devices and stores what is decided."""
        return self.say(announcements(names, topic, announcement_id))

    def depart(
        self, names: Iterable[str], topic: str = LEAVE, announcement_id: str | None = None
    ) -> Decision:
        """These have left; stores what is decided."""
        left = announcements(names, topic, announcement_id)
        return self.say([replace(one, leaves=True) for one in left])

    def say(self, words: Sequence[Announcement]) -> Decision:
        """Announcements and departures that come together; stores what is decided."""
        before = self._state_after_waiting()
        decision = self.carry_out(lambda: self.engine.announced(words, self.now))
        joins = any(one.state is DeviceState.PENDING for one in decision.devices)
        self._note(before, QueueEvent.ENQUEUED if joins else QueueEvent.SUPERSEDED, happened=joins)
        return decision

    def ask(self, request: Request) -> Ruling:
        """An operator asks for something; stores what is decided."""
        rulings: list[Ruling] = []

        def decide() -> Decision:
            rulings.append(self.engine.asked(request, self.now))
            return rulings[0].decision

        before = self._state_after_waiting()
        self.carry_out(decide)
        (ruling,) = rulings
        event = QueueEvent.ENQUEUED if ruling.hurries else QueueEvent.SUPERSEDED
        if ruling.hurries and before is QueueState.WAITING:
            event = QueueEvent.WAITED  # its wait was cut short
        self._note(before, event)
        return ruling

    def answer(self, answer: Answer) -> Decision:
        """Answers the call in flight and stores what is decided."""
        before, associates = self._state_after_waiting(), self._associates
        call, self.in_flight = self.in_flight, None
        assert call is not None, "no call is in flight"
        decision = self.carry_out(lambda: self.engine.answered(call, answer, self.now))
        # A ValidationException about the core device is a failure, too.
        failed = isinstance(answer, CallFailed) or self.state is QueueState.WAITING
        event = QueueEvent.CALL_FAILED if failed else QueueEvent.ANSWERED
        self._note(before, event if associates else QueueEvent.OTHER_FAILED, happened=associates)
        return decision

    def lose_answer(self, answer: Answer) -> None:
        """The call in flight is answered, and the journal cannot be read."""
        call, self.in_flight = self.in_flight, None
        assert call is not None, "no call is in flight"
        self.engine.answer_lost(call, answer, self.now)

    def lose_decision(self, answer: Answer) -> None:
        """The call in flight is answered, and what is decided cannot be stored."""
        call, self.in_flight = self.in_flight, None
        assert call is not None, "no call is in flight"
        self.engine.answered(call, answer, self.now)
        self.engine.answer_lost(call, answer, self.now)

    def carry_out(self, decide: Callable[[], Decision]) -> Decision:
        """Stores a decision as the pipeline would."""
        with self.journal.transaction():
            decision = decide()
            if decision.stores:
                self.journal.store(decision)
        self.transient.extend(decision.transient)
        self.notices.extend(decision.notices)
        return decision

    def step(self) -> Step:
        """The engine's next step, none while a call is in flight; a call is remembered."""
        if self.in_flight is not None:
            return Step()
        before = self._state_after_waiting()
        step = self.engine.step(self.now)
        decided = step.decided
        if decided is not None:
            were = self.journal.devices(decided.settled).values()
            refused = any(one.state is DeviceState.PENDING for one in were)
            self.carry_out(lambda: decided)
            joins = any(one.state is DeviceState.PENDING for one in decided.devices)
            event = QueueEvent.ENQUEUED if joins else QueueEvent.SUPERSEDED
            event = QueueEvent.REFUSED if refused else event
            self._note(before, event, happened=refused or joins)
        if step.call is not None:
            self.in_flight = step.call
            self.calls.append(step.call)
        if decided is None:
            # That devices of a bisection wait no more is noticed only now.
            event = QueueEvent.CALL_LEFT if self._associates else QueueEvent.SUPERSEDED
            self._note(before, event)
        return step

    def _note(self, before: QueueState, event: QueueEvent, *, happened: bool = False) -> None:
        """Notes what an event has made of the state; nothing may have happened to it."""
        if happened or self.state is not before:
            self.transitions.add((before, event, self.state))
        self._waited_in = self.state

    def _state_after_waiting(self) -> QueueState:
        """The state now; a wait may have ended by the time alone."""
        state = self.state
        if self._waited_in is QueueState.WAITING and state is not QueueState.WAITING:
            self.transitions.add((QueueState.WAITING, QueueEvent.WAITED, state))
        self._waited_in = state
        return state

    def next_call(self) -> Call:
        """Lets time pass until there is a call."""
        while True:
            step = self.step()
            if step.call is not None:
                return step.call
            assert step.wake_at is not None, "nothing will ever be called"
            self.pass_until(step.wake_at)

    def pass_until(self, steady: float) -> None:
        """Lets time pass until a steady moment; it never goes back."""
        self.seconds = max(self.seconds, steady - START)

    def run(self, cloud: Cloud | None = None, *, max_calls: int = 1000) -> list[Call]:
        """Answers calls until there is nothing left to do; returns the calls that were made."""
        made: list[Call] = []
        while True:
            step = self.step()
            if step.call is not None:
                made.append(step.call)
                assert len(made) <= max_calls, "it never ends"
                self.answer(cloud(step.call.thing_names) if cloud else Succeeded())
            elif step.wake_at is None:
                return made
            else:
                self.pass_until(step.wake_at)

    def durable(self) -> list[Result]:
        """Every result that the journal keeps."""
        return [one.result for one in self.journal.unsent(START * 2, ALL)]

    def send_all(self) -> None:
        """All results so far have been sent."""
        with self.journal.transaction():
            unsent = self.journal.unsent(START * 2, ALL)
            self.journal.sent([one.result_id for one in unsent])
