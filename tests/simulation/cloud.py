"""The cloud: a registry of things, a table of associations, and every way to answer."""

from collections.abc import Sequence
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
from simulation.plan import CORE, Fault, Plan, Poison, Thing
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
    """Answers calls; `table` is the truth about who is associated."""

    def __init__(self, world: World, plan: Plan) -> None:
        self.table: set[str] = set()
        self.ever: set[str] = set()
        self._world = world
        self._plan = plan
        self._things = {thing.name: thing for thing in plan.things}
        self._failed: dict[str, int] = {}
        self._rng = world.rng("cloud")

    def thing(self, name: str) -> Thing:
        """What is to be known of a name."""
        return self._things[name]

    def disassociate(self, name: str) -> None:
        """Somebody takes an association away."""
        if name in self.table and self._world.time < self._plan.healthy_at:
            self.table.discard(name)
            self._world.strike("disassociated elsewhere")
            self._world.say(f"cloud: somebody disassociates {name}")

    def call(self, names: Sequence[str]) -> Reply:
        """Answers a call, and applies it."""
        after = self._plan.latency * self._rng.uniform(0.5, 1)
        fault, detail = self._fault()
        if fault is None:
            return self._judge(names, after)
        self._world.strike(fault.value)
        unheard = self._judge(names, after) if fault in _APPLIES else None
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

    def _judge(self, names: Sequence[str], after: float) -> Reply:
        things = [self._things[name] for name in names]
        poisons = [thing for thing in things if thing.poison is not None]
        if poisons:
            hidden = [thing for thing in things if thing.nameless and self._complains(thing)]
            culprits = tuple(dict.fromkeys(thing.name for thing in (*poisons, *hidden)))
            return self._refuse(names, poisons, culprits, after)
        missing = next((one for one in things if self._world.time < one.exists_from), None)
        if missing is not None and self._plan.refuses_missing:
            self._world.strike("missing thing")
            answer = ThingNotFound(missing.name, "ResourceNotFoundException", "no such thing")
            return Reply(answer, after, against=(missing.name,))
        return self._accept(things, after)

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

    def _accept(self, things: Sequence[Thing], after: float) -> Reply:
        entries: list[ErrorEntry] = []
        against: list[str] = []
        unclear: list[str] = []
        for thing in things:
            entry = self._entry(thing)
            if entry is None:
                self.table.add(thing.name)
                self.ever.add(thing.name)
                continue
            entries.append(entry)
            if entry.thing_name is None:
                unclear.append(thing.name)
            elif thing.name not in self.table:
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

    def _complains(self, thing: Thing) -> bool:
        """Whether there would be an error entry about a thing now."""
        missing = self._world.time < thing.exists_from
        failing = self._failed.get(thing.name, 0) < thing.failures
        return thing.name not in self.table and (missing or failing)

    def _entry(self, thing: Thing) -> ErrorEntry | None:
        """The error entry for a thing, if it has one; what is associated is never refused."""
        name = None if thing.nameless else thing.name
        if thing.name in self.table:
            if not self._plan.says_already or self._rng.random() < 0.5:
                return None
            self._world.strike("already")
            code = self._rng.choice(["ResourceAlreadyExists", "ConflictException", None])
            return ErrorEntry(thing.name, code, None if code else "It is already associated")
        if self._world.time < thing.exists_from:
            self._world.strike("not provisioned")
            return ErrorEntry(name, "ResourceNotFoundException", "no such thing already here")
        failed = self._failed.get(thing.name, 0)
        if failed >= thing.failures:
            return None
        self._failed[thing.name] = failed + 1
        self._world.strike("nameless error entry" if name is None else "error entry")
        return ErrorEntry(name, thing.code, self._rng.choice(self._plan.words))
