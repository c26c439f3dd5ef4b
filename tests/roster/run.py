"""Runs one seed: chooses what happens, lets it happen, and looks at what must hold."""

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from client_device_associator.configuration.parser import default_settings
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Status
from roster.cloud import Cloud, Moods
from roster.core import LONGEST_INTERVAL, Core, policy_of

START = 1_800_000_000.0
_FINAL = frozenset({Status.ASSOCIATED, Status.DISASSOCIATED, Status.FAILED, Status.REJECTED})
_TOPICS = {False: "clientdevices/announce", True: "clientdevices/leave"}
LATENESS = 300.0
"""Seconds: how late a list may know what has happened."""

_LONGEST_WAIT = 4000.0
"""Seconds; the longest backoff of a permission is an hour."""


class Broken(Exception):  # noqa: N818 - a sentence of the contract that does not hold
    """Something that must hold does not."""


@dataclass
class Run:
    """A seed on its way."""

    seed: int
    now: float = START
    touched: set[str] = field(default_factory=set)
    """Devices that a person has changed in the cloud."""
    ids: dict[str, Announcement] = field(default_factory=dict)
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _count: int = 0
    _calls_seen: int = 0
    _results_seen: int = 0

    def __post_init__(self) -> None:
        self.rng = rng = random.Random(f"{self.seed}/roster")
        self.active = rng.choice([200.0, 2000.0, 20_000.0])
        self.names = [f"device-{index}" for index in range(rng.choice([1, 2, 5, 30, 150]))]
        moods = Moods(
            fails=rng.choice([0.0, 0.0, 0.1, 0.5]),
            loses=rng.choice([0.0, 0.0, 0.1, 0.4]),
            complains=rng.choice([0.0, 0.0, 0.2]),
            refuses=rng.choice([0.0, 0.0, 0.2]),
            torn=rng.choice([0.0, 0.3, 0.8]),
            stale_seconds=rng.choice([0.0, 60.0, LATENESS - 60.0]),
            page=rng.choice([100, 10, 1]),
            healthy_at=START + self.active,
        )
        denied = rng.choice(
            [frozenset[Operation](), frozenset[Operation](), frozenset({Operation.LIST})]
        )
        self.cloud = Cloud(random.Random(f"{self.seed}/cloud"), moods, denied)
        for name in self.names:
            if rng.random() < 0.2:
                self.cloud.change(self.now - 86_400.0, name, is_there=True)
                self.touched.add(name)
        self.core = Core(
            policy=policy_of(rng, default_settings().policy),
            cloud=self.cloud,
            rng=random.Random(f"{self.seed}/core"),
            latency=rng.choice([0.05, 0.5, 10.0]),
            later=self.at,
            now=lambda: self.now,
        )
        self._plan()

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Something happens later."""
        self._count += 1
        heapq.heappush(self._events, (max(when, self.now), self._count, action))

    def go(self) -> None:
        """To the end of all troubles, and until everything has settled; then looks."""
        interval = LONGEST_INTERVAL
        end = START + self.active + _LONGEST_WAIT + 6 * interval
        while self._events and self._events[0][0] <= end:
            self.now, _, action = heapq.heappop(self._events)
            action()
            self._look_at_calls()
            self._look_at_what_vanished()
        self.now = max(self.now, end)
        self._look_at_the_end()

    def _plan(self) -> None:
        rng = self.rng
        for _ in range(rng.choice([5, 30, 200])):
            self.at(START + rng.uniform(0, self.active), self._say)
        kinds: dict[Callable[[], None], int] = {
            self._person: rng.choice([0, 3, 20]),
            self.core.crash: rng.choice([0, 2, 10]),
            self.core.request_list: rng.choice([0, 5]),
            self._deploy: rng.choice([0, 0, 4]),
        }
        for action, most in kinds.items():
            for _ in range(rng.randint(0, most)):
                self.at(START + rng.uniform(0, self.active), action)

    def _say(self) -> None:
        chosen = self.rng.sample(self.names, self.rng.randint(1, min(4, len(self.names))))
        words: list[Announcement] = []
        for name in self.rng.choices(chosen, k=self.rng.randint(1, 5)):
            leaves = self.rng.random() < 0.4
            known = f"id-{len(self.ids)}" if self.rng.random() < 0.7 else None
            word = Announcement(name, _TOPICS[leaves], known, leaves=leaves)
            if known is not None:
                self.ids[known] = word
            words.append(word)
        self.core.say(words)

    def _person(self) -> None:
        name = self.rng.choice(self.names)
        self.touched.add(name)
        self.cloud.change(self.now, name, is_there=name not in self.cloud.table)

    def _deploy(self) -> None:
        self.core.reconfigure(policy_of(self.rng, self.core.policy))

    def _look_at_calls(self) -> None:
        """Each call is for devices of which the last word is what it is for."""
        for _, operation, names in self.cloud.calls[self._calls_seen :]:
            for name in names:
                if operation is Operation.DISASSOCIATE and not self.core.words.get(name, False):
                    raise Broken(f"{name} is disassociated, and has not left")
                if operation is Operation.ASSOCIATE and self.core.words.get(name, False):
                    raise Broken(f"{name} is associated, and has left")
        self._calls_seen = len(self.cloud.calls)

    def _look_at_what_vanished(self) -> None:
        """Who has vanished was missing on two lists, and these are late enough to know better."""
        for result in self.core.results[self._results_seen :]:
            name = result.thing_name or ""
            if result.status is not Status.VANISHED:
                continue
            lists = self.cloud.lists[-2:]
            if len(lists) < 2 or any(name in one for _, one in lists):
                raise Broken(f"{name} was on a list, or there was one alone")
            since = self.cloud.associated_at.get(name, 0.0)
            # What was associated in this moment was so because it had vanished. Of what a person
            # does the component knows only by the list, which may be wrong twice.
            if lists[-1][0] - LATENESS < since < self.now:
                raise Broken(f"{name} was associated after what the list can know")
        self._results_seen = len(self.core.results)

    def _look_at_the_end(self) -> None:
        core, table = self.core, self.cloud.table
        devices = core.journal.devices(self.names)
        waiting = [
            one
            for one in devices.values()
            if one.state in (DeviceState.PENDING, DeviceState.LEAVING)
        ]
        if waiting or core.journal.waiting(self.names):
            raise Broken(f"{waiting[:3]} still wait")
        for name, left in core.words.items():
            if name not in self.touched and (name in table) is left:
                raise Broken(f"{name}: the last word was {left=}, the cloud has {name in table}")
        finals = Counter(
            one.announcement_id
            for one in core.results
            if one.status in _FINAL and one.announcement_id
        )
        for known, word in self.ids.items():
            if finals[known] != 1:
                raise Broken(f"{word} has {finals[known]} final results")
        if Operation.LIST in self.cloud.denied:
            return
        believed = {name for name, one in devices.items() if one.state is DeviceState.ASSOCIATED}
        if believed != table:
            raise Broken(f"the journal has {believed - table} too many, lacks {table - believed}")


def run_seed(seed: int) -> Run:
    """Runs a seed; raises Broken, or what the engine raises."""
    run = Run(seed)
    try:
        run.go()
    finally:
        run.core.journal.close()
    return run
