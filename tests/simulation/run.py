"""Runs one seed."""

import logging
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from simulation.choose import choose
from simulation.cloud import Cloud
from simulation.facts import Broken
from simulation.files import Files
from simulation.invariants import ALL
from simulation.invariants.waiting import stated_cap
from simulation.machine import Machine
from simulation.plan import FOREVER, Message, Plan
from simulation.record import Record
from simulation.traffic import SHARED
from simulation.world import World

MAX_TURNS = 200_000


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
        self._files = Files()
        self._machine = Machine(self.world, plan, self.cloud, self.record, self._files)
        self._unsent = len(plan.messages)
        self._schedule()

    def go(self) -> None:
        """Runs to the end; raises Broken if an invariant does not hold."""
        cap = stated_cap(self.record)
        turns = 0
        try:
            while not self._quiet():
                next_at = self.world.next_at()
                ready_at = max(self._machine.ready_at, self.world.time)
                if min(ready_at, FOREVER if next_at is None else next_at) == FOREVER:
                    raise Broken("NothingLost", "nothing will ever happen again")
                if next_at is not None and next_at <= ready_at:
                    self.world.happen()
                else:
                    self.world.time = ready_at
                    self._machine.turn()
                    turns += 1
                if self.world.time > self.plan.healthy_at + cap or turns > MAX_TURNS:
                    raise Broken(
                        "Quiescence", f"not done {cap:.0f} s after all was healthy{self._left()}"
                    )
            self.record.quiet()
        finally:
            self._machine.close()

    def _schedule(self) -> None:
        world, plan, machine = self.world, self.plan, self._machine
        world.wall_offset = plan.first_wall_offset
        world.at(0.0, machine.start)
        world.at(plan.healthy_at, lambda: world.say("from now on all is healthy"))
        for message in plan.messages:
            world.at(message.at, partial(self._publish, message))
        for interruption in plan.interruptions:
            world.at(interruption.at, partial(machine.interrupt, interruption))
        for at, settings in plan.changes:
            world.at(at, partial(machine.deploy, settings))
        for at, seconds in plan.clock_jumps:
            world.at(at, partial(self._jump, seconds))
        for at, name in plan.disassociations:
            world.at(at, partial(self.cloud.disassociate, name))
        for at in plan.worker_deaths:
            world.at(at, machine.kill_worker)
        for at in plan.turned_away:
            world.at(at, partial(machine.turn_away, SHARED))

    def _publish(self, message: Message) -> None:
        self._unsent -= 1
        self._machine.hear(message)

    def _jump(self, seconds: float) -> None:
        self.world.wall_offset += seconds
        self.world.strike("clock jump")
        self.world.say(f"the wall clock is set by {seconds:+.0f} s")

    def _left(self) -> str:
        process = self._machine.process
        owed = process and process.incarnation.stored("SELECT * FROM owed LIMIT 2")
        return (
            f": {sorted(self.record.lives)[:3]} wait, {owed} is owed, {self._unsent} announcements"
            f" are unsent, in flight is {self.record.flight}, {process}"
        )

    def _quiet(self) -> bool:
        process = self._machine.process
        if self._unsent or self.world.time < self.plan.healthy_at or process is None:
            return False
        if not process.idle or self.record.lives:
            return False
        ((owed,),) = process.incarnation.stored("SELECT COUNT(*) FROM owed")
        return owed == 0


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
    listen(tell)
    broken, text = None, ""
    try:
        run.go()
    except Broken as error:
        broken, text = error.invariant, str(error)
    except Exception:  # noqa: BLE001 - whatever the component raises is what this run found out
        broken, text = "NoCrash", traceback.format_exc()
    world = run.world
    world.say(text or "all is quiet")
    return Outcome(seed, broken, text, plan.features, world.struck, run.record.calls, world.time)


def listen(tell: Callable[[str], None] | None) -> None:
    """Has the component's log in the trace, or nowhere."""
    logger = logging.getLogger("client_device_associator")
    logger.propagate = False
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    if tell is None:
        logger.setLevel(logging.CRITICAL + 1)
        return
    logger.setLevel(logging.INFO)
    logger.addHandler(_Teller(tell))


class _Teller(logging.Handler):
    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._say = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Adds it to the trace."""
        self._say(f"{'':12}    log: {record.getMessage()}")
