"""How long an announcer waits for its result."""

import itertools
from contextlib import ExitStack

from benchmarks.contestants.contestant import COMPONENT_AT_ONCE, CONTESTANTS, NO_LIST, Contestant
from benchmarks.contestants.running import Running
from benchmarks.load.pouring import Poured, announcements, pour
from benchmarks.load.results import Results
from benchmarks.load.site import REAL_PACE, core_device
from benchmarks.measures.burst import WARM, warm_up
from benchmarks.run import Run
from greengrass_sandbox import CoreDevice
from integration.announcer import SHARED
from integration.associator import calls, device_names

WAITERS = (*(one for one in CONTESTANTS if one.answers), COMPONENT_AT_ONCE)
"""Those who answer, and the component with a configuration for which waiting matters most."""

FAST = 500.0
"""Announcements a second, for so long:"""

FAST_SECONDS = 1.0
MILLISECONDS = 1000.0
_PATIENCE_SECONDS = 20.0


class Waiting:
    """A contestant whose answers are waited for; close it with its stack.

    Args:
        contestant: Which one.
        stack: Closes everything.
        devices: How many client devices the cloud knows.
    """

    def __init__(self, contestant: Contestant, stack: ExitStack, devices: int) -> None:
        self.contestant = contestant
        names = device_names(devices)
        self._fresh = iter(names)
        self.core: CoreDevice = core_device(stack, REAL_PACE, [*names, WARM])
        self.running: Running = stack.enter_context(contestant.start(self.core, changes=NO_LIST))
        self._results = stack.enter_context(Results(self.core, f"{SHARED}/status"))
        warm_up(self.running, self._results, answers=True)

    def announce(self, run: Run, per_second: float, seconds: float) -> None:
        """Announces a new device at each turn, and records the median of the waits."""
        count = int(per_second * seconds)
        names = list(itertools.islice(self._fresh, count))
        sent: Poured = pour(self.core, announcements(SHARED, names, count), per_second, 2 * seconds)
        self._results.wait_for_names(names[: sent.count], _PATIENCE_SECONDS)
        at = f"{per_second:g} a second"
        run.add("latency", at, self.contestant.key, self._results.median_wait(sent.sent))
        run.add("latency.most", at, self.contestant.key, self._results.longest_wait(sent.sent))

    def api_milliseconds(self) -> list[float]:
        """How long each call took, as the cloud saw it."""
        return [
            (one.answered_at - one.time) * MILLISECONDS
            for one in calls(self.core)
            if one.answered_at is not None
        ]


def latencies(run: Run) -> None:
    """At many announcements a second; the slower paces are measured while others rest."""
    seconds = FAST_SECONDS if run.plan.rounds > 1 else FAST_SECONDS / 2
    for _ in range(run.plan.fewer_rounds):
        for contestant in WAITERS:
            with ExitStack() as stack:
                waiting = Waiting(contestant, stack, int(FAST * seconds))
                waiting.announce(run, FAST, seconds)
        run.say(f"latency at {FAST:g} announcements a second")
