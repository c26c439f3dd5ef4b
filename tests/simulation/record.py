"""What has happened, as the invariants need it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from client_device_associator.core.answer import Unanswered
from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.device import Device, DeviceState
from client_device_associator.core.instant import Instant
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Result, Status
from client_device_associator.messages.announcement import Payload
from simulation.caps import (
    DEVICE_CAP,
    DEVICE_PACE,
    NEEDS_A_PERSON,
    PERSON_FLOOR,
    STORAGE_CAP,
    Pace,
    pace,
)
from simulation.cloud import Cloud, Reply
from simulation.facts import Debt, Flight, Incarnation, Key, Life
from simulation.hooks import Hooks
from simulation.plan import Fault, Message, Plan
from simulation.world import World


class Record:
    """Facts, and the checks that look at every new one."""

    def __init__(self, world: World, plan: Plan, cloud: Cloud) -> None:
        self.world = world
        self.plan = plan
        self.cloud = cloud
        self.checks: Sequence[Hooks] = ()
        self.lives: dict[str, Life] = {}
        self.debts: dict[Key, list[Debt]] = {}
        self.associated: dict[str, float] = {}
        self.told_keys: set[Key] = set()
        self.told_this_turn: set[Key] = set()
        self.taken: set[str] = set()
        self.flight: Flight | None = None
        self.process: Incarnation
        self.turn_at = 0.0
        self.turn_now = Instant(0.0, 0.0)
        self.called_at: list[float] = []
        self.started_at: list[float] = []
        self.last_settled_at = self.storage_trouble_at = 0.0
        self.lives_begun = self.interruptions = self.storage_failures = 0
        self.spoken = self.dropped = self.reconfigurations = 0
        self._failures: Counter[Pace] = Counter()
        self.last_call_end = self.resume_by = self.not_before = 0.0

    @property
    def calls(self) -> int:
        """How many there were."""
        return len(self.called_at)

    def key(self, result: Result) -> Key:
        """How the announcer will tell a result apart."""
        return (
            f"{result.topic}/status",
            result.thing_name,
            result.status.value,
            result.announcement_id,
        )

    def started(self, process: Incarnation) -> None:
        """A process has opened the journal."""
        self.process = process
        self.started_at.append(self.world.time)
        self.flight = None
        self.not_before = 0.0
        self._failures.clear()
        self.resume_by = self.world.time
        for life in self.lives.values():
            life.promised = None
            if self.plan.clock_jumps:
                # It was stored by a clock that was wrong, or is read by one.
                life.due_by = self.world.time + DEVICE_CAP
        for check in self.checks:
            check.started()

    def reconfigured(self, policy: Policy, *, encodes_json: bool) -> None:
        """A deployment has changed the settings of the process."""
        self.process.policy, self.process.encodes_json = policy, encodes_json
        self.process.policy_since = self.world.time
        self.reconfigurations += 1
        for check in self.checks:
            check.reconfigured()

    def turn_begins(self, messages: Sequence[Message], *, alone: bool) -> None:
        """Messages are about to be handled."""
        self.turn_at, self.turn_now = self.world.time, self.process.now()
        self.told_this_turn.clear()
        for check in self.checks:
            check.turn_begins(messages, alone=alone)

    def turn_ended(self, messages: Sequence[Message], wait: float | None, *, events: int) -> None:
        """They have been."""
        for check in self.checks:
            check.turn_ended(messages, wait, events=events)

    def storage_trouble(self) -> None:
        """The journal could not be read or written: at most a minute of waiting follows."""
        self.storage_failures += 1
        self.storage_trouble_at = self.world.time
        self.resume_by = max(self.resume_by, self.world.time + STORAGE_CAP)

    def called(self, call: Call, reply: Reply) -> None:
        """The worker is given a call."""
        for check in self.checks:
            check.called(call)
        self.called_at.append(self.world.time)
        self.flight = Flight(call.thing_names, self.world.time, reply)
        for name in call.thing_names:
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
        self.last_call_end = now = self.world.time
        for name in flight.reply.against:
            life = self.lives[name]
            life.spoken_against += 1
            life.due_by = now + DEVICE_PACE.longest(life.spoken_against)
            self.spoken += 1
        self._put_off(flight.reply)

    def _put_off(self, reply: Reply) -> None:
        """How long the next call may wait, and how long it must."""
        fault, now = reply.fault, self.world.time
        if fault is None:
            self._failures.clear()
            return
        asked = reply.answer.retry_after if isinstance(reply.answer, Unanswered) else 0.0
        failing = pace(fault)
        self._failures[failing] += 1
        longest = failing.longest(self._failures[failing])
        stored_by = 0.0
        if self.storage_failures:
            longest, stored_by = failing.cap, self.storage_trouble_at + STORAGE_CAP
        self.resume_by = max(now + max(longest, asked), stored_by)
        self.not_before = now + max(PERSON_FLOOR if fault in NEEDS_A_PERSON else 0.0, asked)

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
            for result in decision.owed:
                key = self.key(result)
                self.debts.setdefault(key, []).append(Debt(key, self.world.time))
                self._promise(result)

    def _device(self, device: Device) -> None:
        name = device.thing_name
        if device.state is DeviceState.PENDING:
            if name not in self.lives:
                self.lives[name] = Life(name, self.world.time)
                self.lives_begun += 1
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
            life.told_retrying.add((result.topic, result.announcement_id))
            # Whoever is in the call in flight has the attempt that was promised.
            asked = self.flight is not None and life.name in self.flight.names
            promised = self.turn_at + result.next_attempt_at - self.turn_now.wall
            life.promised = None if asked else promised

    def told(self, results: Sequence[Result]) -> None:
        """Results are to be sent that are not on disk."""
        for result in results:
            for check in self.checks:
                check.told(result)
            self.told_keys.add(self.key(result))
            self.told_this_turn.add(self.key(result))
            self._promise(result)

    def published(self, topic: str, message: Payload) -> None:
        """The nucleus is given a message."""
        document = _document(message)
        for check in self.checks:
            check.published(topic, message, document)

    def drop(self, results: int) -> None:
        """Results that were refused are dropped: more than maxPending of them are not kept."""
        self.dropped += results
        for _ in range(results):
            self.world.strike("refused result dropped")

    def delivered(self, topic: str, message: Payload) -> None:
        """The nucleus has passed a message on to whoever listens."""
        for key in keys(topic, _document(message)):
            for debt in self.debts.get(key, ()):
                debt.delivered = True

    def quiet(self) -> None:
        """Everything has been done."""
        for check in self.checks:
            check.quiet()


def keys(topic: str, document: Mapping[str, object]) -> list[Key]:
    """What a message tells its announcers."""
    results = document["results"]
    assert isinstance(results, list)
    return [(topic, one.get("thingName"), one["status"], one.get("id")) for one in results]


def _document(message: Payload) -> Mapping[str, object]:
    if not isinstance(message, bytes):
        return message
    document = json.loads(message)
    assert isinstance(document, dict)
    return document
