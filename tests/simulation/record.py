"""What has happened, as the invariants need it."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from client_device_associator.configuration.parser import default_settings
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.instant import Instant
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.topic import HEALTH_TOPIC
from simulation.call_pace import CallPace
from simulation.caps import (
    DEVICE_CAP,
    DEVICE_PACE,
    LONGEST_AFTER_DEFECT,
)
from simulation.checks import Checks
from simulation.cloud import Cloud, Reply
from simulation.facts import (
    Broken,
    DurableResult,
    Flight,
    Incarnation,
    Key,
    Life,
)
from simulation.plan import Ending, Fault, Message, Plan
from simulation.result_keys import keys, read_document
from simulation.world import World

if TYPE_CHECKING:
    from simulation.process import Process


class Record(Checks):
    """Facts, and the checks that look at every new one before it is taken in."""

    def __init__(self, world: World, plan: Plan, cloud: Cloud) -> None:
        self.world = world
        self.plan = plan
        self.cloud = cloud
        super().__init__()
        self.lives: dict[str, Life] = {}
        self.durable: dict[Key, list[DurableResult]] = {}
        self.associated: dict[str, float] = {}
        self.transient_keys: set[Key] = set()
        self.transient_this_turn: set[Key] = set()
        self.taken: set[str] = set()
        self.flight: Flight | None = None
        self.process: Incarnation
        self.works: Callable[[str], bool] = lambda _: False
        self.inbox_is_empty: Callable[[], bool] = lambda: True
        self.has_worker: Callable[[], bool] = lambda: False
        self.policy_known = self.is_defective = False
        self._offered: Message | None = None
        self._turn: tuple[Sequence[Message], int] | None = None
        self.health_requested_at = self.health_published_at = -1.0
        self.turn_at = 0.0
        self.turn_now = Instant(0.0, 0.0)
        self.called_at: list[float] = []
        self.started_at: list[float] = []
        self.last_settled_at = 0.0
        self.lives_started = self.interruptions = 0
        self.error_entries = self.dropped = self.reconfigurations = 0
        self.pace = CallPace()

    @property
    def calls(self) -> int:
        """How many there were."""
        return len(self.called_at)

    def plan_has(self, ending: Ending) -> bool:
        """Whether such an interruption is planned."""
        return any(one.ending is ending for one in self.plan.interruptions)

    def key(self, result: Result) -> Key:
        """How the announcer keeps a result apart from others."""
        return (
            f"{result.topic}/status",
            result.thing_name,
            result.status.value,
            result.announcement_id,
        )

    def started(self, process: "Process") -> None:
        """A process has started, with no settings yet."""
        self.process = Incarnation(
            process.number,
            default_settings(),
            self.world.time,
            process.clock.peek,
            lambda: process.component.has_notes,
        )
        self.inbox_is_empty = lambda: not process.inbox.waiting
        self.has_worker = lambda: bool(process.worker.number)
        self.started_at.append(self.world.time)
        self.policy_known = False
        for check in self.checks:
            check.began()

    def opened(self, database: sqlite3.Connection) -> None:
        """The process has opened the journal."""
        self.process.database = database
        self._starts_over()
        if self.plan.clock_jumps:
            for life in self.lives.values():
                # It was stored by a clock that was wrong, or is read by one.
                life.due_by = self.world.time + DEVICE_CAP

    def defect(self) -> None:
        """What the process remembered is lost; what follows is as after a restart."""
        self.interruptions += 1
        self.is_defective = True
        if self.process.database is not None:
            self._starts_over()
        self.pace.pause(self.world.time, LONGEST_AFTER_DEFECT)

    def _starts_over(self) -> None:
        self.flight = None
        self.pace.start_over(self.world.time)
        for life in self.lives.values():
            life.promised = None
        for check in self.checks:
            check.started()

    def reconfigured(self, settings: Settings) -> None:
        """Settings are in effect from now on."""
        if self.policy_known and settings != self.process.settings:
            self.reconfigurations += 1
        self.policy_known = True
        self.process.settings = settings
        self.process.policy_since = self.world.time
        for check in self.checks:
            check.reconfigured()

    def offered(self, message: Message) -> None:
        """The component has put a message into its inbox, or has turned it away."""
        self._offered = message

    def was_offered(self) -> bool:
        """Whether it has done so since this was asked."""
        offered, self._offered = self._offered, None
        return offered is not None

    def health_requested(self) -> None:
        """A request for health was delivered."""
        self.health_requested_at = self.world.time

    def turn_begins(
        self, messages: Sequence[Message], turned_away: Sequence[str], *, alone: bool, events: int
    ) -> None:
        """Messages are about to be handled; what the turn before has handled is done."""
        if self._turn is not None:
            self.turn_ended(None)
        self._turn = (messages, events)
        self.turn_at, self.turn_now = self.world.time, self.process.now()
        self.transient_this_turn.clear()
        for check in self.checks:
            check.turn_begins(messages, turned_away, alone=alone)

    def turn_ended(self, wait: float | None) -> None:
        """They have been; the next turn comes in so many seconds if nothing else causes one."""
        assert self._turn is not None
        (messages, events), self._turn = self._turn, None
        for check in self.checks:
            check.turn_ended(messages, wait, events=events)
        self.is_defective = False

    def asked_to_stop(self, ending: Ending) -> None:
        """The process is to end in an orderly way."""
        self.process.is_stopping = True
        for check in self.checks:
            check.asked_to_stop(ending)

    def died(self) -> None:
        """Nothing is left of the process but its files."""
        self.interruptions += 1
        self._turn = None
        self.flight = None
        self.is_defective = False
        self.process.database = None

    def broken(self, invariant: str, text: str) -> Broken:
        """Something is not as it must be."""
        return Broken(invariant, text)

    def storage_trouble(self) -> None:
        """The journal could not be read or written: it is tried again soon."""
        for check in self.checks:
            check.storage_trouble()
        self.pace.storage_failed(self.world.time)

    def called(self, names: tuple[str, ...], reply: Reply) -> None:
        """The worker is given a call."""
        for check in self.checks:
            check.called(names)
        self.called_at.append(self.world.time)
        self.flight = Flight(names, self.world.time, reply)
        for name in names:
            self.lives[name].promised = None

    def answered(self, *, heard: bool = True) -> None:
        """The call in flight is over, if there is one; what it said counts only if it was heard."""
        flight, self.flight = self.flight, None
        if flight is None:
            return
        if not heard:
            flight.reply = Reply(None, 0.0, Fault.DEATH)
        for check in self.checks:
            check.answered(flight)
        now = self.world.time
        for name in flight.reply.against:
            life = self.lives[name]
            life.error_entries += 1
            life.due_by = now + DEVICE_PACE.longest(life.error_entries)
            self.error_entries += 1
        self.pace.answered(flight.reply, now)

    def committed(self, decisions: Sequence[Decision]) -> None:
        """Decisions are on disk."""
        for decision in decisions:
            for check in self.checks:
                check.committed(decision)
            for device in decision.devices:
                self._device(device)
            if decision.forget_before is not None:
                trusted = self.associated.items()
                since = self.turn_now.steady - self.process.policy.trust_seconds
                self.associated = {name: at for name, at in trusted if at >= since}
            for one in decision.waiting:
                self.lives[one.thing_name].waiting.add((one.topic, one.announcement_id))
            for result in decision.durable:
                key = self.key(result)
                self.durable.setdefault(key, []).append(DurableResult(key, self.world.time))
                self._promise(result)

    def _device(self, device: Device) -> None:
        name = device.thing_name
        if device.state is DeviceState.PENDING:
            if name not in self.lives:
                self.lives[name] = Life(name, self.world.time)
                self.lives_started += 1
                self.taken.add(name)
            self.lives[name].attempts = device.attempts
            self.associated.pop(name, None)
            return
        self.lives.pop(name, None)
        self.last_settled_at = self.world.time
        self.associated.pop(name, None)
        if device.state is DeviceState.ASSOCIATED:
            self.associated[name] = self.turn_now.steady

    def _promise(self, result: Result) -> None:
        if result.status is not Status.RETRYING or result.thing_name is None:
            return
        life = self.lives.get(result.thing_name)
        if life is not None and result.next_attempt_at is not None:
            life.heard_retrying.add((result.topic, result.announcement_id))
            # A device in the call in flight has the attempt that was promised.
            asked = self.flight is not None and life.name in self.flight.names
            promised = self.turn_at + result.next_attempt_at - self.turn_now.wall
            life.promised = None if asked else promised

    def sent(self, results: Sequence[Result]) -> None:
        """Results are to be sent that are not on disk."""
        for result in results:
            for check in self.checks:
                check.sent(result)
            self.transient_keys.add(self.key(result))
            self.transient_this_turn.add(self.key(result))
            self._promise(result)

    def published(self, topic: str, message: Payload) -> None:
        """The nucleus is given a message."""
        if topic == HEALTH_TOPIC:
            self.health_published_at = self.world.time
            return
        document = read_document(message)
        for check in self.checks:
            check.published(topic, message, document)

    def drop(self, results: int) -> None:
        """Results that were refused are dropped: more than maxPending of them are not kept."""
        self.dropped += results
        for _ in range(results):
            self.world.strike("refused result dropped")

    def delivered(self, topic: str, message: Payload) -> None:
        """The nucleus has passed a message on to those who listen."""
        if topic == HEALTH_TOPIC:
            return
        for key in keys(topic, read_document(message)):
            for one in self.durable.get(key, ()):
                one.delivered = True
