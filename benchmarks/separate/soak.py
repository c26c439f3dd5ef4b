"""Many announcements on one process: does anything grow?

`python -m benchmarks.separate.soak [announcements]`
"""

import json
import sys
import time

import psutil

from benchmarks.contestants.saying import say
from benchmarks.separate.measuring import MEBIBYTE, component, core_device, cost_of
from greengrass_sandbox import CoreDevice
from integration.announcer import SHARED
from integration.associator import JOURNAL, Associator, associated, device_names, results_in

ANNOUNCEMENTS, DEVICES = 1_000_000, 20_000
AT_ONCE = 1000
"""Fewer than the inbox holds, so that none is turned away."""
TRUST_SECONDS = 30
"""Short, so that not only repeats are soaked: the devices are associated time and again."""
MARKS = (0.1, 0.25, 0.5, 0.75, 1.0)
PATIENCE_SECONDS = 300.0


def announce_some(core: CoreDevice, names: list[str]) -> None:
    """Announces each of them and waits until each has heard that it is associated."""
    watch = core.watch(f"{SHARED}/status")
    for name in names:
        core.publish(SHARED, json.dumps({"thingName": name}).encode())
    heard: list[str] = []
    read = 0

    def all_heard(messages: list[object]) -> bool:
        nonlocal read
        heard.extend(
            result["thingName"]
            for result in results_in(messages[read:])  # type: ignore[arg-type] # of a watch
            if result["status"] == "associated"
        )
        read = len(messages)
        return len(heard) >= len(names)

    watch.wait_for(all_heard, PATIENCE_SECONDS)  # type: ignore[arg-type] # messages are a list
    watch.close()


def describe(associator: Associator) -> str:
    """What could grow."""
    cost = cost_of(associator.pid)
    workers = [cost_of(child.pid) for child in psutil.Process(associator.pid).children()]
    working = "".join(f", its worker {one.rss_mebibytes:.1f} MiB" for one in workers)
    size = sum(path.stat().st_size for path in associator.work.glob(f"{JOURNAL}*"))
    return (
        f"RSS {cost.rss_mebibytes:.1f} MiB, {cost.open_files} file descriptors,"
        f" {cost.threads} threads, journal {size / MEBIBYTE:.2f} MiB{working}"
    )


def main() -> None:
    """Announces the devices in turns and looks at the process at the marks."""
    total = int(sys.argv[1]) if sys.argv[1:] else ANNOUNCEMENTS
    names = list(device_names(DEVICES))
    say(f"soak: {total} announcements of {len(names)} devices")
    began = time.monotonic()
    with core_device() as core, component(core, {"trustSeconds": TRUST_SECONDS}) as associator:
        core.call(core.cloud.add_things, names)
        done = 0
        for mark in MARKS:
            while done < total * mark:
                count = min(AT_ONCE, total - done)
                announce_some(core, [names[(done + i) % len(names)] for i in range(count)])
                done += count
            say(f"{mark:4.0%}: {describe(associator)}")
        say(
            f"{len(associated(core))} devices associated by {len(core.cloud.calls)} calls;"
            f" {total / (time.monotonic() - began):.0f} announcements/s"
        )


if __name__ == "__main__":
    main()
