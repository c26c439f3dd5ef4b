"""What happens to a fleet."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import count

from client_device_associator.core.announcement import Announcement
from fleet.fleet import DAY_SECONDS, TOPIC, Fleet, Setting
from fleet.measures import Measures
from fleet.world import START

POWER_CUT, OUTAGE, DEPLOYMENT = "power cut", "outage", "deployment"
MAD, DAILY = "one gone mad", "daily list"

HOUR_SECONDS = 3600.0
BOOT_SECONDS = 5.0
"""Within this time all core devices are up after a power cut: much closer together than real ones,
which makes it harder."""

LONGEST_SECONDS = 4 * HOUR_SECONDS
ROLLOUT_PER_SECOND = 1000 / 60
"""Core devices that get a deployment: AWS IoT jobs start 1,000 a minute unless told otherwise."""

MAD_SECONDS = 120.0
MAD_BATCH, MAD_BACKLOG, MAD_EVERY_SECONDS = 100, 300, 0.05
LOAD = 0.5
"""Of the quota, that all others together need while one is mad."""


def power_cut(setting: Setting) -> Measures:
    """Everybody is back at once; journals are a day old, so that each needs a call."""
    fleet = Fleet(setting)

    def back() -> None:
        one = fleet.start(fleet.yesterday, listed_at=-DAY_SECONDS / 2)
        later = fleet.world.now + fleet.rng.uniform(0, 1)
        fleet.world.at(later, partial(one.announce, fleet.announcements))

    for _ in range(setting.cores):
        fleet.world.at(fleet.rng.uniform(0, BOOT_SECONDS), back)
    fleet.daily_lists()
    fleet.world.run(LONGEST_SECONDS, fleet.all_are_in)
    return fleet.measures(fleet.entered, 0.0, setting.cores / setting.rate)


def outage(setting: Setting) -> Measures:
    """The region is away for an hour; in its first ten minutes each core device gets new ones."""
    fleet = Fleet(setting)
    ends = DAY_SECONDS + HOUR_SECONDS
    fleet.account.away = (DAY_SECONDS, ends)

    def begin() -> None:
        one = fleet.start({})
        later = DAY_SECONDS + fleet.rng.uniform(0, HOUR_SECONDS / 6)
        fleet.world.at(later, partial(one.announce, fleet.announcements))

    # They have started at some time of the day before, so that their lists are due at some time.
    for _ in range(setting.cores):
        fleet.world.at(fleet.rng.uniform(0, DAY_SECONDS), begin)
    fleet.daily_lists(DAY_SECONDS)
    fleet.world.run(DAY_SECONDS - 1, lambda: False)
    fleet.reset()
    fleet.world.run(ends + LONGEST_SECONDS, fleet.all_are_in)
    return fleet.measures(fleet.entered, ends, setting.cores / setting.rate)


def deployment(setting: Setting) -> Measures:
    """The component comes to core devices that did not have it, as fast as jobs do that."""
    fleet = Fleet(setting)

    def begin() -> None:
        one = fleet.start({})
        later = fleet.world.now + fleet.rng.uniform(0, 1)
        fleet.world.at(later, partial(one.announce, fleet.announcements))

    rollout = setting.cores / ROLLOUT_PER_SECOND
    for index in range(setting.cores):
        fleet.world.at(index / ROLLOUT_PER_SECOND, begin)
    fleet.daily_lists()
    fleet.world.run(LONGEST_SECONDS, fleet.all_are_in)
    return fleet.measures(fleet.entered, 0.0, max(rollout, setting.cores / setting.rate))


def one_gone_mad(setting: Setting) -> Measures:
    """One core device always has new devices; the others now and then get one each."""
    fleet = Fleet(setting)
    fleet.policy = replace(fleet.policy, reconcile_seconds=0.0)
    others = [fleet.start({}) for _ in range(setting.cores - 1)]
    mad = fleet.mad = fleet.start({})
    fleet.cores = others
    names = (f"new-{index}" for index in count())

    def torment() -> None:
        if mad.pending < MAD_BACKLOG:
            mad.announce([Announcement(next(names), TOPIC) for _ in range(MAD_BATCH)])
        fleet.world.at(fleet.world.now + MAD_EVERY_SECONDS, torment)

    def one_more() -> None:
        fleet.rng.choice(others).announce([Announcement(next(names), TOPIC)])
        wait = fleet.rng.expovariate(LOAD * setting.rate)
        fleet.world.at(fleet.world.now + wait, one_more)

    fleet.world.at(0.0, one_more)
    fleet.world.at(0.0, torment)
    fleet.world.run(MAD_SECONDS, lambda: False)
    measures = fleet.measures(fleet.waited, 0.0, 0.0)
    return replace(measures, mad_calls=mad.calls, mad_throttled=mad.throttled)


def daily_list(setting: Setting) -> Measures:
    """A day after all have started together, everybody lists; client device auth does at once."""
    fleet = Fleet(setting)
    rested = {name: replace(one, since=START) for name, one in fleet.yesterday.items()}

    def back() -> None:
        fleet.start(rested, listed_at=-DAY_SECONDS)
        fleet.auth.list_at(fleet.world.now + DAY_SECONDS)

    for _ in range(setting.cores):
        fleet.world.at(fleet.rng.uniform(0, BOOT_SECONDS), back)
    # Within a quarter of a day every list of the start has come, and no other.
    fleet.world.run(DAY_SECONDS / 4, lambda: False)
    fleet.reset()
    fleet.world.run(1.4 * DAY_SECONDS, lambda: len(fleet.listed) >= setting.cores)
    return fleet.measures(fleet.listed, 0.0, 0.0)


SCENARIOS: Mapping[str, Callable[[Setting], Measures]] = {
    POWER_CUT: power_cut,
    OUTAGE: outage,
    DEPLOYMENT: deployment,
    MAD: one_gone_mad,
    DAILY: daily_list,
}
