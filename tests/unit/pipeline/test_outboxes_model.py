"""Both outboxes in any order of events: what must hold of results whatever happens."""

import itertools
import json
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.result import Result, Status
from client_device_associator.errors import NotAuthorizedError, NucleusError
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline.events import Event, PublishAcknowledged
from client_device_associator.pipeline.outbox import MAX_IN_FLIGHT, MAX_IN_FLIGHT_TO_IOT_CORE
from client_device_associator.pipeline.outboxes import Outboxes
from support.fakes import FakeNucleus, FakePublication
from support.values import moment, policy, settings

KEEP = 8
MOST = {Bus.LOCAL: MAX_IN_FLIGHT, Bus.IOT_CORE: MAX_IN_FLIGHT_TO_IOT_CORE}
CONFIGURED = settings(
    results_topic="r/{thingName}",
    iot_core_results_topic="r/{thingName}",
    policy=policy(max_pending=KEEP),
)
BUSES = st.sampled_from(Bus)
LONG_SECONDS = 400.0
"""After this everything that was refused is due again."""


class CountingJournal(Journal):
    """Counts the results that it drops, for each bus."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.dropped: Counter[Bus] = Counter()

    def drop_refused(self, keep: int, bus: Bus = Bus.LOCAL) -> int:
        """Drops and counts."""
        dropped = super().drop_refused(keep, bus)
        self.dropped[bus] += dropped
        return dropped

    def drop_oldest(self, keep: int, bus: Bus) -> int:
        """Drops and counts."""
        dropped = super().drop_oldest(keep, bus)
        self.dropped[bus] += dropped
        return dropped


class OutboxesModel(RuleBasedStateMachine):
    """Two outboxes, the nucleus, and crashes."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._journal = CountingJournal(Path(self._folder.name) / "journal")
        self._nucleus = FakeNucleus()
        self._events: list[Event] = []
        self._seconds = 0.0
        self._refused_locally = False
        self._names = (f"d-{number}" for number in itertools.count())
        self._numbers = itertools.count(1)
        self._kept: dict[Bus, set[str]] = {bus: set() for bus in Bus}
        self._arrived: dict[Bus, set[str]] = {bus: set() for bus in Bus}
        self._build()

    def teardown(self) -> None:
        """In the end the nucleus takes everything; then all but what was dropped has arrived."""
        for _ in range(60):
            self._seconds += LONG_SECONDS
            self._turn()
            for one in list(self._nucleus.published):
                self._acknowledge(one, None)
            self._handle()
            self._turn()
        for bus in Bus:
            missing = self._kept[bus] - self._arrived[bus]
            assert len(missing) <= self._journal.dropped[bus]
            assert not self._journal.unsent(1e12, 1, bus=bus)
        self._journal.close()
        self._folder.cleanup()

    @rule(bus=BUSES, count=st.integers(1, 12))
    def keep(self, bus: Bus, count: int) -> None:
        """Devices are settled."""
        names = [next(self._names) for _ in range(count)]
        self._kept[bus].update(names)
        durable = tuple(Result("t", Status.ASSOCIATED, name, bus=bus) for name in names)
        with self._journal.transaction():
            self._journal.store(Decision(durable=durable))
        self._turn()

    @rule(bus=BUSES, count=st.integers(1, 5))
    def send(self, bus: Bus, count: int) -> None:
        """Announcements are rejected."""
        results = [Result("t", Status.REJECTED, f"x-{n}", bus=bus) for n in range(count)]
        self._outboxes.send(results)
        self._turn()

    @rule(seconds=st.sampled_from([0.5, 1.0, 5.0, 11.0, 70.0, LONG_SECONDS]))
    def pass_time(self, seconds: float) -> None:
        """Nothing else happens."""
        self._seconds += seconds
        # A message that nobody answers for counts as refused.
        silent = any(one.bus is Bus.LOCAL for one in self._nucleus.published)
        self._refused_locally |= silent
        self._turn()

    @rule(
        bus=BUSES, how=st.sampled_from(["taken", "offline", "forbidden"]), all_of_it=st.booleans()
    )
    def answer(self, bus: Bus, how: str, all_of_it: bool) -> None:  # noqa: FBT001 - drawn
        """The nucleus answers for a message on a bus, or for all of them."""
        errors = {"offline": NucleusError("no"), "forbidden": NotAuthorizedError("no")}
        published = [one for one in self._nucleus.published if one.bus is bus]
        chosen = published if all_of_it else published[:1]
        for one in chosen:
            self._acknowledge(one, errors.get(how))
        self._handle()
        self._turn()

    @rule()
    def crash(self) -> None:
        """What only was in memory is gone; the next process begins with what is on disk."""
        self._nucleus = FakeNucleus()
        self._events.clear()
        self._build()
        self._journal.recover(moment(self._seconds).steady, 0)
        self._turn()

    @rule()
    def reconfigure(self) -> None:
        """A deployment."""
        self._outboxes.reconfigure(CONFIGURED)
        self._turn()

    @invariant()
    def few_are_with_the_nucleus(self) -> None:
        """On each bus; those that were given up count no more."""
        for bus in Bus:
            box = self._outboxes._boxes[bus]  # noqa: SLF001 - no product code needs to see it
            assert len(box._in_flight) <= MOST[bus]  # noqa: SLF001 - as above

    @invariant()
    def what_has_not_arrived_is_on_disk(self) -> None:
        """But for what was dropped of its own bus."""
        for bus in Bus:
            unsent = len(self._journal.unsent(1e12, 10_000, bus=bus))
            missing = self._kept[bus] - self._arrived[bus]
            assert unsent + self._journal.dropped[bus] >= len(missing)

    @invariant()
    def a_refusal_by_iot_core_drops_nothing_local(self) -> None:
        """Only what the nucleus itself has refused locally may be dropped."""
        assert self._refused_locally or not self._journal.dropped[Bus.LOCAL]

    def _turn(self) -> None:
        """As the pipeline does: publish, store, until nothing is due now."""
        now = moment(self._seconds)
        for _ in range(50):
            wake_at = self._outboxes.run_due(now)
            if self._outboxes.must_store:
                with self._journal.transaction():
                    self._outboxes.store(now)
                self._outboxes.stored()
            elif wake_at is None or wake_at > now.steady:
                return
        raise AssertionError("it turns and turns")

    def _acknowledge(self, one: FakePublication, error: NucleusError | None) -> None:
        self._nucleus.published.remove(one)
        if error is None:
            assert isinstance(one.message, bytes)
            entries = json.loads(one.message)["results"]
            self._arrived[one.bus].update(entry["thingName"] for entry in entries)
        self._refused_locally |= error is not None and one.bus is Bus.LOCAL
        one.on_acknowledged(error)

    def _handle(self) -> None:
        while self._events:
            event = self._events.pop(0)
            assert isinstance(event, PublishAcknowledged)
            self._outboxes.acknowledged(event)

    def _build(self) -> None:
        self._outboxes = Outboxes(
            journal=self._journal,
            nucleus=self._nucleus,
            settings=CONFIGURED,
            core_thing_name="core-1",
            post=self._events.append,
            numbers=self._numbers,
            report=lambda _: None,
        )


TestOutboxes = OutboxesModel.TestCase
TestOutboxes.settings = profile(max_examples=60, stateful_step_count=30, deadline=None)
