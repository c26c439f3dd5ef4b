"""One core device: a real engine on a real journal, which crashes and goes on."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.answer import Answer
from client_device_associator.core.backoff import DEVICE
from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.engine import Engine
from client_device_associator.core.instant import Instant
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Result
from client_device_associator.journal.journal import Journal
from roster.cloud import Cloud

LONGEST_INTERVAL = 20_000.0
"""Seconds between two lists."""

MOST_STEPS = 400
"""In one moment; more is a loop without an end."""


@dataclass
class Core:
    """What a process does, without the process.

    Attributes:
        words: The last word about each device that was stored: whether it has left.
        results: All that were stored or sent.
    """

    policy: Policy
    cloud: Cloud
    rng: random.Random
    latency: float
    later: Callable[[float, Callable[[], None]], None]
    now: Callable[[], float]
    words: dict[str, bool] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    journal: Journal = field(default_factory=lambda: Journal(Path(":memory:")))
    flight: Call | None = None
    life: int = 0
    _given_up: Call | None = None

    def __post_init__(self) -> None:
        self.engine = Engine(self.policy, self.journal, self.rng)
        self.work()

    @property
    def instant(self) -> Instant:
        """The time."""
        return Instant(self.now(), self.now())

    def say(self, announcements: Sequence[Announcement]) -> None:
        """Announcements and departures that come together."""
        self._store(lambda: self.engine.announced(announcements, self.instant))
        for one in announcements:
            self.words[one.thing_name] = one.leaves
        self.work()

    def request_list(self) -> None:
        """Somebody asks for the list."""
        self.engine.list_requested(self.instant)
        self.work()

    def reconfigure(self, policy: Policy) -> None:
        """A deployment; with another interval the list under way is given up."""
        if policy.reconcile_seconds != self.policy.reconcile_seconds:
            self._given_up = self.flight
        self.policy = policy
        self.engine.reconfigure(policy)
        self.work()

    def crash(self) -> None:
        """What was not stored is gone, and the answer to a call with it."""
        self.life += 1
        self.flight = None
        self.cloud.lists.clear()
        self.engine = Engine(self.policy, self.journal, self.rng)
        self.journal.recover(self.now(), DEVICE.cap)
        self.work()

    def work(self) -> None:
        """Takes turns until there is nothing to do now."""
        for _ in range(MOST_STEPS):
            if self.flight is not None:
                return
            step = self.engine.step(self.instant)
            if step.decided is not None:
                decided = step.decided
                self._store(lambda decided=decided: decided)  # type: ignore[misc] # of this turn
            if step.call is not None:
                self._call(step.call)
                return
            if step.wake_at is None:
                return
            if step.wake_at > self.now():
                self._wake(step.wake_at)
                return
        raise AssertionError("it turns and turns")

    def _wake(self, at: float) -> None:
        life = self.life
        self.later(at, lambda: self.work() if life == self.life else None)

    def _call(self, call: Call) -> None:
        self.flight = call
        life = self.life
        answer = self.cloud.call(self.now(), call.operation, call.thing_names, call.next_token)
        wait = self.latency * self.rng.uniform(0.5, 1.5)
        self.later(self.now() + wait, lambda: self._land(call, answer, life))

    def _land(self, call: Call, answer: Answer, life: int) -> None:
        if life != self.life:
            return  # the process that asked is dead
        self.flight = None
        if self.rng.random() < 0.02 and self.now() < self.cloud.moods.healthy_at:
            self.engine.answer_lost(call, answer, self.instant)  # the disk failed
        else:
            self._store(lambda: self.engine.answered(call, answer, self.instant))
            if call is not self._given_up:
                self.cloud.heard(answer)
        self.work()

    def _store(self, decide: Callable[[], Decision]) -> None:
        with self.journal.transaction():
            decision = decide()
            if decision.stores:
                self.journal.store(decision)
        self.results += decision.transient
        self.results += decision.durable


def policy_of(rng: random.Random, base: Policy) -> Policy:
    """What an operator may have chosen."""
    return replace(
        base,
        max_batch=rng.choice([100, 100, 7, 2, 1]),
        max_wait_seconds=rng.choice([1.0, 0.0, 5.0]),
        max_attempts=1000,
        trust_seconds=rng.choice([3600.0, 60.0, 0.0]),
        reconcile_seconds=rng.choice([600.0, 3600.0, LONGEST_INTERVAL]),
        restores=rng.random() < 0.4,
    )
