"""A fleet in one account, and what is noted while time passes."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.roster import LISTED_AT
from fleet.account import Account
from fleet.client_device_auth import ClientDeviceAuth
from fleet.core_device import CoreDevice, News
from fleet.measures import Measures, curve_of, jain, quantile, rate_of
from fleet.policies import policy_of
from fleet.quota import Manners, Quota
from fleet.world import START, World

DAY_SECONDS = 86_400.0
TOPIC = "clientdevices/announce"


@dataclass(frozen=True, slots=True)
class Setting:
    """What one run is about.

    Attributes:
        scenario: Its name.
        rate: Calls a second that the account may make.
        policy: How core devices wait, see `policies`.
        manners: What a 429 says.
        cores: How many.
        devices: Of each.
        seed: Of all randomness.
    """

    scenario: str
    rate: float
    policy: str
    manners: Manners = Manners.SILENT
    cores: int = 10_000
    devices: int = 100
    seed: int = 1


@dataclass
class Fleet:
    """Core devices in one account.

    Attributes:
        entered: When each core device got its last result; seconds.
        waited: How long each had waited for it, from its first announcement on.
        listed: When each list came.
        mad: One that is left out of all that is noted.
    """

    setting: Setting
    entered: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    listed: list[float] = field(default_factory=list)
    cores: list[CoreDevice] = field(default_factory=list)
    mad: CoreDevice | None = None

    def __post_init__(self) -> None:
        setting = self.setting
        self.rng = random.Random(f"{setting.seed}/fleet")
        self.world = World()
        self.names = tuple(f"device-{index:03}" for index in range(setting.devices))
        quota = Quota(setting.rate, setting.manners)
        self.account = Account(self.world, self.rng, quota)
        self.auth = ClientDeviceAuth(self.world, self.account, self.rng)
        self.policy = policy_of(setting.policy, setting.cores, setting.rate)

    @cached_property
    def announcements(self) -> Sequence[Announcement]:
        """All devices of a core device, announced."""
        return [Announcement(name, TOPIC) for name in self.names]

    @cached_property
    def yesterday(self) -> Mapping[str, Device]:
        """A journal that knows all devices, and has not heard of them for a day."""
        since = START - DAY_SECONDS
        return {
            name: Device(name, DeviceState.ASSOCIATED, since, origin=Origin.OURS)
            for name in self.names
        }

    def start(self, known: Mapping[str, Device], listed_at: float | None = None) -> CoreDevice:
        """A core device starts now."""
        facts = {} if listed_at is None else {LISTED_AT: START + listed_at}
        seed = f"{self.setting.seed}/{len(self.cores)}"
        one = CoreDevice(
            self.world,
            self.account,
            self.policy,
            seed=seed,
            known=known,
            facts=facts,
            told=self._told,
        )
        self.cores.append(one)
        one.turn()
        return one

    def daily_lists(self, after: float = 0.0) -> None:
        """Client device auth lists once on each core device, at any time of the day after this."""
        for _ in range(self.setting.cores):
            self.auth.list_at(after + self.rng.uniform(0, DAY_SECONDS))

    def reset(self) -> None:
        """What is measured begins now."""
        for one in self.cores:
            one.calls = one.throttled = one.lists = 0
        self.entered.clear()
        self.waited.clear()
        self.listed.clear()
        self.account.restart()

    def all_are_in(self) -> bool:
        """Whether every core device has its results."""
        return len(self.entered) >= self.setting.cores

    def measures(self, times: Sequence[float], zero: float, bound: float) -> Measures:
        """Sums up.

        Args:
            times: What is measured, in seconds; when core devices had their results, or the like.
            zero: From when on they count.
            bound: See `Measures`.
        """
        setting = self.setting
        times = sorted(at - zero for at in times)
        last = times[-1]
        end = 1.05 * last
        calls = [one.calls for one in self.cores]
        return Measures(
            scenario=setting.scenario,
            rate=setting.rate,
            manners=setting.manners.value,
            policy=setting.policy,
            cores=setting.cores,
            devices=setting.devices,
            bound=bound,
            last=last,
            most=quantile(times, 0.99),
            median=quantile(times, 0.5),
            calls=sum(calls),
            throttled=sum(one.throttled for one in self.cores),
            fewest_calls=min(calls),
            most_calls=max(calls),
            fairness=jain(calls),
            lists=sum(one.lists for one in self.cores),
            auth_missed=self.auth.missed,
            curve=curve_of(times, end),
            refusals=rate_of([at - zero for at in self.account.throttled], end),
        )

    def _told(self, one: CoreDevice, news: News) -> None:
        if one is self.mad:
            return
        if news is News.LISTED:
            self.listed.append(self.world.now)
        else:
            self.entered.append(self.world.now)
            self.waited.append(self.world.now - (one.announced_at or 0.0))
