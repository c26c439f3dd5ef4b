"""What is asked of the cloud, and how often."""

from collections import Counter
from dataclasses import dataclass, field

from client_device_associator.core.answer import ThingNotFound
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from client_device_associator.core.wish import WISHES
from simulation.caps import BISECTION, MAX_NAMES, NEEDS_A_PERSON, PERSON_FLOOR, SERVICE_CAP, pace
from simulation.check import Check
from simulation.disk import FULL
from simulation.facts import Flight, Life
from simulation.plan import Fault, Poison
from simulation.record import Record


class BatchesAreProper(Check):
    """A call has 1 to 100 names that wait for just it, each once; one call is in flight at a time.

    So nobody is disassociated for whom no departure was taken, or an announcement after it.
    """

    def called(self, call: Call) -> None:
        """This call is proper."""
        names = call.thing_names
        most = min(MAX_NAMES, self.record.process.policy.max_batch)
        self.require(1 <= len(names) <= most, f"{len(names)} names in a call")
        self.require(len(set(names)) == len(names), f"a name twice in {names}")
        self.require(self.record.flight is None, "a second call while one is in flight")
        for name in names:
            life = self.record.lives.get(name)
            waits = life is not None and life.operation is call.operation
            self.require(waits, f"{name} is in a call to {call.operation.value}: {life}")

    def listed(self, call: Call) -> None:
        """So is this one for a page."""
        self.require(not call.thing_names, f"{call.thing_names} in a call for a list")
        self.require(self.record.flight is None, "a second call while one is in flight")


