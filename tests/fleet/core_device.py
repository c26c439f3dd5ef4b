"""One core device: a real engine, and what the pipeline does around it."""

import random
from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.answer import Answer, CallFailed, FailureCause
from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.device import Device
from client_device_associator.core.engine import Engine
from client_device_associator.core.instant import Instant
from client_device_associator.core.operation import Operation
from client_device_associator.core.policy import Policy
from fleet.account import Account
from fleet.view import MemoryJournal
from fleet.world import START, World


class News(Enum):
    """What is told of a core device."""

    SETTLED = "nobody waits for a result any more"
    LISTED = "a list has come"


class CoreDevice:
    """Calls the account as the component does: one call at a time, a wake-up when one is due.

    Args:
        world: The time.
        account: Where it calls.
        policy: Its settings.
        seed: Of its randomness.
        known: Devices that its journal holds.
        facts: Numbers that its journal holds.
        told: Takes the news.

    Attributes:
        calls: How many it has made while the account was not away.
        throttled: How many of these were throttled.
        lists: Lists that have come.
        announced_at: When it got the first announcement that has no result; None if all have.
    """

    __slots__ = (
        "_account",
        "_associated",
        "_engine",
        "_flies",
        "_journal",
        "_told",
        "_wake",
        "_world",
        "announced_at",
        "calls",
        "lists",
        "throttled",
    )

    def __init__(
        self,
        world: World,
        account: Account,
        policy: Policy,
        *,
        seed: str,
        known: Mapping[str, Device],
        facts: Mapping[str, float],
        told: Callable[["CoreDevice", News], None],
    ) -> None:
        self._world = world
        self._account = account
        self._associated = set(known)
        self._journal = MemoryJournal(known, facts)
        self._engine = Engine(policy, self._journal, random.Random(seed))
        self._told = told
        self._flies = False
        self._wake = 0
        self.calls = self.throttled = self.lists = 0
        self.announced_at: float | None = None

    @property
    def pending(self) -> int:
        """Devices that wait for a call."""
        return self._journal.pending()

    def announce(self, announcements: Sequence[Announcement]) -> None:
        """Devices announce themselves together."""
        self._store(self._engine.announced(announcements, self._now()))
        if self.announced_at is None and self._journal.has_waiting:
            self.announced_at = self._world.now
        self.turn()

    def turn(self) -> None:
        """Does what is due, and is woken when the next is."""
        while not self._flies:
            step = self._engine.step(self._now())
            if step.decided is not None:
                self._store(step.decided)
            if step.call is not None:
                self._leave(step.call)
            elif step.wake_at is None:
                return
            elif step.wake_at > START + self._world.now:
                self._wake_at(step.wake_at - START)
                return

    def _now(self) -> Instant:
        steady = START + self._world.now
        return Instant(steady, steady)

    def _wake_at(self, when: float) -> None:
        self._wake += 1
        wake = self._wake

        def woken() -> None:
            if wake == self._wake:
                self.turn()

        self._world.at(when, woken)

    def _leave(self, call: Call) -> None:
        self._flies = True
        self._wake += 1
        self._world.at(self._world.now + self._account.latency(), lambda: self._arrive(call))

    def _arrive(self, call: Call) -> None:
        answer = self._account.answer(call, self._associated)
        if not (isinstance(answer, CallFailed) and answer.cause is FailureCause.UNAVAILABLE):
            self.calls += 1
        back_at = self._world.now + self._account.latency()
        self._world.at(back_at, lambda: self._answered(call, answer))

    def _answered(self, call: Call, answer: Answer) -> None:
        self._flies = False
        if isinstance(answer, CallFailed):
            self.throttled += answer.cause is FailureCause.THROTTLED
        elif call.operation is Operation.LIST:
            self.lists += 1
            self._told(self, News.LISTED)
        self._store(self._engine.answered(call, answer, self._now()))
        if self.announced_at is not None and not self._journal.has_waiting:
            self._told(self, News.SETTLED)
            self.announced_at = None
        self.turn()

    def _store(self, decision: Decision) -> None:
        if decision.stores:
            self._journal.store(decision)
