"""A flood while the cloud is out and the disk is slow: what grows, who is hurt, what is lost.

`python -m benchmarks.separate.flood [announcements] [distinct devices] [announcements per second]`
"""

import contextlib
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.contestants.saying import say
from benchmarks.contestants.timed_component import MARK
from benchmarks.separate.measuring import component, core_device, cost_of, process, script
from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.announcer import SHARED, Answers
from integration.associator import COMMAND, JOURNAL, Associator, associated, device_names
from integration.disk import slowed
from integration.what_operators_do import HealthWatch, access

ANNOUNCEMENTS, DISTINCT, PER_SECOND = 50_000, 10_000, 400.0
ALONE_SECONDS = 10.0
PHASES = 5
"""The rates waver by a fifth on a small machine, so the floods take turns and medians count."""

SINK_TOPIC = "clientdevices/sink"
PATIENCE_SECONDS = 1800.0
GAME = {"accessControl": access("game/*")}
SINK = {"accessControl": access(SINK_TOPIC)}
TIMED = (sys.executable, "-u", "-m", "benchmarks.contestants.timed_component")
RECEIPTS = {"results": {"receipts": True}}


@dataclass(frozen=True)
class Flood:
    """So many announcements of these devices, in turns, so many a second."""

    count: int
    names: Sequence[str]
    per_second: float

    def pour(self, core: CoreDevice, topic: str = SHARED, parts: int = 1, part: int = 0) -> None:
        """Announces, each message with an id, at a steady pace; one of several parts of it all."""
        began = time.monotonic()
        pace = threading.Event()
        size = self.count // parts
        for number in range(size):
            one = part * size + number
            name = self.names[one % len(self.names)]
            core.publish(topic, json.dumps({"thingName": name, "id": f"id-{one}"}).encode())
            pace.wait(max(0.0, began + number / self.per_second - time.monotonic()))


class Game:
    """How often the bystanders' ball goes to and fro."""

    def __init__(self, players: "subprocess.Popen[str]") -> None:
        self._players = players
        self._looked_at = time.monotonic()
        self._rounds = self._ask()

    def rate(self) -> float:
        """Rounds per second since this was asked last."""
        rounds, now = self._ask(), time.monotonic()
        rate = (rounds - self._rounds) / (now - self._looked_at)
        self._rounds, self._looked_at = rounds, now
        return rate

    def _ask(self) -> int:
        if self._players.stdin is None or self._players.stdout is None:
            raise RuntimeError("the players have no pipes")
        self._players.stdin.write("?\n")
        self._players.stdin.flush()
        return int(self._players.stdout.readline())


@contextlib.contextmanager
def in_trouble(
    core: CoreDevice,
    flood: Flood,
    changes: Mapping[str, object],
    command: Sequence[str] = COMMAND,
) -> Iterator[Associator]:
    """The component with the cloud out and its disk slow; afterwards the cloud is back."""
    outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
    with component(core, changes, command) as associator:
        answers = Answers(core)
        core.publish(SHARED, {"thingName": flood.names[0]})
        answers.wait_for(lambda: answers.statuses["retrying"] > 0)
        with slowed(associator.work / JOURNAL):
            yield associator
        core.call(core.cloud.remove_fault, outage)


def bystanders(core: CoreDevice, flood: Flood) -> None:
    """Prints how often the ball goes to and fro: alone, beside a bare subscriber, beside us."""
    environment = core.environment("player-one", GAME)
    svcuids = [environment["SVCUID"], core.environment("player-two", GAME)["SVCUID"]]
    rates: dict[str, list[float]] = {}
    with (
        process("bystander", environment, [json.dumps(svcuids)]) as players,
        script(core, "bare", "sink", SINK, SINK_TOPIC),
    ):
        game = Game(players)
        threading.Event().wait(ALONE_SECONDS)
        alone = game.rate()
        with in_trouble(core, flood, {}):
            for part in range(PHASES):
                for topic in (SINK_TOPIC, SHARED):
                    game.rate()
                    flood.pour(core, topic, PHASES, part)
                    rates.setdefault(topic, []).append(game.rate())
    bare, ours = statistics.median(rates[SINK_TOPIC]), statistics.median(rates[SHARED])
    say(
        f"bystanders, rounds/s: {alone:.0f} alone; beside floods in turns, medians of {PHASES}:"
        f" {bare:.0f} at a bare subscriber, {ours:.0f} at the component,"
        f" ratio {ours / bare:.2f}; all: {_rounded(rates[SINK_TOPIC])} and"
        f" {_rounded(rates[SHARED])}"
    )


def _rounded(rates: Sequence[float]) -> list[int]:
    return [round(rate) for rate in rates]


def nothing_lost(core: CoreDevice, flood: Flood) -> None:
    """Prints what the component takes and grows by if every announcement is to have a receipt."""
    answers = Answers(core)
    health = HealthWatch(core)
    with in_trouble(core, flood, RECEIPTS) as associator:
        before = cost_of(associator.pid)
        flood.pour(core)
        during = cost_of(associator.pid)
        associator.wait_until_quiet()
        counters = health.ask()["counters"]
        answers.read()
        receipted = set(answers.names.get("queued", set()))
    say(
        f"RSS: {before.rss_mebibytes:.1f} MiB before, +"
        f"{during.rss_mebibytes - before.rss_mebibytes:.1f} MiB at the end of the flood"
    )
    say(f"counters at the end of the flood: {counters}; codes in results: {dict(answers.codes)}")
    with component(core, {}):
        began = time.monotonic()
        answers.wait_for(
            lambda: receipted <= answers.names.get("associated", set()), PATIENCE_SECONDS
        )
        took = time.monotonic() - began
    lost = receipted - associated(core)
    say(f"devices receipted: {len(receipted)} of {len(flood.names)}; receipts lost: {len(lost)}")
    say(f"all associated {took:.0f} s after the cloud was back and the component started again")


def callback_times(core: CoreDevice, flood: Flood) -> None:
    """Prints how long the component holds up the nucleus's thread."""
    with in_trouble(core, flood, {}, TIMED) as associator:
        flood.pour(core)
        associator.wait_until_quiet()
    times = associator.log.partition(MARK)[2].splitlines()[0]
    say(f"microseconds in the callback of a message: {times}")


def main() -> None:
    """Each measure on a core device of its own."""
    given = dict(enumerate(map(float, sys.argv[1:])))
    names = device_names(int(given.get(1, DISTINCT)))
    flood = Flood(int(given.get(0, ANNOUNCEMENTS)), names, given.get(2, PER_SECOND))
    say(f"flood: {flood.count} announcements of {len(names)} devices, {flood.per_second:.0f}/s")
    for measure in (bystanders, nothing_lost, callback_times):
        with core_device() as core:
            core.call(core.cloud.add_things, names)
            measure(core, flood)


if __name__ == "__main__":
    main()
