"""Telemetry that only says that devices are there, at the component and at a bare subscriber.

Both are subscribed to the same topic at the same time.

`python -m benchmarks.presence [messages] [devices]`
"""

import contextlib
import json
import sqlite3
import sys
from pathlib import Path

from benchmarks.measuring import component, core_device, cost_of, script
from benchmarks.saying import say
from greengrass_sandbox import CoreDevice
from integration.associator import (
    JOURNAL,
    Associator,
    associated,
    calls,
    device_names,
    eventually,
)
from integration.what_operators_do import access

MESSAGES, DEVICES = 100_000, 500
BATCH = 1000
"""Messages that are on their way together."""
MICROSECONDS = 1e6
CONFIGURATION = Path(__file__).parents[1] / "docs" / "presence" / "telemetry" / "associator.json"
TOPIC_FILTER = "telemetry/+/#"
WITHOUT_LIST = {"reconcile": {"intervalHours": 0}}
"""When the cloud's list was compared is written down, and that comes soon after the start."""


def send(core: CoreDevice, names: list[str], count: int) -> None:
    """Telemetry of these devices in turns, each message on one of ten topics of its device."""

    async def send_some(first: int) -> None:
        for number in range(first, min(first + BATCH, count)):
            name = names[number % len(names)]
            topic = f"telemetry/{name}/sensor-{number % 10}"
            await core.nucleus.publish(topic, b'{"celsius": 21.5, "battery": 87}')

    for first in range(0, count, BATCH):
        core.call(send_some, first)


def owed(associator: Associator) -> int:
    """How many results of the first round are not noted as sent yet."""
    place = f"file:{associator.work / JOURNAL}?mode=ro"
    with contextlib.closing(sqlite3.connect(place, uri=True)) as database:
        ((count,),) = database.execute("SELECT COUNT(*) FROM owed")
    return int(count)


def main() -> None:
    """Prints what each message costs after the first round."""
    count = int(sys.argv[1]) if sys.argv[1:] else MESSAGES
    devices = int(sys.argv[2]) if sys.argv[2:] else DEVICES
    names = list(device_names(devices))
    changes = {**json.loads(CONFIGURATION.read_text(encoding="utf-8")), **WITHOUT_LIST}
    allowed = {"accessControl": access("telemetry/*")}
    with (
        core_device() as core,
        component(core, changes) as associator,
        script(core, "subscriber", "bare", allowed, TOPIC_FILTER) as bare,
    ):
        core.call(core.cloud.add_things, names)
        send(core, names, devices)
        eventually(lambda: len(associated(core)) == devices and not owed(associator))
        associator.wait_until_quiet()
        first_calls, first_journal = len(calls(core)), associator.journal_bytes()
        before = [cost_of(one).cpu_seconds for one in (associator.pid, bare.pid)]
        send(core, names, count)
        associator.wait_until_quiet()
        after = [cost_of(one).cpu_seconds for one in (associator.pid, bare.pid)]
        ours, theirs = (
            (end - start) / count * MICROSECONDS for start, end in zip(before, after, strict=True)
        )
        is_written = associator.journal_bytes() != first_journal
        say(
            f"presence: {devices} devices associated by {first_calls} calls; {count} messages more"
            f" led to {len(calls(core)) - first_calls} calls and"
            f" {'something' if is_written else 'nothing'} written"
        )
        say(
            f"CPU per message: {theirs:.0f} µs at a bare subscriber, {ours:.0f} µs at the"
            f" component, ratio {ours / theirs:.2f}"
        )


if __name__ == "__main__":
    main()
