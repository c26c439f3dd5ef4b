"""A year of days of every kind."""

import random

from client_device_associator.core.life import DeviceState
from client_device_associator.core.silence import DAY_SECONDS
from client_device_associator.journal.journal import Journal
from support.engine_driver import EngineDriver
from support.site import HOUR, Site, silent_policy
from support.values import numbered

TROUBLES = ("", "", "", "", "outage", "restart", "deaf", "jump", "stopped")
"""What a day brings; on the first four kinds of days nothing."""

MARGIN = 2
"""Days by which a day of the component and one of the calendar may be apart."""


def test_a_year_with_outages_restarts_and_clocks_that_jump(journal: Journal) -> None:
    """Exactly those leave who were silent for so many of the days that count."""
    rng = random.Random(2026)
    driver = EngineDriver(journal)
    days, counted = 10, 0
    site = Site(driver, silent_policy(silent_days=days, trust_seconds=6 * HOUR))
    names = numbered(40)
    heard_on = dict.fromkeys(names, 0)
    talks = {name: rng.choice([0.0, 0.02, 0.1, 0.5]) for name in names}
    site.hear("loud", *names)
    for _ in range(365):
        trouble = rng.choice(TROUBLES)
        if trouble == "stopped":
            driver.seconds += DAY_SECONDS
            continue
        site.reaches = trouble != "outage"
        site.listens(to_all=trouble != "deaf")
        spoke = [name for name in names if rng.random() < talks[name]]
        if trouble == "deaf":
            site.pass_hours(24, at_once=2)
            continue
        site.pass_hours(12, "loud", at_once=2)
        site.hear(*spoke)
        site.pass_hours(12, "loud", at_once=2)
        heard_on.update(dict.fromkeys(spoke, counted))
        counted += trouble != "outage"
        if trouble == "jump":
            driver.wall_ahead += rng.choice([-3, 3]) * 365 * DAY_SECONDS
            driver.seconds += 3 * 365 * DAY_SECONDS
        if trouble in ("jump", "restart"):
            site.restart()
    site.reaches = True
    site.pass_hours(1, "loud")
    here = {
        name
        for name, device in journal.devices(names).items()
        if device.state is DeviceState.ASSOCIATED
    }
    silent = {name for name in names if counted - heard_on[name] > days + MARGIN}
    present = {name for name in names if counted - heard_on[name] < days - MARGIN}
    assert present <= here
    assert not silent & here
    assert min(len(silent), len(present)) > 5
    assert counted > 150