class BurstsAreCheap(Check):
    """A burst of N without any fault costs ⌈N / maxSize⌉ calls."""

    def quiet(self) -> None:
        """So it did, if the seed is nothing but a burst."""
        if not self.record.plan.burst:
            return
        size = self.record.process.policy.max_batch
        right = -(-self.record.lives_started // size)
        self.require(self.record.calls == right, f"{self.record.calls} calls, not {right}")


class OutagesAreProbed(Check):
    """During an outage of D seconds there are few calls, one at a time.

    Rounds that grow by half from 2 s reach the cap of 200 s after 13 failures, with one probe in
    each: 13 + D/200. Without credentials, full jitter below a ceiling that doubles from 1 s reaches
    the cap of 45 s after 7 failures and then waits half of it on average: 2·D/cap probes are
    expected, and 25 + 6·D/cap are not exceeded by chance. What needs a person waits at least
    300 s each time: 3 + D/300. A restart starts over. Each operation has a ramp of its own, and the
    list always that of the service.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._calls: Counter[tuple[int, Operation]] = Counter()
        self._starts = [0] * len(self.record.plan.outages)

    def started(self) -> None:
        """A ramp starts over in the outage that there is."""
        for index, outage in enumerate(self.record.plan.outages):
            self._starts[index] += outage.holds(self.record.world.time)

    def listed(self, call: Call) -> None:
        """A page costs a call as well."""
        self.called(call)

    def called(self, call: Call) -> None:
        """The bound of this outage still holds with this call."""
        now = self.record.world.time
        for index, outage in enumerate(self.record.plan.outages):
            if not outage.holds(now):
                continue
            self._calls[index, call.operation] += 1
            calls = self._calls[index, call.operation]
            length = outage.end - outage.start
            is_list = call.operation is Operation.LIST
            person = Fault(outage.kind) in NEEDS_A_PERSON and not is_list
            ramp = 3.0 if person else 25.0
            cap = SERVICE_CAP if is_list else pace(Fault(outage.kind)).cap
            rate = 1 / PERSON_FLOOR if person else 6 / cap
            starts = 1 + self._starts[index] + is_list * self.record.reconfigurations
            most = ramp * starts + rate * length
            self.require(calls <= most, f"{calls} calls to {call.operation.value} in {outage}")
            break


class FullDisksAreRespected(Check):
    """A process that has seen that nothing can be stored makes no call: its answer would be lost.

    Until it has to store something it cannot know: answers that change nothing need no disk.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._seen_at: float | None = None

    def started(self) -> None:
        """Another one that does not know yet."""
        self._seen_at = None

    def storage_trouble(self) -> None:
        """From now on it knows."""
        self._seen_at = self.record.world.time

    def listed(self, call: Call) -> None:
        """Nor for a list."""
        self.called(call)

    def called(self, call: Call) -> None:
        """Not in the stretch of a full disk in which it has seen that."""
        seen_at = self._seen_at
        now = self.record.world.time
        full = any(
            window.kind == FULL
            and not window.detail
            and window.holds(now)
            and seen_at is not None
            and window.holds(seen_at)
            for window in self.record.plan.disk
        )
        self.require(not full, f"{call} while the disk was full")


class BisectionIsCheap(Check):
    """One device at fault among n costs at most 2·⌈log2 n⌉ extra calls, several each as many.

    If the service names it, two extra calls find it.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._searches = {one: _Search() for one in WISHES}

    def started(self) -> None:
        """What was found out so far is forgotten."""
        self._searches = {one: _Search() for one in WISHES}

    def reconfigured(self) -> None:
        """A batch may be too large for the new settings: its groups may become more."""
        self.started()

    def answered(self, flight: Flight) -> None:
        """The calls for one batch stay within their budget."""
        reply = flight.reply
        search = self._searches[flight.operation]
        names = set(flight.names)
        # An answer that the journal could not take in is lost, and so is what it said.
        if self.record.pace.storage_failures or reply.noise:
            search.unheard = set()
            return
        if reply.fault is not None or reply.answer is None:
            return
        if isinstance(reply.answer, ThingNotFound):
            search.unheard = set()
            return
        lives = self.record.lives
        # A device that has left is heard, and may have come back since.
        search.unheard = {one for one in search.unheard if lives.get(one) is search.batch[one]}
        if not search.unheard or not names <= search.batch.keys():
            self._begin(flight, search)
            return
        search.used += 1
        self.require(
            search.used <= search.budget,
            f"{search.used} calls to find who is at fault, not {search.budget}",
        )
        search.unheard -= set(reply.against) if reply.spoils else names

    def _begin(self, flight: Flight, search: "_Search") -> None:
        search.unheard = set()
        if not flight.reply.spoils:
            return
        names, culprits = set(flight.names), flight.reply.culprits
        lives = self.record.lives
        search.batch = {name: lives.get(name) for name in names}
        search.unheard = names - set(flight.reply.against)
        search.used, search.budget = 0, 2 * (len(names) - 1).bit_length() * len(culprits)
        poisons = [self.record.cloud.thing(name).poison for name in culprits]
        # An innocent that is accused is left out once, and then called with the others or alone.
        search.budget += 2 * poisons.count(Poison.MISLEADING)
        if len(culprits) == 1 and self._names_it(flight):
            search.budget = 2

    def _names_it(self, flight: Flight) -> bool:
        (culprit,) = flight.reply.culprits
        poison = self.record.cloud.thing(culprit).poison
        return poison in {Poison.NAMED, Poison.INDEXED}


@dataclass(slots=True)
class _Search:
    """For those at fault in a batch for one operation."""

    batch: dict[str, Life | None] = field(default_factory=dict)
    unheard: set[str] = field(default_factory=set)
    used: int = 0
    budget: int = 0


class CallsAreFew(Check):
    """The number of calls has a bound that follows from what happened.

    Each stay of a device costs a call at most; so does each error entry that makes it wait, each
    call that comes to nothing outside an outage, and each call whose answer was lost to a crash or
    a full disk. A batch with a device at fault costs 1 + 14 calls for each such device and each
    time that it shows, and again after each interruption and each change of settings. Outages have
    a bound of their own.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._troubled = self._shown = 0

    def answered(self, flight: Flight) -> None:
        """Counts what a call costs."""
        reply = flight.reply
        self._troubled += reply.fault is not None
        if reply.noise:
            self._shown += 1
        for name in flight.names if len(flight.names) == 1 else ():
            self._shown += self.record.cloud.thing(name).spoils

    def quiet(self) -> None:
        """The bound holds."""
        record = self.record
        lost = record.interruptions + record.pace.storage_failures + record.reconfigurations
        spoilers = sum(thing.spoils for thing in record.plan.things)
        stays = record.lives_started + record.error_entries
        bisection = (1 + BISECTION) * (self._shown + spoilers * (1 + lost))
        most = stays + self._troubled + lost + bisection
        self.require(record.calls <= most, f"{record.calls} calls, at most {most} were expected")
