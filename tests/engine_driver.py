"""Drives an engine and a real journal through made-up time, as the conductor does."""

import random
from collections.abc import Callable, Iterable

from builders import SHARED, START, announcements
from client_device_associator.core.answer import Accepted, Answer
from client_device_associator.core.decision import Call, Decision, Notice, Step
from client_device_associator.core.engine import Engine
from client_device_associator.core.instant import Instant
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Result
from client_device_associator.journal.journal import Journal

Cloud = Callable[[tuple[str, ...]], Answer]
"""Answers a call for these names."""

ALL_OWED = 1_000_000


class HighDice(random.Random):
    """Always throws the highest number, so that waits have their full length."""

    def uniform(self, a: float, b: float) -> float:  # noqa: ARG002 - the signature of random's
        """The upper end."""
        return b


class EngineDriver:
    """An engine, its journal, and the time.

    Args:
        journal: Where decisions are stored.
        policy: The settings.
        dice: The randomness of waits; by default every wait is as long as it may be.
    """

    def __init__(
        self, journal: Journal, policy: Policy | None = None, dice: random.Random | None = None
    ) -> None:
        self.journal = journal
        self.policy = policy or Policy()
        self.dice = dice or HighDice()
        self.engine = Engine(self.policy, journal, self.dice)
        self.seconds = 0.0
        self.wall_ahead = 0.0
        self.calls: list[Call] = []
        self.told: list[Result] = []
        self.notices: list[Notice] = []

    @property
    def now(self) -> Instant:
        """The time."""
        steady = START + self.seconds
        return Instant(steady, steady + self.wall_ahead)

    def restart(self) -> None:
        """A new engine on the same journal, as after a crash."""
        self.engine = Engine(self.policy, self.journal, self.dice)

    def announce(
        self, names: Iterable[str], topic: str = SHARED, announcement_id: str | None = None
    ) -> Decision:
        """Announces devices and stores what is decided."""
        asked = announcements(names, topic, announcement_id)
        return self.carry_out(lambda: self.engine.announced(asked, self.now))

    def answer(self, answer: Answer, call: Call | None = None) -> Decision:
        """Answers a call, by default the last one, and stores what is decided."""
        call_id = (call or self.calls[-1]).call_id
        return self.carry_out(lambda: self.engine.answered(call_id, answer, self.now))

    def carry_out(self, decide: Callable[[], Decision]) -> Decision:
        """Stores a decision as the conductor would."""
        with self.journal.transaction():
            decision = decide()
            if decision.stores:
                self.journal.store(decision)
        self.engine.stored()
        self.told.extend(decision.told)
        self.notices.extend(decision.notices)
        return decision

    def step(self) -> Step:
        """The engine's next step; a call is remembered."""
        step = self.engine.step(self.now)
        if step.call is not None:
            self.calls.append(step.call)
        return step

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
                self.answer(cloud(step.call.thing_names) if cloud else Accepted())
            elif step.wake_at is None:
                return made
            else:
                self.pass_until(step.wake_at)

    def owed(self) -> list[Result]:
        """Every result that the journal owes."""
        return [one.result for one in self.journal.owed(START * 2, ALL_OWED)]

    def forget_owed(self) -> None:
        """All results owed so far have been sent."""
        with self.journal.transaction():
            self.journal.sent([one.owed_id for one in self.journal.owed(START * 2, ALL_OWED)])
