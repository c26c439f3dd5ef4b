"""Telemetry that only says that devices are there: at the component and at a bare subscriber.

Both are subscribed at the same time, so both get the same messages.
"""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.contestants.contestant import BARE, BY_KEY, NO_LIST, OURS
from benchmarks.contestants.running import quiet
from benchmarks.load.pouring import BUS_PACE, Announcement, pour
from benchmarks.load.results import Results
from benchmarks.load.site import REAL_PACE, UP, core_device
from benchmarks.measures.spending import spent
from benchmarks.run import Run
from integration.associator import device_names, merged

TOPIC_FILTER = "telemetry/+/#"
CONFIGURATION = Path(__file__).parents[2] / "docs" / "presence" / "telemetry" / "associator.json"
DEVICES = 200
_TOPICS = 10
"""On which each device sends."""

_PATIENCE_SECONDS = 30.0
_STILL_SECONDS = 0.25


def presence(run: Run) -> None:
    """Rounds at both, after one in which all devices became known."""
    names = device_names(DEVICES)
    changes = merged(json.loads(CONFIGURATION.read_text(encoding="utf-8")), NO_LIST)
    with ExitStack() as stack:
        core = core_device(stack, REAL_PACE, names)
        ours = stack.enter_context(BY_KEY[OURS].start(core, changes=changes))
        bare = stack.enter_context(BY_KEY[BARE].start(core, TOPIC_FILTER))
        results = stack.enter_context(Results(core, "clientdevices/+/status"))
        pour(core, messages(names, len(names)), BUS_PACE)
        results.wait_for_names(names, _PATIENCE_SECONDS)
        for _ in range(run.plan.rounds):
            quiet(ours, _STILL_SECONDS, _PATIENCE_SECONDS)
            before = {one: one.cpu() for one in (ours, bare)}
            poured = pour(core, messages(names, run.plan.presence), BUS_PACE)
            quiet(ours, _STILL_SECONDS, _PATIENCE_SECONDS)
            for one, key in ((ours, OURS), (bare, BARE)):
                run.add("cpu.presence", UP, key, spent(one, before[one], poured.count).first)
    run.say("presence at the component and at a bare subscriber")


def messages(names: Sequence[str], count: int) -> list[Announcement]:
    """Telemetry of these devices in turns."""
    payload = b'{"celsius": 21.5, "battery": 87}'
    return [
        Announcement(f"telemetry/{name}/sensor-{number % _TOPICS}", payload, name)
        for number, name in ((one, names[one % len(names)]) for one in range(count))
    ]
