"""What is decided in one turn, in one transaction."""

from collections.abc import Callable, Iterator, Sequence

from client_device_associator.channel.port import Asked
from client_device_associator.cloud.calls import Landed
from client_device_associator.core.admission.gate import Gate
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.engine import Engine
from client_device_associator.core.handover import Claim
from client_device_associator.core.instant import Instant
from client_device_associator.core.operator import Ruling
from client_device_associator.core.trail import TrailEntry
from client_device_associator.pipeline.trail import (
    of_announcements,
    of_answer,
    of_claims,
    of_command,
)


class Turn:
    """Has the engine decide on one thing after the other; each knows what the one before changed.

    Args:
        engine: Decides.
        store: Stores a decision, if there is anything to store.
        gate: By what announcements are admitted, for the trail.
        now: The time.

    Attributes:
        decisions: What was decided, in order.
        entries: What the trail says of it.
        rulings: What was decided on requests of operators.
    """

    def __init__(
        self, engine: Engine, store: Callable[[Decision], None], gate: Gate, now: Instant
    ) -> None:
        self._engine = engine
        self._store = store
        self._gate = gate
        self._now = now
        self.decisions: list[Decision] = []
        self.entries: list[Iterator[TrailEntry]] = []
        self.rulings: list[tuple[Asked, Ruling]] = []

    @property
    def stores(self) -> bool:
        """Whether anything had to be stored."""
        return any(decision.stores for decision in self.decisions)

    def decide(
        self,
        landed: Sequence[Landed],
        claims: Sequence[Claim],
        asked: Sequence[Asked],
        announcements: Sequence[Announcement],
    ) -> None:
        """Decides on all that came together; raises JournalError."""
        for call, answer in landed:
            decision = self._engine.answered(call, answer, self._now)
            self._add(decision, of_answer(answer, decision, self._now))
        if claims:
            decision = self._engine.claimed(claims, self._now)
            self._add(decision, of_claims(claims, decision, self._now))
        for one in asked:
            ruling = self._engine.asked(one.request, self._now)
            self.rulings.append((one, ruling))
            self._add(ruling.decision, of_command(one, ruling, self._gate, self._now))
        if announcements:
            decision = self._engine.announced(announcements, self._now)
            self._add(decision, of_announcements(decision, self._gate, self._now))

    def _add(self, decision: Decision, entries: Iterator[TrailEntry]) -> None:
        self._store(decision)
        self.decisions.append(decision)
        self.entries.append(entries)
