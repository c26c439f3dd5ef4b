"""What is written to disk for a burst of new devices, and for one of known ones."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.contestants.contestant import BY_KEY, NO_LIST, OURS
from benchmarks.contestants.running import Running, quiet
from benchmarks.load.pouring import BUS_PACE, announcements, pour
from benchmarks.load.results import Results
from benchmarks.load.site import CLOUD_DOWN, REAL_PACE, UP, core_device
from benchmarks.measures.burst import WARM, warm_up
from benchmarks.measures.disk import DiskCounter
from benchmarks.run import Run
from integration.announcer import SHARED
from integration.associator import device_names

THOUSAND = 1000
KIBIBYTE = 1024.0
_STILL_SECONDS = 0.6
"""Longer than any commit waits for company."""

_PATIENCE_SECONDS = 30.0


def writing(run: Run) -> None:
    """The component alone: the others write nothing at all."""
    for condition in [UP] * run.plan.fewer_rounds + [CLOUD_DOWN]:
        with ExitStack() as stack:
            counter = disk_counter(run, stack)
            core = core_device(stack, REAL_PACE, [*device_names(run.plan.new), WARM], condition)
            ours = stack.enter_context(
                BY_KEY[OURS].start(core, environment=counter.environment, changes=NO_LIST)
            )
            results = stack.enter_context(Results(core, f"{SHARED}/status"))
            warm_up(ours, results, answers=condition == UP)
            writes_of_a_burst(run, ours, counter, results, at=condition)
    run.say("what is written to disk")


def disk_counter(run: Run, stack: ExitStack) -> DiskCounter:
    """A counter with a folder that lives as long as the stack."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    return DiskCounter(folder, run.disk_library)


def writes_of_a_burst(
    run: Run, ours: Running, counter: DiskCounter, results: Results, *, at: str
) -> None:
    """Announces devices twice, and records what is written for each thousand announcements."""
    count = run.plan.new
    names = device_names(count)
    for kind in ("new", "repeat"):
        before = counter.read(ours.pid)
        pour(ours.core, announcements(SHARED, names, count), BUS_PACE)
        if at != CLOUD_DOWN:
            results.wait_for_names(names, _PATIENCE_SECONDS)
        quiet(ours, _STILL_SECONDS, _PATIENCE_SECONDS)
        written = counter.read(ours.pid).since(before)
        run.add(f"bytes.{kind}", at, OURS, written.size / count * THOUSAND / KIBIBYTE)
        if written.syncs is not None:
            run.add(f"syncs.{kind}", at, OURS, written.syncs / count * THOUSAND)
