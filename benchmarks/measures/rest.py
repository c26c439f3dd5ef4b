"""Everybody at rest; on other core devices single announcements, and subscriptions that die.

At rest nothing is announced for a minute. What the other core devices are asked for is so little
that it disturbs nobody.
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from benchmarks.contestants.contestant import BY_KEY, CONTESTANTS, NO_LIST, OURS
from benchmarks.contestants.running import Running
from benchmarks.load.pouring import announcements, pour
from benchmarks.load.results import Results
from benchmarks.load.site import CLOUD_DOWN, REAL_PACE, UP, core_device
from benchmarks.measures.burst import MILLISECONDS, WARM, warm_up
from benchmarks.measures.latency import WAITERS, Waiting
from benchmarks.measures.processes import voluntary_switches
from benchmarks.run import Run, wait
from greengrass_sandbox import CoreDevice
from integration.announcer import SHARED

SLOW, BRISK, BRISK_SECONDS = 1.0, 10.0, 5.0
WORKER_RESTS_AFTER = {"workerIdleSeconds": 1}
"""The list after the start needs the worker, which otherwise would still be there."""

_MINUTE = 60.0
_PROBE_EACH_SECONDS = 0.5
_DEADLY_ITEMS = 60
"""A list of so many items ends the delivery on nucleus lite."""

_LONGEST_PAUSE_SECONDS = 5.0


def rest(run: Run) -> None:
    """Rest, latency at slow paces and deafness side by side."""
    seconds = run.plan.settle_seconds + run.plan.rest_seconds
    with ExitStack() as stack, ThreadPoolExecutor() as threads:
        resting = _at_rest(stack)
        devices = int(SLOW * seconds + BRISK * BRISK_SECONDS)
        waiting = [Waiting(one, stack, devices) for one in WAITERS]
        jobs = [threads.submit(one.announce, run, SLOW, seconds) for one in waiting]
        jobs.append(threads.submit(_deaf, run, seconds))
        wait(run.plan.settle_seconds)
        _look(run, resting)
        for job in jobs:
            job.result()
        for one in waiting:
            for figure in one.api_milliseconds():
                run.add("api", UP, one.contestant.key, figure)
        for job in [threads.submit(one.announce, run, BRISK, BRISK_SECONDS) for one in waiting]:
            job.result()
    run.say("rest, latency at one and at ten announcements a second, deafness")


def _at_rest(stack: ExitStack) -> dict[tuple[str, str], Running]:
    """Everybody with nothing to do, and the component with devices that wait for the cloud."""
    core, cut_off = (
        core_device(stack, REAL_PACE, [WARM], condition) for condition in (UP, CLOUD_DOWN)
    )
    resting = {
        (UP, one.key): stack.enter_context(one.start(core, changes=WORKER_RESTS_AFTER))
        for one in CONTESTANTS
    }
    ours = stack.enter_context(BY_KEY[OURS].start(cut_off, changes=WORKER_RESTS_AFTER))
    pour(cut_off, announcements(SHARED, [WARM], 1))
    return {**resting, (CLOUD_DOWN, OURS): ours}


def _look(run: Run, resting: dict[tuple[str, str], Running]) -> None:
    switches = {key: voluntary_switches(one.pid) for key, one in resting.items()}
    cpu = {key: one.cpu()[one.pid] for key, one in resting.items()}
    wait(run.plan.rest_seconds)
    minutes = run.plan.rest_seconds / _MINUTE
    for key, one in resting.items():
        run.add("wake-ups", *key, (voluntary_switches(one.pid) - switches[key]) / minutes)
        used = one.cpu()[one.pid] - cpu[key]
        run.add("cpu.idle", *key, used * MILLISECONDS / minutes)
        run.add("rss.rest", *key, one.memory_of_all().rss)
        run.add("pss.rest", *key, one.memory_of_all().pss)


def _deaf(run: Run, seconds: float) -> None:
    """Lets its subscriptions die time and again; how long until it hears an announcement."""
    over, rng = time.monotonic() + seconds, random.Random(1)  # noqa: S311 - a measurement
    with ExitStack() as stack:
        core = core_device(stack, REAL_PACE, [WARM])
        ours = stack.enter_context(BY_KEY[OURS].start(core, changes=NO_LIST))
        results = stack.enter_context(Results(core, f"{SHARED}/status"))
        warm_up(ours, results, answers=True)
        while time.monotonic() < over:
            run.add("deaf", UP, OURS, _seconds_deaf(core, results, over))
            wait(rng.uniform(0, _LONGEST_PAUSE_SECONDS))


def _seconds_deaf(core: CoreDevice, results: Results, over: float) -> float:
    began, heard = time.monotonic(), results.read().statuses["associated"]
    core.publish(SHARED, {"thingNames": [f"{number}" for number in range(_DEADLY_ITEMS)]})
    while time.monotonic() < over:
        pour(core, announcements(SHARED, [WARM], 1))
        if results.wait_for(lambda it: it.statuses["associated"] > heard, _PROBE_EACH_SECONDS):
            break
    return time.monotonic() - began
