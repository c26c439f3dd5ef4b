"""All runs of `make fleet`."""

from fleet.fleet import Setting
from fleet.policies import AFTER, BEFORE, FRONTIER, FRONTIER_SCALE, TOLD
from fleet.quota import Manners
from fleet.scenarios import DAILY, DEPLOYMENT, MAD, OUTAGE, POWER_CUT

CORES = 10_000
RATES = (10.0, 50.0, 200.0)
"""Calls a second. AWS does not publish the quota. 10 is what other control plane calls of
AWS IoT are given and is a quarter of an hour for such a fleet; 50 is in between; with 200 the crowd
is over in less than a minute."""

ONE_RATE = 50.0
ALL = (BEFORE, AFTER, TOLD)


def settings() -> list[Setting]:
    """The longest first, so that two processors end at about the same time.

    One device for each core device, but for one run: up to 100 are one call all the same, and the
    runs would take ten times as long.
    """
    whole = [Setting(POWER_CUT, ONE_RATE, AFTER, cores=CORES, devices=100)]
    runs = [
        Setting(scenario, rate, policy, cores=CORES, devices=1)
        for scenario in (OUTAGE, POWER_CUT, DEPLOYMENT)
        for rate in RATES
        for policy in ALL
    ]
    manners = [
        Setting(POWER_CUT, ONE_RATE, policy, one, cores=CORES, devices=1)
        for one in (Manners.NEXT_SECOND, Manners.OWN_TURN)
        for policy in ALL
    ]
    mad = [
        Setting(MAD, rate, policy, cores=CORES, devices=1)
        for rate in RATES[:2]
        for policy in (BEFORE, AFTER)
    ]
    daily = [Setting(DAILY, ONE_RATE, policy, cores=CORES, devices=1) for policy in ALL]
    frontier = [
        Setting(
            POWER_CUT,
            rate / FRONTIER_SCALE,
            policy,
            cores=CORES // FRONTIER_SCALE,
            devices=1,
        )
        for policy in FRONTIER
        for rate in RATES
    ]
    return [*whole, *runs, *manners, *mad, *daily, *frontier]
