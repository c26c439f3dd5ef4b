"""Runs one seed of devices that move between halls; looks at what must hold."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from client_device_associator.configuration.parser import default_settings
from client_device_associator.core.device import Origin
from client_device_associator.core.handover import CLOCKS_DIFFER_SECONDS, Claim
from client_device_associator.core.operation import Operation
from roster.cloud import Cloud, Moods
from roster.hall import Hall, handing_over
from roster.run import START, Broken

_MOST_CLOCK_ERROR = CLOCKS_DIFFER_SECONDS / 2 - 1
_LONGEST_WAIT = 700.0
"""Seconds: the longest backoff of a device is five minutes, and of a service as well."""


@dataclass
class Move:
    """A seed on its way.

    Attributes:
        where: In which halls each device is now.
        taciturn: Devices that announce themselves only when they come somewhere. In a seed with
            such devices no hall forgets whom it has heard.
    """

    seed: int
    now: float = START
    where: dict[str, set[str]] = field(default_factory=dict)
    taciturn: set[str] = field(default_factory=set)
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self.rng = rng = random.Random(f"{self.seed}/moving")
        self.active = rng.choice([4000.0, 20_000.0])
        self.policy = handing_over(rng, default_settings().policy)
        grace = self.policy.grace_seconds or 0.0
        self.period = grace * rng.choice([0.9, 0.6])
        self.claims_lost = rng.choice([0.0, 0.3])
        self.claims_late = rng.choice([1.0, 600.0, 5000.0])
        self.halls = {f"hall-{index}": self._hall(index) for index in range(rng.choice([2, 3]))}
        self._calls_seen = dict.fromkeys(self.halls, 0)
        self._looked_at: dict[str, dict[str, float]] = {name: {} for name in self.halls}
        are_taciturn = rng.random() < 0.4
        for index in range(rng.choice([1, 2, 5])):
            name = f"device-{index}"
            self.where[name] = {rng.choice(list(self.halls))}
            if are_taciturn:
                self.taciturn.add(name)
            self.at(START + rng.uniform(0, self.period), partial(self._announce, name))
        self._plan()

    @property
    def is_healthy(self) -> bool:
        """Whether the time of troubles is over."""
        return self.now >= START + self.active

    @property
    def end(self) -> float:
        """When everything must have settled.

        Every hall has claimed again whom it hears, whatever the clocks say, and the time of grace
        is over.
        """
        grace = self.policy.grace_seconds or 0.0
        again = self.policy.trust_seconds + CLOCKS_DIFFER_SECONDS + self.period
        return START + self.active + self.claims_late + _LONGEST_WAIT + 2 * (again + grace)

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Something happens later."""
        self._count += 1
        heapq.heappush(self._events, (max(when, self.now), self._count, action))

    def go(self) -> None:
        """To the end of all troubles, and until everything has settled; then looks."""
        while self._events and self._events[0][0] <= self.end:
            self.now, _, action = heapq.heappop(self._events)
            action()
            for hall in self.halls.values():
                self._look_at_calls(hall)
        for hall in self.halls.values():
            self._look_at_the_end(hall)

    def _hall(self, index: int) -> Hall:
        rng = self.rng
        moods = Moods(
            fails=rng.choice([0.0, 0.1, 0.5, 0.97]),
            loses=rng.choice([0.0, 0.1]),
            complains=rng.choice([0.0, 0.2]),
            healthy_at=START + self.active - _MOST_CLOCK_ERROR,
        )
        return Hall(
            policy=self.policy,
            cloud=Cloud(random.Random(f"{self.seed}/cloud-{index}"), moods),
            rng=random.Random(f"{self.seed}/hall-{index}"),
            latency=rng.choice([0.05, 10.0]),
            later=self.at,
            now=lambda: self.now,
            name=f"hall-{index}",
            clock_ahead=rng.choice([0.0, rng.uniform(-_MOST_CLOCK_ERROR, _MOST_CLOCK_ERROR)]),
            say_claim=self._claim,
        )

    def _plan(self) -> None:
        rng = self.rng
        for _ in range(rng.choice([2, 10, 40])):
            self.at(START + rng.uniform(0, self.active), self._move)
        for hall in self.halls.values():
            if self.taciturn:
                return
            for _ in range(rng.choice([0, 2, 8])):
                self.at(START + rng.uniform(0, self.active), hall.crash)
            for _ in range(rng.choice([0, 2])):
                deaf_at = START + rng.uniform(0, self.active)
                self.at(deaf_at, partial(hall.listen, to_all=False))
                heard_at = min(deaf_at + rng.uniform(0, 3000), START + self.active)
                self.at(heard_at, partial(hall.listen, to_all=True))

    def _announce(self, name: str) -> None:
        for hall in self.where[name]:
            self.halls[hall].hear(name)
        if name not in self.taciturn:
            self.at(self.now + self.period, partial(self._announce, name))

    def _move(self) -> None:
        """A device goes somewhere else, or to where two halls hear it, and announces itself."""
        name = self.rng.choice(list(self.where))
        count = self.rng.choice([1, 1, 2])
        self.where[name] = set(self.rng.sample(sorted(self.halls), count))
        for hall in sorted(self.where[name]):
            self.halls[hall].hear(name)

    def _claim(self, sender: Hall, claim: Claim) -> None:
        """AWS IoT Core brings a claim to the others: late, in any order, twice, or never."""
        for hall in self.halls.values():
            if hall is sender:
                continue
            if not self.is_healthy and self.rng.random() < self.claims_lost:
                continue
            for _ in range(self.rng.choice([1, 1, 2])):
                late = self.rng.uniform(0, self.claims_late)
                self.at(self.now + late, partial(hall.claimed, claim))

    def _look_at_calls(self, hall: Hall) -> None:
        """Nobody is let go who was heard, or could not have been heard, in the time of grace."""
        grace = self.policy.grace_seconds or 0.0
        if hall.let_go_at != self._looked_at[hall.name]:
            for name, at in hall.let_go_at.items() - self._looked_at[hall.name].items():
                if at - hall.heard_at.get(name, at) < grace:
                    raise Broken(f"{hall.name} lets {name} go too early")
                if hall.listens_since is None or at - hall.listens_since < grace:
                    raise Broken(f"{hall.name} lets {name} go, and has not listened")
            self._looked_at[hall.name] = dict(hall.let_go_at)
        for _, operation, names in hall.cloud.calls[self._calls_seen[hall.name] :]:
            for name in names if operation is Operation.DISASSOCIATE else ():
                if hall.heard_at[name] > hall.let_go_at.get(name, START):
                    raise Broken(f"{hall.name} disassociates {name}, which was heard again")
        self._calls_seen[hall.name] = len(hall.cloud.calls)

    def _look_at_the_end(self, hall: Hall) -> None:
        """Each device is associated where it is, and nowhere else."""
        devices = hall.journal.devices(list(self.where))
        for name, where in self.where.items():
            is_here, is_there = hall.name in where, name in hall.cloud.table
            if is_here and not is_there:
                raise Broken(f"{name} is in {hall.name} and not associated there")
            # With an answer that was lost, nobody knows who has associated it; and somebody who
            # says nothing may have moved on too soon for clocks that differ.
            is_foreign = name in devices and devices[name].origin is Origin.FOREIGN
            if is_there and not is_here and not is_foreign and name not in self.taciturn:
                raise Broken(f"{name} is in {sorted(where)}, and {hall.name} has it still")


def move_seed(seed: int) -> Move:
    """Runs a seed; raises Broken, or what the engine raises."""
    move = Move(seed)
    try:
        move.go()
    finally:
        for hall in move.halls.values():
            hall.journal.close()
    return move
