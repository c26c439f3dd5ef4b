"""Ten quiet announcers beside one that never stops: how long they wait, alone and beside it.

`python -m benchmarks.separate.noisy [messages a second] [seconds between two announcements]`
"""

import contextlib
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator

from benchmarks.contestants.saying import say
from benchmarks.separate.measuring import component, core_device
from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.announcer import SHARED, Answers
from integration.associator import device_names

PER_SECOND, PAUSE_SECONDS = 1000.0, 6.0
"""Ten announcers at one a minute: one every six seconds."""
QUIET = 10
API_SECONDS = 0.05
"""How long the cloud takes for a call."""
TICK_SECONDS = 0.01
CROWD = 200_000
PATIENCE_SECONDS = 120.0

Message = Callable[[int], tuple[str, bytes]]
"""Topic and payload of the noise, by number."""


def one_device(number: int) -> tuple[str, bytes]:
    """One device that announces itself again and again on the topic of the quiet ones."""
    return SHARED, json.dumps({"thingName": "noisy", "id": f"{number}"}).encode()


def one_topic(number: int) -> tuple[str, bytes]:
    """Another topic, on which always another device is announced."""
    return f"clientdevices/crowd-{number % CROWD:05}/announce", b""


@contextlib.contextmanager
def noise(core: CoreDevice, message: Message, per_second: float) -> Iterator[list[int]]:
    """Publishes at a steady pace; what is given has the number of messages so far."""
    sent = [0]
    over = threading.Event()

    async def publish(first: int, last: int) -> None:
        for number in range(first, last):
            await core.nucleus.publish(*message(number))

    def pour() -> None:
        began = time.monotonic()
        while not over.wait(TICK_SECONDS):
            due = int((time.monotonic() - began) * per_second)
            core.call(publish, sent[0], due)
            sent[0] = due

    thread = threading.Thread(target=pour)
    thread.start()
    try:
        yield sent
    finally:
        over.set()
        thread.join()


def seconds_to_associated(core: CoreDevice, names: list[str], pause_seconds: float) -> list[float]:
    """How long each of the quiet ones waits for its result."""
    answers = Answers(core)
    pace = threading.Event()
    waits: list[float] = []
    for name in names:
        began = time.monotonic()
        core.publish(SHARED, json.dumps({"thingName": name}).encode())

        def is_done(name: str = name) -> bool:
            return name in answers.names.get("associated", set())

        answers.wait_for(is_done, PATIENCE_SECONDS)
        waits.append(time.monotonic() - began)
        pace.wait(max(0.0, pause_seconds - waits[-1]))
    return waits


def main() -> None:
    """Prints the times alone and beside each kind of noise, and the ratios."""
    given = dict(enumerate(map(float, sys.argv[1:])))
    per_second, pause_seconds = given.get(0, PER_SECOND), given.get(1, PAUSE_SECONDS)
    for message, what in ((one_device, "one device"), (one_topic, "one topic")):
        with core_device() as core, component(core, {}):
            quiet = list(device_names(2 * QUIET, "quiet"))
            crowd = [f"crowd-{number:05}" for number in range(CROWD)]
            core.call(core.cloud.add_things, [*quiet, "noisy", *crowd])
            core.call(core.cloud.add_fault, Fault(FaultKind.LATENCY, seconds=API_SECONDS))
            alone = seconds_to_associated(core, quiet[:QUIET], pause_seconds)
            began = time.monotonic()
            with noise(core, message, per_second) as sent:
                beside = seconds_to_associated(core, quiet[QUIET:], pause_seconds)
                rate = sent[0] / (time.monotonic() - began)
        say(
            f"beside {what} with {rate:.0f} announcements a second: seconds until a quiet device is"
            f" associated {statistics.median(alone):.2f} alone, {statistics.median(beside):.2f}"
            f" beside it (longest {max(alone):.2f} and {max(beside):.2f}), ratio"
            f" {statistics.median(beside) / statistics.median(alone):.2f}"
        )


if __name__ == "__main__":
    main()
