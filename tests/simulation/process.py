"""One component process: the real engine, journal, conductor and outbox on simulated ports."""

from collections import deque
from collections.abc import Callable, Sequence

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.engine import Engine
from client_device_associator.core.instant import Instant
from client_device_associator.core.result import Result
from client_device_associator.journal.journal import Journal
from client_device_associator.nucleus.port import Publisher
from client_device_associator.pipeline.events import Event, MessageArrived
from client_device_associator.pipeline.outbox import Outbox
from client_device_associator.pipeline.pipeline import Conductor
from client_device_associator.reporting.health import Health
from client_device_associator.reporting.operator_log import OperatorLog
from simulation.cloud import Cloud
from simulation.disk import WatchedJournal
from simulation.facts import Incarnation
from simulation.nucleus import SimulatedNucleus
from simulation.plan import CORE, FOREVER, Message, Plan
from simulation.record import Record
from simulation.worker import SimulatedWorker
from simulation.world import ProcessClock, World

GATHER_SECONDS = 0.05
MAX_GATHERED = 500
"""As inbox.py gathers: messages share a commit, anything else ends the gathering."""

TURN_SECONDS = 0.0002
"""What a turn costs at least."""


class WatchedOutbox(Outbox):
    """The real outbox, with an eye on what it is given."""

    def __init__(
        self,
        *,
        journal: Journal,
        nucleus: Publisher,
        settings: Settings,
        post: Callable[[Event], None],
        record: Record,
        log: OperatorLog,
    ) -> None:
        super().__init__(
            journal=journal,
            nucleus=nucleus,
            settings=settings,
            core_thing_name=CORE,
            post=post,
            log=log,
        )
        self._record = record

    @property
    def has_notes(self) -> bool:
        """Whether the next commit will hold what became of messages, whatever else it is for."""
        return bool(self._taken or self._late)

    def tell(self, results: Sequence[Result]) -> None:
        """Sends results, after a look at them."""
        self._record.told(results)
        super().tell(results)


class Process:
    """From its start to its end; `dead` when it has been killed.

    Args:
        world: Where time passes.
        plan: The seed's.
        settings: What it finds configured.
        cloud: Whom it calls.
        record: Notes everything.
        journal: Opened, with a disk that knows this process's crash points.
        number: Which process it is, from 1.
        crash_point: Raises if the process is to die here.
    """

    def __init__(
        self,
        *,
        world: World,
        plan: Plan,
        settings: Settings,
        cloud: Cloud,
        record: Record,
        journal: WatchedJournal,
        number: int,
        crash_point: Callable[[str], None],
    ) -> None:
        self.journal = journal
        self.dead = False
        self.clock = ProcessClock(world, crash_point)
        self.worker = SimulatedWorker(world, cloud, record, self.post, crash_point)
        log = OperatorLog(CORE, "eu-west-1")
        nucleus = SimulatedNucleus(world, plan.nucleus, record, crash_point)
        self._world = world
        self._record = record
        self._outbox = WatchedOutbox(
            journal=journal,
            nucleus=nucleus,
            settings=settings,
            post=self.post,
            record=record,
            log=log,
        )
        self._conductor = Conductor(
            engine=Engine(settings.policy, journal, world.dice(f"jitter of process {number}")),
            journal=journal,
            outbox=self._outbox,
            worker=self.worker,
            clock=self.clock,
            log=log,
            health=Health(CORE, lambda _: None, dict, Instant(0.0, 0.0)),
            worker_idle_seconds=settings.worker_idle_seconds,
        )
        self._queue: deque[tuple[Event, Message | None]] = deque()
        self._urgent = 0
        self._first_at = 0.0
        self._wake_at = FOREVER
        self._turned_away: list[str] = []
        self.incarnation = Incarnation(
            number,
            settings.policy,
            world.time,
            self.clock.peek,
            lambda: journal.disk.raw.total_changes,
            lambda: self._outbox.has_notes,
            lambda query: journal.disk.raw.execute(query).fetchall(),
            settings.results_as_json,
        )

    def begin(self) -> None:
        """The first turn takes up what an earlier process has left."""
        self._record.started(self.incarnation)
        self._wake_at = self._world.time

    def reconfigure(self, settings: Settings) -> None:
        """Other settings are read, as the composition root does it; a turn follows."""
        self._record.reconfigured(settings.policy, encodes_json=settings.results_as_json)
        self._conductor.reconfigured(settings)
        self._conductor.try_refused()
        self._wake_at = self._world.time

    def post(self, event: Event) -> None:
        """An event from another thread."""
        self._put(event, None)

    def hear(self, message: Message) -> None:
        """A message from outside."""
        self._put(MessageArrived(message.template, message.topic, message.payload), message)

    def turn_away(self, topic: str) -> None:
        """The inbox had no room for a message."""
        self._turned_away.append(topic)
        self._wake_at = self._world.time

    @property
    def ready_at(self) -> float:
        """When the next turn begins unless something happens first."""
        if self._urgent or len(self._queue) >= MAX_GATHERED:
            return self._world.time
        return self._first_at + GATHER_SECONDS if self._queue else self._wake_at

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be handled."""
        return not self._queue and self._record.flight is None

    def turn(self) -> None:
        """Handles what came together."""
        events, messages = self._gather()
        turned_away, self._turned_away = self._turned_away, []
        alone = len(messages) == len(events) and not turned_away
        # What an earlier process has left is made ready as soon as the disk lets it.
        # And a journal that has failed is tried out.
        settled = self._conductor._took_up and not self._conductor._store_again_at  # noqa: SLF001 - nothing else tells
        alone = alone and settled
        self._record.turn_begins(messages, alone=alone)
        if self._world.traced and (events or turned_away):
            self._world.say(f"turn: {', '.join(map(_short, events))}")
        wait = self._conductor.turn(events, turned_away)
        self._wake_at = FOREVER if wait is None else self._world.time + wait
        self._world.time += TURN_SECONDS
        self._record.turn_ended(messages, wait, events=len(events))

    def stop(self) -> None:
        """Ends in an orderly way, with what has come by now."""
        events, messages = self._gather()
        self._record.turn_begins(messages, alone=False)
        self._conductor.last_turn(events)
        self._record.turn_ended(messages, None, events=len(events))
        self._conductor.close()
        self.journal.close()
        self.die()

    def die(self) -> None:
        """From now on nothing happens in it."""
        self.dead = True
        self.worker.vanish()
        self.journal.disk.dead = True
        self._queue.clear()

    def _put(self, event: Event, message: Message | None) -> None:
        if self.dead:
            return
        if not self._queue:
            self._first_at = self._world.time
        self._queue.append((event, message))
        self._urgent += message is None

    def _gather(self) -> tuple[list[Event], list[Message]]:
        events: list[Event] = []
        messages: list[Message] = []
        while self._queue and len(events) < MAX_GATHERED:
            event, message = self._queue.popleft()
            events.append(event)
            if message is None:
                self._urgent -= 1
                break
            messages.append(message)
        self._first_at = self._world.time
        return events, messages


def _short(event: Event) -> str:
    text = repr(event)
    return text if len(text) < 120 else text[:120] + "…"
