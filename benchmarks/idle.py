"""What the component costs at rest, and for an announcement, beside what others cost.

`python -m benchmarks.idle [seconds at rest] [announcements]`
"""

import json
import sys
import threading

import psutil

from benchmarks.measuring import Cost, component, core_device, cost_of, script
from benchmarks.saying import say
from greengrass_sandbox import CoreDevice
from integration.announcer import SHARED, Answers
from integration.associator import device_names, eventually
from integration.what_operators_do import access

REST_SECONDS, ANNOUNCEMENTS = 30.0, 2000
OTHERS = {"accessControl": access(SHARED, f"{SHARED}/status")}
WORKER_RESTS_AFTER = {"workerIdleSeconds": 1}


def rest(pids: list[int], seconds: float) -> list[tuple[Cost, float]]:
    """Lets processes rest side by side; what they are like, and the CPU seconds that they took."""
    settle = threading.Event()
    settle.wait(3)
    before = [cost_of(pid) for pid in pids]
    settle.wait(seconds)
    after = [cost_of(pid) for pid in pids]
    return [(b, b.cpu_seconds - a.cpu_seconds) for a, b in zip(before, after, strict=True)]


def announce(core: CoreDevice, names: list[str]) -> None:
    """Announces each device and waits until all are associated."""
    answers = Answers(core)
    for name in names:
        core.publish(SHARED, json.dumps({"thingName": name}).encode())
    answers.wait_for(lambda: set(names) <= answers.names.get("associated", set()), 600)


def at_rest(core: CoreDevice, seconds: float) -> None:
    """Prints RSS and CPU at rest."""
    with (
        component(core, {}) as associator,
        script(core, "subscriber", "bare", OTHERS, SHARED) as bare,
        script(core, "one_call_each", "simple", OTHERS, SHARED) as simple,
    ):
        ours, bares, simples = rest([associator.pid, bare.pid, simple.pid], seconds)
    say(
        f"RSS at rest: component {ours[0].rss_mebibytes:.1f} MiB, bare subscriber"
        f" {bares[0].rss_mebibytes:.1f} MiB (ratio"
        f" {ours[0].rss_mebibytes / bares[0].rss_mebibytes:.2f}), one-call script"
        f" {simples[0].rss_mebibytes:.1f} MiB (ratio"
        f" {ours[0].rss_mebibytes / simples[0].rss_mebibytes:.2f})"
    )
    say(
        f"CPU in {seconds:.0f} s at rest: component {ours[1]:.2f} s, bare subscriber"
        f" {bares[1]:.2f} s, one-call script {simples[1]:.2f} s"
    )


def per_announcement(core: CoreDevice, count: int) -> None:
    """Prints the CPU for an announcement."""
    new, again = list(device_names(count)), list(device_names(count, "simple"))
    core.call(core.cloud.add_things, [*new, *again])
    with component(core, WORKER_RESTS_AFTER) as associator:
        before = cost_of(associator.pid).cpu_seconds
        announce(core, new)
        # Only then is what the worker has cost known to its parent.
        associator.wait_until_quiet()
        eventually(lambda: not has_children(associator.pid))
        ours = cost_of(associator.pid).cpu_seconds - before
        before = cost_of(associator.pid).cpu_seconds
        announce(core, new)
        repeats = cost_of(associator.pid).cpu_seconds - before
    with script(core, "one_call_each", "simple", OTHERS, SHARED) as simple:
        before = cost_of(simple.pid).cpu_seconds
        announce(core, again)
        simples = cost_of(simple.pid).cpu_seconds - before
    say(
        f"CPU per announcement of {count} new devices: component {ours / count * 1e6:.0f} µs"
        f" (worker included), one-call script {simples / count * 1e6:.0f} µs: ratio"
        f" {ours / simples:.2f}; repeats: component {repeats / count * 1e6:.0f} µs: ratio"
        f" {repeats / simples:.2f}"
    )


def has_children(pid: int) -> bool:
    """Whether a worker runs."""
    return bool(psutil.Process(pid).children())


def main() -> None:
    """Both, in one run."""
    seconds = float(sys.argv[1]) if sys.argv[1:] else REST_SECONDS
    count = int(sys.argv[2]) if sys.argv[2:] else ANNOUNCEMENTS
    with core_device() as core:
        at_rest(core, seconds)
    with core_device() as core:
        per_announcement(core, count)


if __name__ == "__main__":
    main()
