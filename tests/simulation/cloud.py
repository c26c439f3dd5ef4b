"""The cloud: a registry of things, a table of associations, and every way to answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    ErrorEntry,
    FailureCause,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from simulation.associations import Associations
from simulation.lists import Lists
from simulation.plan import CORE, Fault, Hand, Plan, Poison, Thing
from simulation.world import World

_CAUSES = {
    Fault.THROTTLED: FailureCause.THROTTLED,
    Fault.UNAVAILABLE: FailureCause.UNAVAILABLE,
    Fault.NO_CREDENTIALS: FailureCause.NO_CREDENTIALS,
    Fault.CREDENTIALS_REFUSED: FailureCause.CREDENTIALS_REFUSED,
    Fault.ACCESS_DENIED: FailureCause.ACCESS_DENIED,
    Fault.CORE_UNKNOWN: FailureCause.CORE_UNKNOWN,
    Fault.MISCONFIGURED: FailureCause.MISCONFIGURED,
}
_APPLIES = {Fault.ANSWER_LOST, Fault.HANG_APPLIED, Fault.DEATH_APPLIED}
_HANGS = {Fault.HANG, Fault.HANG_APPLIED}
_DIES = {Fault.DEATH, Fault.DEATH_APPLIED}
_ALREADY: Mapping[Operation, Sequence[str | None]] = {
    Operation.ASSOCIATE: ("ResourceAlreadyExists", "ConflictException", None),
    Operation.DISASSOCIATE: ("ResourceNotFoundException", "NotAssociated", None),
}
_IN_WORDS: Mapping[Operation, str] = {
    Operation.ASSOCIATE: "It is already associated",
    Operation.DISASSOCIATE: "This device isn't associated",
}
"""What is said of those for whom there is nothing to do; the codes are not documented."""

_READ_TIMEOUT = 20.0
_TIMEOUT = CallFailed(FailureCause.UNAVAILABLE, "ReadTimeoutError", "no answer in time")


@dataclass(frozen=True, slots=True)
class Reply:
    """What becomes of a call.

    Attributes:
        answer: None if there will be none.
        after: Seconds until it comes, or until the worker dies.
        fault: What struck the call as a whole.
        against: Names that the answer speaks against.
        spoils: Whether the answer leaves open which names it is about.
        culprits: Names in the call that spoil it.
        noise: Whether an entry was about nothing in the call.
        dies: Whether the worker dies.
        late: What a hung call says when nobody waits for it any more.
    """

    answer: Answer | None
    after: float
    fault: Fault | None = None
    against: tuple[str, ...] = ()
    spoils: bool = False
    culprits: tuple[str, ...] = ()
    noise: bool = False
    dies: bool = False
    late: Answer | None = None


class Cloud:
    """Answers calls; `associations` is the truth about who is associated."""

    def __init__(self, world: World, plan: Plan) -> None:
        self.associations = Associations(world)
        self._lists = Lists(world, plan, self.associations)
        self._world = world
        self._plan = plan
        self._things = {thing.name: thing for thing in plan.things}
        self._gone_until: dict[str, float] = {}
        self._failed: dict[tuple[str, Operation], int] = {}
        self._rng = world.rng("cloud")

    def thing(self, name: str) -> Thing:
        """What is to be known of a name."""
        return self._things[name]

    def change(self, hand: Hand) -> None:
        """Somebody changes what is there."""
        if self._world.time >= self._plan.healthy_at:
            return
        if hand.associates and self._is_missing(self._things[hand.name]):
            return
        if hand.gone_until is not None:
            self._gone_until[hand.name] = hand.gone_until
        kind = (
            "deleted" if hand.gone_until else "associated" if hand.associates else "disassociated"
        )
        self.associations.by_hand(hand.name, is_there=hand.associates)
        self._world.strike(f"{kind} elsewhere")
        self._world.say(f"cloud: {hand.name} is {kind} by somebody")

    def call(self, call: Call) -> Reply:
        """Answers a call, and applies it."""
        after = self._plan.latency * self._rng.uniform(0.5, 1)
        fault, detail = self._fault()
        if fault is None and self._is_denied(call.operation):
            fault = Fault.ACCESS_DENIED
        if fault is None:
            return self._judge(call, after)
        self._world.strike(fault.value)
        unheard = self._judge(call, after) if fault in _APPLIES else None
        if fault in _HANGS:
            return Reply(None, after, fault, late=unheard.answer if unheard else _TIMEOUT)
        if fault in _DIES or fault is Fault.NOT_STARTED:
            return Reply(None, after, fault, dies=True)
        if fault is Fault.CORE_INVALID:
            fields = (("coreDeviceThingName", "ValidationFailed core device"),)
            return Reply(ValidationFailed("1 validation error", fields), after, fault)
        if fault is Fault.ANSWER_LOST:
            return Reply(_TIMEOUT, _READ_TIMEOUT, fault)
        nothing = CallFailed(_CAUSES[fault], fault.name, f"{fault.value}, simulated", detail)
        return Reply(nothing, after, fault)

    def may(self, operation: Operation) -> bool:
        """Whether the role may do this, now and from now on."""
        return not self._is_denied(operation)

    def _is_denied(self, operation: Operation) -> bool:
        now = self._world.time
        return any(one is operation and now < until for one, until in self._plan.denied)

    def _is_missing(self, thing: Thing) -> bool:
        gone_until = self._gone_until.get(thing.name, 0.0)
        return self._world.time < max(thing.exists_from, gone_until)

    def _fault(self) -> tuple[Fault | None, float]:
        now = self._world.time
        for outage in self._plan.outages:
            if outage.holds(now):
                fault = Fault(outage.kind)
                return fault, self._retry_after(fault, outage.detail)
        if now < self._plan.healthy_at:
            for fault, probability in self._plan.troubles.items():
                if self._rng.random() < probability:
                    return fault, self._retry_after(fault, 20.0)
        return None, 0.0

    def _retry_after(self, fault: Fault, most: float) -> float:
        may = fault in {Fault.THROTTLED, Fault.UNAVAILABLE} and most > 0
        return float(self._rng.randint(1, int(most))) if may and self._rng.random() < 0.5 else 0.0

    def _judge(self, call: Call, after: float) -> Reply:
        if call.operation is Operation.LIST:
            return Reply(self._lists.page(call.next_token), after)
        names, operation = call.thing_names, call.operation
        things = [self._things[name] for name in names]
        poisons = [thing for thing in things if thing.poison is not None]
        if poisons:
            hidden = [one for one in things if one.nameless and self._complains(one, operation)]
            culprits = tuple(dict.fromkeys(thing.name for thing in (*poisons, *hidden)))
            return self._refuse(names, poisons, culprits, after)
        missing = next((one for one in things if self._is_missing(one)), None)
        if missing is not None and self._plan.refuses_missing:
            self._world.strike("missing thing")
            answer = ThingNotFound(missing.name, "ResourceNotFoundException", "no such thing")
            if operation is Operation.DISASSOCIATE:
                self.associations.ours(missing.name, is_there=False)
                return Reply(answer, after)
            return Reply(answer, after, against=(missing.name,))
        return self._accept(things, operation, after)

    def _refuse(
        self,
        names: Sequence[str],
        poisons: Sequence[Thing],
        culprits: tuple[str, ...],
        after: float,
    ) -> Reply:
        self._world.strike("poisoned call")
        fields: list[tuple[str, str]] = []
        for thing in poisons:
            if thing.poison is Poison.NAMED:
                fields.append(("entries", f"Thing name {thing.name} is not valid"))
            elif thing.poison is Poison.INDEXED:
                fields.append((f"entries[{names.index(thing.name)}].thingName", "not valid"))
            elif thing.poison is Poison.MISLEADING:
                innocent = next((name for name in self._things if name != thing.name), CORE)
                fields.append(("entries", f"{innocent} is odd"))
        answer = ValidationFailed("1 validation error detected", tuple(fields))
        return Reply(answer, after, spoils=len(names) > 1, culprits=culprits)

    def _accept(self, things: Sequence[Thing], operation: Operation, after: float) -> Reply:
        entries: list[ErrorEntry] = []
        against: list[str] = []
        unclear: list[str] = []
        for thing in things:
            fulfilled = self._is_fulfilled(thing, operation)
            entry = self._entry(thing, operation)
            if entry is None or fulfilled:
                is_there = operation is Operation.ASSOCIATE
                self.associations.ours(thing.name, is_there=is_there)
            if entry is None:
                continue
            entries.append(entry)
            if entry.thing_name is None:
                unclear.append(thing.name)
            elif not fulfilled:
                against.append(thing.name)
        named = {entry.thing_name for entry in entries}
        rest = [thing.name for thing in things if thing.name not in named]
        # In a call for one device nobody could tell that the entry is not about it.
        ailing = self._world.time < self._plan.healthy_at and len(rest) > 1
        noise = ailing and self._rng.random() < self._plan.noise
        if noise:
            self._world.strike("stray error entry")
            entries.append(ErrorEntry(self._rng.choice([None, "stranger"]), "Odd", "stray"))
        spoils = bool(unclear or noise) and len(rest) > 1
        if (unclear or noise) and len(rest) == 1:
            against += rest
        self._rng.shuffle(entries)
        return Reply(
            Succeeded(tuple(entries)), after, None, tuple(against), spoils, tuple(unclear), noise
        )

    def _is_fulfilled(self, thing: Thing, operation: Operation) -> bool:
        return (thing.name in self.associations.table) is (operation is Operation.ASSOCIATE)

    def _complains(self, thing: Thing, operation: Operation) -> bool:
        """Whether there would be an error entry about a thing now."""
        missing = self._is_missing(thing)
        failing = self._failed.get((thing.name, operation), 0) < thing.failures
        return not self._is_fulfilled(thing, operation) and (missing or failing)

    def _entry(self, thing: Thing, operation: Operation) -> ErrorEntry | None:
        """The error entry for a thing, if it has one; nobody is refused what he has already."""
        name = None if thing.nameless else thing.name
        if self._is_fulfilled(thing, operation):
            if not self._plan.says_already or self._rng.random() < 0.5:
                return None
            self._world.strike("already")
            code = self._rng.choice(_ALREADY[operation])
            return ErrorEntry(thing.name, code, None if code else _IN_WORDS[operation])
        if self._is_missing(thing):
            self._world.strike("not provisioned")
            return ErrorEntry(name, "ResourceNotFoundException", "no such thing already here")
        failed = self._failed.get((thing.name, operation), 0)
        if failed >= thing.failures:
            return None
        self._failed[thing.name, operation] = failed + 1
        self._world.strike("nameless error entry" if name is None else "error entry")
        return ErrorEntry(name, thing.code, self._rng.choice(self._plan.words))
