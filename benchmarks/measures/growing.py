"""What the component costs when it knows few devices, and when it knows very many."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.contestants.contestant import COMPONENT_AT_ONCE, NO_LIST, OURS
from benchmarks.contestants.running import Running, quiet
from benchmarks.load.pouring import BUS_PACE, announcements, pour
from benchmarks.load.results import Results
from benchmarks.load.site import REAL_PACE, core_device
from benchmarks.measures.burst import MILLISECONDS, THOUSAND, WARM, warm_up
from benchmarks.measures.processes import voluntary_switches
from benchmarks.measures.spending import spent
from benchmarks.measures.writing import disk_counter, writes_of_a_burst
from benchmarks.run import Run, wait
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.journal import Journal
from client_device_associator.work_files import JOURNAL
from integration.announcer import SHARED
from integration.associator import NAME, calls, device_names

KNOWN = "known"
_SETTLE_SECONDS = 1.0
_STILL_SECONDS = 0.25
_PATIENCE_SECONDS = 30.0
_PROBES, _PROBES_PER_SECOND = 20, 10.0
_BATCHING_BY_DEFAULT = {"batching": {"maxWaitSeconds": 1}}
MEBIBYTE = 1024 * 1024
_MINUTE = 60.0


def fill(path: Path, names: Sequence[str]) -> None:
    """A journal in which all of these are associated."""
    journal = Journal(path)
    devices = tuple(Device(name, DeviceState.ASSOCIATED, time.time()) for name in names)
    with journal.transaction():
        journal.store(Decision(devices=devices))
    journal.close()


def growing(run: Run) -> None:
    """All sizes in turns, so many times as the plan says."""
    for _ in range(run.plan.fewer_rounds):
        for size in run.plan.sizes:
            _one(run, size)
        run.say("what it costs with few and with many known devices")


def _one(run: Run, size: int) -> None:
    at, stack = f"{size}", ExitStack()
    known, new = device_names(size, KNOWN), device_names(run.plan.new)
    probes = device_names(_PROBES, "probe")
    core = core_device(stack, REAL_PACE, [*new, *probes, WARM])
    work = core.layout.work(NAME)
    work.mkdir(parents=True)
    fill(work / JOURNAL, known)
    counter = disk_counter(run, stack)
    ours = stack.enter_context(
        COMPONENT_AT_ONCE.start(core, environment=counter.environment, changes=NO_LIST)
    )
    run.add("start", at, OURS, ours.start_seconds * MILLISECONDS)
    wait(_SETTLE_SECONDS)
    quiet(ours, _STILL_SECONDS, _PATIENCE_SECONDS)
    run.add("rss.start", at, OURS, ours.memory().rss)
    results = stack.enter_context(Results(core, f"{SHARED}/status"))
    warm_up(ours, results, answers=True)
    waits = pour(core, announcements(SHARED, probes, _PROBES), _PROBES_PER_SECOND)
    results.wait_for_names(probes, _PATIENCE_SECONDS)
    run.add("latency", at, OURS, results.median_wait(waits.sent))
    core.call(core.nucleus.merge_configuration, NAME, _BATCHING_BY_DEFAULT)
    wait(_SETTLE_SECONDS)
    _repeats(run, ours, known, at)
    called, cpu = len(calls(core)), ours.cpu()
    writes_of_a_burst(run, ours, counter, results, at=at)
    # Half of these are new, and half come again.
    run.add("cpu.both", at, OURS, spent(ours, cpu, 2 * run.plan.new).first)
    run.add("calls", at, OURS, (len(calls(core)) - called) * THOUSAND / run.plan.new)
    run.add("journal", at, OURS, (work / JOURNAL).stat().st_size / MEBIBYTE)
    _rest_later(run, stack, ours, at)


def _repeats(run: Run, ours: Running, known: Sequence[str], at: str) -> None:
    """Announces known devices, from everywhere in the journal."""
    some = known[:: max(1, len(known) // run.plan.new)]
    cpu = ours.cpu()
    poured = pour(ours.core, announcements(SHARED, some, run.plan.new), BUS_PACE)
    quiet(ours, _STILL_SECONDS, _PATIENCE_SECONDS)
    run.add("taken", at, OURS, poured.rate)
    run.add("cpu.repeat", at, OURS, spent(ours, cpu, poured.count).first)


def _rest_later(run: Run, stack: ExitStack, ours: Running, at: str) -> None:
    """Looks at its rest while other measurements go on, and then ends it."""
    switches, cpu, began = voluntary_switches(ours.pid), ours.cpu()[ours.pid], time.monotonic()

    def look() -> None:
        with stack:
            minutes = (time.monotonic() - began) / _MINUTE
            woken = voluntary_switches(ours.pid) - switches
            run.add("wake-ups", at, OURS, woken / minutes)
            used = ours.cpu()[ours.pid] - cpu
            run.add("cpu.idle", at, OURS, used * MILLISECONDS / minutes)
            run.add("rss.after", at, OURS, ours.memory().rss)

    run.after(run.plan.after_seconds, look)
