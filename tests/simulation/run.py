"""Runs one seed."""

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from client_device_associator.core.comparison import LATENESS_SECONDS
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC
from simulation.agreement import Agreement
from simulation.choose import choose
from simulation.cloud import Cloud
from simulation.facts import Broken
from simulation.files import Files
from simulation.invariants import ALL
from simulation.invariants.waiting import stated_cap
from simulation.machine import Machine
from simulation.nucleus import LocalNucleus
from simulation.plan import Message, Plan
from simulation.record import Record
from simulation.traffic import flood
from simulation.world import World

MAX_STEPS = 2_000_000

_TAKES_EFFECT = 60.0
"""Seconds until what the nucleus has is in effect, whatever the session was doing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a seed.

    Attributes:
        seed: Which.
        broken: The invariant that does not hold, or None.
        text: What is wrong.
        features: Kinds of trouble that it chose.
        struck: How often each kind of fault struck.
        calls: How many there were.
        time: Virtual seconds until all was quiet.
    """

    seed: int
    broken: str | None = None
    text: str = ""
    features: tuple[str, ...] = ()
    struck: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    time: float = 0.0


class Run:
    """A plan on its way; `record` and `world` tell what has happened so far."""

    def __init__(self, plan: Plan, tell: Callable[[str], None] | None = None) -> None:
        self.plan = plan
        self.world = World(plan.seed, tell)
        self.cloud = Cloud(self.world, plan)
        self.record = Record(self.world, plan, self.cloud)
        self.record.checks = [check(self.record) for check in ALL]
        self.nucleus = LocalNucleus(self.world, plan.document, self.record)
        self.record.works = self.nucleus.works
        self._files = Files()
        self._machine = Machine(
            world=self.world,
            plan=plan,
            cloud=self.cloud,
            nucleus=self.nucleus,
            record=self.record,
            files=self._files,
        )
        self._agreement = Agreement(self.record, self._settled_at)
        self._unsent = len(plan.messages)
        self._schedule()

    def go(self) -> None:
        """Runs to the end; raises Broken if an invariant does not hold."""
        end = max(self.plan.healthy_at, self._settled_at) + stated_cap(self.record)
        end += self._agreement.cap
        steps = 0
        try:
            while not self._quiet():
                if not self.world.step(end) or steps > MAX_STEPS:
                    raise Broken("Quiescence", f"not done at {end:.0f} s{self._left()}")
                steps += 1
            self.record.quiet()
        finally:
            self._machine.close()

    @property
    def _settled_at(self) -> float:
        """From when on the last configuration is in effect."""
        changed = max((one.at for one in self.plan.changes), default=0.0)
        refused = max((one.end for one in self.plan.session), default=0.0)
        return max(changed, refused) + _TAKES_EFFECT

    def _schedule(self) -> None:
        world, plan, machine, nucleus = self.world, self.plan, self._machine, self.nucleus
        world.wall_offset = plan.first_wall_offset
        world.at(0.0, machine.start)
        world.at(plan.healthy_at, lambda: world.say("from now on all is healthy"))
        events: list[tuple[float, Callable[[], None]]] = [
            *((one.at, partial(self._publish, one)) for one in plan.messages),
            *((one.at, partial(machine.interrupt, one)) for one in plan.interruptions),
            *((one.at, partial(nucleus.deploy, one)) for one in plan.changes),
            *((at, partial(self._jump, seconds)) for at, seconds in plan.clock_jumps),
            *((one.at, partial(self.cloud.change, one)) for one in plan.hands),
            *((at, nucleus.request_roster) for at in self._requests()),
            *((at, machine.kill_worker) for at in plan.worker_deaths),
            *((at, partial(self._flood, at)) for at in plan.floods),
            *((at, nucleus.close_streams) for at in plan.closings),
            *((at, nucleus.silence) for at in plan.silencings),
            *((at, nucleus.request_health) for at in plan.health_requests),
        ]
        for at, action in events:
            world.at(at, action)

    def _publish(self, message: Message) -> None:
        self._unsent -= 1
        self.nucleus.publish(message)

    def _flood(self, at: float) -> None:
        for message in flood(at, self.world.rng(f"flood at {at}")):
            self.nucleus.publish(message)

    def _jump(self, seconds: float) -> None:
        self.world.wall_offset += seconds
        self.world.strike("clock set")
        self.world.say(f"the wall clock is set by {seconds:+.0f} s")

    def _left(self) -> str:
        unsent = self.record.process.stored("SELECT * FROM owed LIMIT 2")
        return (
            f": {sorted(self.record.lives)[:3]} wait, {self._agreement.text()}, {unsent} is not"
            f" sent, {self._unsent} messages are to come, in flight is {self.record.flight}, deaf"
            f" for {[one for one in self._filters() if not self.nucleus.works(one)]}"
        )

    def _filters(self) -> list[str]:
        topics = self.record.process.settings.announcement_topics
        own = (HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC)
        return [*(one.topic_filter for one in topics), *own]

    def _requests(self) -> list[float]:
        """When somebody asks for the list: at the end, so that nobody waits for the next day."""
        healthy = max(self.plan.healthy_at, self._settled_at) + LATENESS_SECONDS
        at_the_end = [healthy + 70 * step for step in range(60)]
        return [*self.plan.roster_requests, *(at_the_end if self.plan.asks_at_the_end else [])]

    def _quiet(self) -> bool:
        process, now = self._machine.process, self.world.time
        if self._unsent or now < self.plan.healthy_at or now < self._settled_at:
            return False
        if process is None or not process.is_idle or self.record.lives:
            return False
        if not self.nucleus.is_watched:
            return False  # a change may have been missed: it is read when the watch is renewed
        if not (self.record.policy_known and all(map(self.nucleus.works, self._filters()))):
            return False
        if self.record.process.database is None:
            return not self.plan.messages or not self.record.taken
        ((unsent,),) = self.record.process.stored("SELECT COUNT(*) FROM owed")
        return unsent == 0 and self._agreement.holds()


def run_seed(
    seed: int,
    without: frozenset[str] = frozenset(),
    tell: Callable[[str], None] | None = None,
) -> Outcome:
    """Runs one seed to its end, or until an invariant does not hold.

    Args:
        seed: Any number.
        without: Kinds of trouble that are left out.
        tell: Takes the lines of the trace.
    """
    plan = choose(seed, without)
    run = Run(plan, tell)
    broken, text = None, ""
    try:
        with silence():
            run.go()
    except Broken as error:
        broken, text = error.invariant, str(error)
    except Exception:  # noqa: BLE001 - whatever the component raises is what this run found out
        broken, text = "NoCrash", traceback.format_exc()
    world = run.world
    world.say(text or "all is quiet")
    return Outcome(seed, broken, text, plan.features, world.struck, run.record.calls, world.time)


@contextmanager
def silence() -> Iterator[None]:
    """Has no log but the trace, which has every notice."""
    logger = logging.getLogger("client_device_associator")
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = False
