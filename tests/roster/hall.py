"""A core device that tells others whom it has associated, and hears what they tell."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.handover import HANDOVER, Claim
from client_device_associator.core.instant import Instant
from client_device_associator.core.policy import Policy
from roster.core import Core

Say = Callable[["Hall", Claim], None]
"""Takes a claim that a hall has sent."""


@dataclass
class Hall(Core):
    """A core device in a hall of its own, with a clock and a cloud's table of its own.

    Attributes:
        name: Its thing name.
        clock_ahead: Seconds by which its clock is wrong.
        say_claim: Takes its claims.
        heard_at: When each device was heard here last, in true time.
        let_go_at: When it was decided last that one goes, in true time.
        listens_since: Since when its subscriptions stand, in true time; None if not all of them do.
    """

    name: str = ""
    clock_ahead: float = 0.0
    say_claim: Say = lambda *_: None
    heard_at: dict[str, float] = field(default_factory=dict)
    listens_since: float | None = None
    let_go_at: dict[str, float] = field(default_factory=dict)
    _claims_seen: int = 0

    def __post_init__(self) -> None:
        true_now, true_later = self.now, self.later
        self.now = lambda: true_now() + self.clock_ahead
        self.later = lambda at, action: true_later(at - self.clock_ahead, action)
        self._true_now = true_now
        super().__post_init__()
        self.listen(to_all=True)

    @property
    def instant(self) -> Instant:
        """The time by its clock."""
        return Instant(self.now(), self.now())

    def hear(self, name: str) -> None:
        """A device announces itself; nobody hears that if the subscriptions do not stand."""
        if self.listens_since is not None:
            self.heard_at[name] = self._true_now()
            self.say([Announcement(name, "clientdevices/announce")])

    def claimed(self, claim: Claim) -> None:
        """A claim of another hall has come."""
        self._store(lambda: self.engine.claimed([claim], self.instant))
        self.work()

    def listen(self, *, to_all: bool) -> None:
        """The subscriptions stand, or not all of them."""
        if not to_all:
            self.listens_since = None
        elif self.listens_since is None:
            self.listens_since = self._true_now()
        self.engine.listening(self.instant, to_all=to_all)
        self.work()

    def crash(self) -> None:
        """A new process subscribes at once."""
        self.listens_since = None
        super().crash()
        self.listen(to_all=True)

    def _store(self, decide: Callable[[], Decision]) -> None:
        def watched() -> Decision:
            decision = decide()
            let_go = [one.thing_name for one in decision.waiting if one.announcement_id == HANDOVER]
            self.let_go_at |= dict.fromkeys(let_go, self._true_now())
            return decision

        super()._store(watched)

    def work(self) -> None:
        """Takes turns, and sends the claims that were stored."""
        super().work()
        for result in self.results[self._claims_seen :]:
            if result.is_claim:
                heard_at = result.heard_at or 0.0
                self.say_claim(self, Claim(result.thing_name or "", self.name, heard_at))
        self._claims_seen = len(self.results)


def handing_over(rng: random.Random, base: Policy) -> Policy:
    """What an operator may have chosen for all halls."""
    return replace(
        base,
        max_wait_seconds=rng.choice([1.0, 0.0]),
        max_batch=rng.choice([100, 2]),
        max_attempts=1000,
        trust_seconds=rng.choice([3600.0, 60.0]),
        reconcile_seconds=rng.choice([0.0, 3600.0]),
        restores=rng.random() < 0.5,
        grace_seconds=rng.choice([120.0, 1800.0, 7200.0]),
    )
