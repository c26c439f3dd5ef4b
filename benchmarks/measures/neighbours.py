"""What others on the core device notice: two components play ping-pong beside each contestant."""

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Collection
from contextlib import ExitStack

from benchmarks.contestants.contestant import CONTESTANTS, NO_LIST, OURS
from benchmarks.contestants.running import PATH, Running, quiet
from benchmarks.load.pouring import BUS_PACE, announcements, pour
from benchmarks.load.site import CLOUD_DOWN, REAL_PACE, UP, cloud_down, core_device
from benchmarks.measures.burst import contestants_of
from benchmarks.run import Run, wait
from greengrass_sandbox import CoreDevice
from integration.announcer import SHARED
from integration.associator import device_names
from integration.what_operators_do import access

ALONE = "nobody"
_GAME = {"accessControl": access("game/*")}
_MILLISECONDS = 1000.0
_STILL_SECONDS = 0.5
_PATIENCE_SECONDS = 20.0


class Game:
    """Two bystanders and their ball.

    Args:
        core: Where they play.
        stack: Ends the game.
    """

    def __init__(self, core: CoreDevice, stack: ExitStack) -> None:
        environment = core.environment("player-one", _GAME)
        svcuids = [environment["SVCUID"], core.environment("player-two", _GAME)["SVCUID"]]
        players = stack.enter_context(
            subprocess.Popen(
                [
                    sys.executable,
                    "-u",
                    "-m",
                    "benchmarks.contestants.bystander",
                    json.dumps(svcuids),
                ],
                env={"PYTHONPATH": PATH, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        assert players.stdin is not None  # noqa: S101 - a pipe was asked for
        assert players.stdout is not None  # noqa: S101 - a pipe was asked for
        self._ask, self._answers = players.stdin, players.stdout
        stack.callback(self._ask.close)
        self._answers.readline()
        self._mark = (self._rounds(), time.monotonic())

    def begin(self) -> None:
        """Counts from now on."""
        self._mark = (self._rounds(), time.monotonic())

    def round_trip(self) -> float:
        """Milliseconds for a round since `begin`, on the average."""
        rounds, now = self._rounds(), time.monotonic()
        return (now - self._mark[1]) / max(1, rounds - self._mark[0]) * _MILLISECONDS

    def _rounds(self) -> int:
        self._ask.write("?\n")
        self._ask.flush()
        return int(self._answers.readline())


class _Neighbourhood:
    """Bystanders, and all contestants, each with a topic of its own.

    Args:
        run: The run.
        stack: Ends everything.
    """

    def __init__(self, run: Run, stack: ExitStack) -> None:
        self._run = run
        self._seconds = run.plan.game_seconds
        self._each = int(BUS_PACE * self._seconds)
        names = device_names(self._each * (run.plan.rounds + 1))
        self.core = core_device(stack, REAL_PACE, names)
        self._topics = {one.key: f"clientdevices/{one.key}" for one in CONTESTANTS} | {OURS: SHARED}
        self._others: dict[str, Running] = {}
        for one in CONTESTANTS:
            started = one.start(self.core, self._topics[one.key], changes=NO_LIST)
            self._others[one.key] = stack.enter_context(started)
        self._game = Game(self.core, stack)
        self._fresh = {key: iter(names) for key in self._others}

    def play(self, at: str, contestants: Collection[str]) -> None:
        """A game alone, and then one beside each contestant that takes part."""
        self._game.begin()
        wait(self._seconds)
        self._run.add("round trip", at, ALONE, self._game.round_trip())
        for key, running in self._others.items():
            if key not in contestants:
                continue
            some = list(itertools.islice(self._fresh[key], self._each))
            messages = announcements(self._topics[key], some, len(some))
            self._game.begin()
            pour(self.core, messages, None, self._seconds)
            self._run.add("round trip", at, key, self._game.round_trip())
            quiet(running, _STILL_SECONDS, _PATIENCE_SECONDS if at == UP else _STILL_SECONDS)


def neighbours(run: Run) -> None:
    """The round trip alone, and beside each contestant while new devices come.

    Everybody runs all the time, and only one is spoken to. In the end the cloud is down.
    """
    with ExitStack() as stack:
        neighbourhood = _Neighbourhood(run, stack)
        for number in range(run.plan.rounds):
            neighbourhood.play(UP, {one.key for one in contestants_of(run, number)})
        cloud_down(neighbourhood.core)
        neighbourhood.play(CLOUD_DOWN, {one.key for one in CONTESTANTS})
    run.say("a bystander's round trip")
