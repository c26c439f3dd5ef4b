"""A flood while the cloud is out and the disk is slow: what grows, who is hurt, what is lost.

`python -m benchmarks.flood [announcements] [distinct devices] [announcements per second]`
"""

import json
import subprocess
import sys
import threading
import time

from benchmarks.measuring import component, core_device, cost_of, process, say, script
from greengrass_sandbox.cloud import Fault, FaultKind
from greengrass_sandbox.core_device import CoreDevice
from integration.announcer import SHARED, Answers
from integration.associator import JOURNAL, associated, device_names
from integration.disk import slowed
from integration.what_operators_do import HealthWatch, access

ANNOUNCEMENTS, DISTINCT, PER_SECOND = 50_000, 10_000, 400.0
ALONE_SECONDS = 10.0
PATIENCE_SECONDS = 1800.0
GAME = {"accessControl": access("game/*")}
SINK = {"accessControl": access(SHARED)}


def announce(core: CoreDevice, count: int, names: list[str], per_second: float) -> None:
    """Announces the devices in turns, each message with an id, at a steady pace."""
    began = time.monotonic()
    pace = threading.Event()
    for number in range(count):
        message = {"thingName": names[number % len(names)], "id": f"request-{number}"}
        core.publish(SHARED, json.dumps(message).encode())
        pace.wait(max(0.0, began + number / per_second - time.monotonic()))


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


def flood_the_component(
    core: CoreDevice, game: Game, count: int, names: list[str], per_second: float
) -> float:
    """Floods the real component, prints what came of it; returns the bystanders' rate."""
    outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
    with component(core, {"results": {"receipts": True}}) as associator:
        answers = Answers(core)
        health = HealthWatch(core)
        core.publish(SHARED, {"thingName": names[0]})
        answers.wait_for(lambda: answers.statuses["queued"] > 0)
        before = cost_of(associator.pid)
        with slowed(associator.work / JOURNAL):
            game.rate()
            announce(core, count, names, per_second)
            rate = game.rate()
            during = cost_of(associator.pid)
            associator.wait_until_quiet()
        counters = health.ask()["counters"]
        answers.read()
        receipted = set(answers.names.get("queued", set()))
        core.call(core.cloud.remove_fault, outage)
        began = time.monotonic()
        answers.wait_for(
            lambda: receipted <= answers.names.get("associated", set()), PATIENCE_SECONDS
        )
        after = cost_of(associator.pid)
    lost = receipted - associated(core)
    say(
        f"RSS: {before.rss_mebibytes:.1f} MiB before, +"
        f"{during.rss_mebibytes - before.rss_mebibytes:.1f} MiB at the end of the flood, +"
        f"{after.rss_mebibytes - before.rss_mebibytes:.1f} MiB when all were associated"
    )
    say(f"counters at the end of the flood: {counters}; codes in results: {dict(answers.codes)}")
    say(f"devices receipted: {len(receipted)} of {len(names)}; receipts lost: {len(lost)}")
    say(f"associated {time.monotonic() - began:.0f} s after the cloud was back")
    return rate


def main() -> None:
    """Plays the game alone, beside a flood at a bare subscriber, and beside the component's."""
    given = dict(enumerate(map(float, sys.argv[1:])))
    count, distinct = given.get(0, ANNOUNCEMENTS), given.get(1, DISTINCT)
    per_second = given.get(2, PER_SECOND)
    names = list(device_names(int(distinct)))
    say(f"flood: {count:.0f} announcements of {len(names)} devices, {per_second:.0f} a second")
    with core_device() as core:
        core.call(core.cloud.add_things, names)
        environment = core.environment("player-one", GAME)
        svcuids = [environment["SVCUID"], core.environment("player-two", GAME)["SVCUID"]]
        with process("bystander", environment, [json.dumps(svcuids)]) as players:
            game = Game(players)
            threading.Event().wait(ALONE_SECONDS)
            alone = game.rate()
            with script(core, "subscriber", "sink", SINK, SHARED):
                game.rate()
                announce(core, int(count) // 5, names, per_second)
                beside_sink = game.rate()
            beside = flood_the_component(core, game, int(count), names, per_second)
    say(
        f"bystanders: {alone:.0f} rounds/s alone, {beside_sink:.0f} beside the flood at a bare"
        f" subscriber, {beside:.0f} beside the flood at the component: {beside / beside_sink:.2f}"
        f" of the bare subscriber's, {beside / alone:.2f} of alone"
    )


if __name__ == "__main__":
    main()
