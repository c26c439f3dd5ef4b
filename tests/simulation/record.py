"""What has happened, as the invariants need it."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from client_device_associator.configuration.parser import default_settings
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.instant import Instant
from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Result, Status
from simulation.call_paces import CallPaces
from simulation.caps import DEVICE_CAP, DEVICE_PACE, LONGEST_AFTER_DEFECT
from simulation.cloud import Cloud, Reply
from simulation.facts import Broken, DurableResult, Flight, Incarnation, Key, Life
from simulation.plan import Ending, Fault, Message, Plan
from simulation.roster_facts import RosterFacts
from simulation.sent_results import SentResults
from simulation.trust import Trust
from simulation.world import World

if TYPE_CHECKING:
    from simulation.process import Process

_DONE = (Status.ASSOCIATED, Status.DISASSOCIATED)


class Record(SentResults):
    """Facts, and the checks that look at every new one before it is taken in."""

    def __init__(self, world: World, plan: Plan, cloud: Cloud) -> None:
        self.plan = plan
        self.cloud = cloud
        super().__init__(world)
        self.lives: dict[str, Life] = {}
        self.trust = Trust()
        self.roster = RosterFacts()
        self.transient_keys: set[Key] = set()
        self.transient_this_turn: set[Key] = set()
        self.taken: set[str] = set()
        self.words: dict[str, bool] = {}
        self.outcomes: dict[str, DeviceState] = {}
        self.durable_this_turn: set[Key] = set()
        self.flight: Flight | None = None
        self.process: Incarnation
        self.works: Callable[[str], bool] = lambda _: False
        self.inbox_is_empty: Callable[[], bool] = lambda: True
        self.has_worker: Callable[[], bool] = lambda: False
        self.policy_known = self.is_defective = False
        self._offered: Message | None = None
        self._turn: tuple[Sequence[Message], int] | None = None
        self.turn_at = 0.0
        self.turn_now = Instant(0.0, 0.0)
        self.called_at: list[float] = []
        self.started_at: list[float] = []
        self.last_settled_at = 0.0
        self.lives_started = self.interruptions = 0
        self.error_entries = self.reconfigurations = 0
        self.spoken_of: frozenset[str] = frozenset()
        self.pace = CallPaces()

    @property
    def calls(self) -> int:
        """How many there were for devices."""
        return len(self.called_at)

    @property
    def messages(self) -> Sequence[Message]:
        """What is being handled."""
        return self._turn[0] if self._turn is not None else ()

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

    def turn_begins(
        self, messages: Sequence[Message], turned_away: Sequence[str], *, alone: bool, events: int
    ) -> None:
        """Messages are about to be handled; what the turn before has handled is done."""
        if self._turn is not None:
            self.turn_ended(None)
        self._turn = (messages, events)
        self.turn_at, self.turn_now = self.world.time, self.process.now()
        self.transient_this_turn.clear()
        self.durable_this_turn.clear()
        self.trust.before.clear()
        for check in self.checks:
            check.turn_begins(messages, turned_away, alone=alone)

    def turn_ended(self, wait: float | None) -> None:
        """They have been; the next turn comes in so many seconds if nothing else causes one."""
        assert self._turn is not None
        messages, events = self._turn
        for check in self.checks:
            check.turn_ended(messages, wait, events=events)
        self._turn = None
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

    def called(self, call: Call, reply: Reply) -> None:
        """The worker is given a call."""
        if call.operation is Operation.LIST:
            for check in self.checks:
                check.listed(call)
            self.roster.asked(call, self.world.time)
        else:
            for check in self.checks:
                check.called(call)
            self.called_at.append(self.world.time)
        self.flight = Flight(call, self.world.time, reply)
        self.spoken_of = frozenset()
        for name in call.thing_names:
            self.lives[name].promised = None

    def answered(self, *, heard: bool = True) -> None:
        """The call in flight is over, if there is one; what it said counts only if it was heard."""
        flight, self.flight = self.flight, None
        if flight is None:
            return
        if not heard:
            flight.reply = Reply(None, 0.0, Fault.DEATH)
        now = self.world.time
        if flight.operation is Operation.LIST:
            for check in self.checks:
                check.page_came(flight)
            self.roster.page_came(flight)
        else:
            for check in self.checks:
                check.answered(flight)
        self.spoken_of = frozenset(flight.reply.against)
        for name in flight.reply.against:
            life = self.lives.get(name)
            # Something else may be wished for by now: then it is not spoken of.
            if life is not None and life.operation is flight.operation:
                life.error_entries += 1
                life.due_by = now + DEVICE_PACE.longest(life.error_entries)
                self.error_entries += 1
        self.pace.answered(flight, now)

    def committed(self, decisions: Sequence[Decision]) -> None:
        """Decisions are on disk."""
        for decision in decisions:
            for check in self.checks:
                check.committed(decision)
            for device in decision.devices:
                self._device(device, decision)
            if decision.forget_before is not None:
                self.trust.expire(decision.forget_before, associated=decision.forgets_associated)
            for name in decision.forgotten:
                self.trust.end(name)
            for one in decision.waiting:
                self.lives[one.thing_name].waiting.add((one.topic, one.announcement_id))
                self.words[one.thing_name] = one.leaves
                self.taken.add(one.thing_name)
            for result in decision.durable:
                key = self.key(result)
                self.durable_this_turn.add(key)
                self.durable.setdefault(key, []).append(DurableResult(key, self.world.time))
                self._promise(result)
            self.roster.committed(decision, self.world.time)

    def _device(self, device: Device, decision: Decision) -> None:
        name = device.thing_name
        life = self.lives.get(name)
        since = self.turn_now.steady if life is not None else device.since
        self.trust.end(name)
        if device.state in QUEUED:
            if life is None or name in decision.settled:
                leaves = device.state is DeviceState.LEAVING
                life = Life(name, self.world.time, leaves)
                life.inherited = int(name in self.spoken_of)
                self.lives_started += 1
            life.attempts = device.attempts
            self.lives[name] = life
            return
        self.lives.pop(name, None)
        self.last_settled_at = self.world.time
        stays = device.origin is Origin.UNCLEAR
        if life is not None:
            self.outcomes[name] = DeviceState.FAILED if stays else device.state
        if not stays:
            self.trust.begin(device.state, name, since)

    def _promise(self, result: Result) -> None:
        if result.status is not Status.RETRYING or result.thing_name is None:
            return
        life = self.lives.get(result.thing_name)
        key = (result.topic, result.announcement_id)
        if life is None or result.next_attempt_at is None or key not in life.waiting:
            return
        # It was said of a life that is over since.
        if self.key(replace(result, status=Status.FAILED)) in self.durable_this_turn:
            return
        life.heard_retrying.add(key)
        # A device in the call in flight has the attempt that was promised.
        flight = self.flight
        asked = flight is not None and life.name in flight.names
        asked = asked and flight is not None and flight.operation is life.operation
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
            name = result.thing_name
            if name not in self.lives and name and result.status in _DONE:
                self.words[name] = result.status is Status.DISASSOCIATED
