"""New devices as fast as the machine passes messages on, which no nucleus lite would."""

import time
from contextlib import ExitStack

from benchmarks.contestants.contestant import CONTESTANTS, NO_LIST, OURS, Contestant
from benchmarks.contestants.running import Running, quiet
from benchmarks.load.pouring import announcements, pour
from benchmarks.load.results import Results
from benchmarks.load.site import FULL_SPEED, core_device
from benchmarks.measures.burst import WARM, warm_up
from benchmarks.measures.spending import spent
from benchmarks.measures.watching import MemoryWatch
from benchmarks.run import Run, wait
from integration.announcer import SHARED
from integration.associator import device_names

AT = "full speed"
_STILL_SECONDS = 0.25
_LOOK_EACH_SECONDS = 0.02
_LIMIT_SECONDS = 5.0
"""A script with one call each would take half a minute: what it has received by then counts."""


def full_speed(run: Run) -> None:
    """All contestants in turns, so many times as the plan says."""
    for _ in range(run.plan.fewer_rounds):
        for contestant in CONTESTANTS:
            _one(run, contestant)
        run.say("a burst at full speed at each contestant")


def _one(run: Run, contestant: Contestant) -> None:
    names = device_names(run.plan.at_full_speed)
    with ExitStack() as stack:
        core = core_device(stack, FULL_SPEED, [*names, WARM])
        running = stack.enter_context(contestant.start(core, changes=NO_LIST))
        results = stack.enter_context(Results(core, f"{SHARED}/status"))
        warm_up(running, results, contestant.answers)
        before, cpu = running.count(), running.cpu()
        with MemoryWatch(running) as watch:
            began = time.monotonic()
            pour(core, announcements(SHARED, names, len(names)))
            seconds = _until_taken(running, before + len(names), began)
            quiet(running, _STILL_SECONDS, _STILL_SECONDS * 2)
        taken = running.count() - before
        run.add("taken", AT, contestant.key, taken / seconds)
        cost = spent(running, cpu, max(taken, 1))
        run.add("cpu.new", AT, contestant.key, cost.first)
        run.add("cpu.new.all", AT, contestant.key, cost.all)
        run.add("rss.busy", AT, contestant.key, watch.first.rss)
        run.add("rss.busy.all", AT, contestant.key, watch.all.rss)
        if contestant.key == OURS:
            kept = stack.pop_all()

            def look() -> None:
                with kept:
                    run.add("rss.after", AT, OURS, running.memory().rss)

            run.after(run.plan.after_seconds, look)


def _until_taken(running: Running, count: int, began: float) -> float:
    """Waits until so many are taken, but not for ever; the seconds since then."""
    while running.count() < count and time.monotonic() < began + _LIMIT_SECONDS:
        wait(_LOOK_EACH_SECONDS)
    return time.monotonic() - began
