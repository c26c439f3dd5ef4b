"""A burst at the bus's own pace: what an announcement costs, and how much memory that takes.

First come new devices, then the same ones again.
"""

from contextlib import ExitStack

from benchmarks.contestants.contestant import BARE, BY_KEY, CONTESTANTS, NO_LIST, OURS, Contestant
from benchmarks.contestants.running import Running, quiet
from benchmarks.load.pouring import BUS_PACE, Announcement, announcements, pour
from benchmarks.load.results import Results
from benchmarks.load.site import CLOUD_DOWN, REAL_PACE, TOKENS_DOWN, UP, core_device
from benchmarks.measures.processes import Memory
from benchmarks.measures.spending import spent
from benchmarks.measures.watching import MemoryWatch
from benchmarks.run import Run, wait
from integration.announcer import SHARED
from integration.associator import calls, device_names

THOUSAND = 1000
MILLISECONDS = 1000.0
RECEIPTS = "with receipts"
WARM = "warm"
"""The first device: whatever is made once is made for it."""

_SETTLE_SECONDS = 1.0
_STILL_SECONDS = 0.25
_PATIENCE_SECONDS = 30.0
_TROUBLE_SECONDS = 4.0
"""While the cloud is down, who has not received everything after so many seconds does not count as
having taken the rest."""


def bursts(run: Run) -> None:
    """All contestants in turns, so many times as the plan says."""
    for number in range(run.plan.rounds):
        for contestant in contestants_of(run, number):
            _Burst(run, contestant, UP).go()
        if number < run.plan.fewer_rounds:
            _Burst(run, BY_KEY[OURS], UP, receipts=True).go()
        run.say("a burst at the bus's pace at each contestant")


def contestants_of(run: Run, number: int) -> list[Contestant]:
    """Who takes part in a round, counted from 0."""
    in_all = (BARE, OURS)
    return [one for one in CONTESTANTS if number < run.plan.fewer_rounds or one.key in in_all]


def bursts_in_trouble(run: Run) -> None:
    """The same with the cloud down, and with token exchange down."""
    for _ in range(run.plan.fewer_rounds):
        for condition in (CLOUD_DOWN, TOKENS_DOWN):
            for contestant in CONTESTANTS:
                if contestant.answers:
                    _Burst(run, contestant, condition).go()
            run.say(f"a burst at each contestant with {condition}")


class _Burst:
    """One burst at one contestant, which is closed later: its memory is looked at once more."""

    def __init__(
        self, run: Run, contestant: Contestant, condition: str, *, receipts: bool = False
    ) -> None:
        self._run = run
        self._plan = run.plan
        self._key = contestant.key
        self._at = RECEIPTS if receipts else condition
        self._trouble = condition != UP
        self._limit = _TROUBLE_SECONDS if self._trouble else _PATIENCE_SECONDS
        self._stack = ExitStack()
        self._names = device_names(self._plan.new)
        self._core = core_device(self._stack, REAL_PACE, [*self._names, WARM], condition)
        changes = {**NO_LIST, "results": {"receipts": receipts}}
        self._running = self._stack.enter_context(contestant.start(self._core, changes=changes))
        self._results = self._stack.enter_context(Results(self._core, f"{SHARED}/status"))

    def go(self) -> None:
        """Measures."""
        try:
            self._start()
            with MemoryWatch(self._running) as watch:
                self._new()
                # A script that nobody answers does not know the same device again.
                if not self._trouble or self._key == OURS:
                    self._again()
            self._memory("busy", watch.first, watch.all)
            if self._key == OURS and self._at == UP:
                self._run.add("worker.rss", self._at, self._key, watch.others.rss)
        except BaseException:
            self._stack.close()
            raise
        self._run.after(self._plan.after_seconds, self._after)

    def _start(self) -> None:
        self._add("start", self._running.start_seconds * MILLISECONDS)
        wait(_SETTLE_SECONDS)
        quiet(self._running, _STILL_SECONDS, _PATIENCE_SECONDS)
        self._memory("start", self._running.memory(), self._running.memory_of_all())
        if not self._trouble:
            warm_up(self._running, self._results, BY_KEY[self._key].answers)
        if self._key == OURS and not self._trouble:
            cpu = self._running.cpu()
            worker = sum(seconds for pid, seconds in cpu.items() if pid != self._running.pid)
            self._run.add("worker.start", UP, OURS, worker * MILLISECONDS)

    def _new(self) -> None:
        count, cpu = self._running.count(), self._running.cpu()
        called, messages = len(calls(self._core)), self._messages(self._plan.new)
        poured = pour(self._core, messages, BUS_PACE, self._limit)
        self._settle()
        taken = self._running.count() - count
        self._add("taken", poured.rate * min(1.0, taken / poured.count))
        cost = spent(self._running, cpu, poured.count)
        self._add("cpu.new", cost.first)
        self._add("cpu.new.all", cost.all)
        if not self._trouble and BY_KEY[self._key].answers:
            made = len(calls(self._core)) - called
            self._add("calls", made * THOUSAND / self._plan.new)

    def _again(self) -> None:
        repeats = self._plan.new if self._trouble else self._plan.repeats
        cpu = self._running.cpu()
        poured = pour(self._core, self._messages(repeats), BUS_PACE, self._limit)
        self._settle()
        cost = spent(self._running, cpu, poured.count)
        self._add("cpu.repeat", cost.first)
        self._add("cpu.repeat.all", cost.all)

    def _settle(self) -> None:
        if self._trouble:
            wait(_SETTLE_SECONDS)
            return
        if BY_KEY[self._key].answers:
            self._results.wait_for_names(self._names, _PATIENCE_SECONDS)
        quiet(self._running, _STILL_SECONDS, _PATIENCE_SECONDS)

    def _after(self) -> None:
        with self._stack:
            self._memory("after", self._running.memory(), self._running.memory_of_all())

    def _messages(self, count: int) -> list[Announcement]:
        return announcements(SHARED, self._names, count)

    def _memory(self, when: str, first: Memory, everything: Memory) -> None:
        for name, memory in ((when, first), (f"{when}.all", everything)):
            self._add(f"rss.{name}", memory.rss)
            self._add(f"pss.{name}", memory.pss)

    def _add(self, measure: str, figure: float | None) -> None:
        self._run.add(measure, self._at, self._key, figure)


def warm_up(running: Running, results: Results, answers: bool) -> None:  # noqa: FBT001 - reads as a sentence
    """Announces a device, so that what is made once is there: a worker, a client, a session."""
    pour(running.core, announcements(SHARED, [WARM], 1))
    if answers:
        results.wait_for_names([WARM], _PATIENCE_SECONDS)
    quiet(running, _STILL_SECONDS, _PATIENCE_SECONDS)
