"""Days that count, and devices that were silent on so many of them."""

import random
from dataclasses import replace

import pytest

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.answer import CallFailed, FailureCause, Listed, Succeeded
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.notices import SilentDevicesFound
from client_device_associator.core.operation import Operation
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import ROSTER_TOPIC, Result, Status
from client_device_associator.core.silence import (
    DAY_SECONDS,
    SAVE_SECONDS,
    SILENT,
    Silence,
    day_limit,
)
from client_device_associator.journal.journal import Journal
from support.engine_driver import EngineDriver
from support.fakes import FakeClock
from support.values import numbered, policy

HOUR = 3600.0
DAYS = 3


def silent_policy(**changes: object) -> Policy:
    """Devices that are silent for three days are disassociated, as many as there are."""
    chosen = {"silent_days": DAYS, "departures_dry_run": False, "departures_per_day": 1000}
    return policy(**{**chosen, **changes})


class Site:
    """A component that listens, hour by hour; its cloud answers unless it is out of reach.

    Attributes:
        reaches: Whether the cloud answers.
    """

    def __init__(self, driver: EngineDriver, settings: Policy) -> None:
        self.driver = driver
        self.reaches = True
        self.asleep = False
        driver.reconfigure(settings)
        self.listens(to_all=True)
        self.work()

    def listens(self, *, to_all: bool) -> None:
        """The subscriptions have changed."""
        self.driver.engine.listening(self.driver.now, to_all=to_all)

    def restart(self) -> None:
        """A new process on the same journal."""
        self.driver.restart()
        self.listens(to_all=True)

    def hear(self, *names: str) -> None:
        """These announce themselves, and are answered."""
        self.driver.announce(names)
        self.work()

    def pass_hours(self, hours: int, *heard: str, at_once: int = 1) -> None:
        """Time passes; these are heard once an hour, or once in so many hours."""
        for _ in range(0, hours, at_once):
            self.driver.seconds += at_once * HOUR
            self.hear(*heard)

    def pass_days(self, days: int, *heard: str) -> None:
        """The same, a day at a time."""
        self.pass_hours(24 * days, *heard)

    def work(self) -> None:
        """Does what is due now, with no time passing but what a batch waits for."""
        until = self.driver.seconds + 2 * self.driver.policy.max_wait_seconds
        while True:
            step = self.driver.step()
            if step.call is not None:
                down = CallFailed(FailureCause.UNAVAILABLE, "Down", "down")
                reply = Succeeded() if step.call.operation is not Operation.LIST else Listed(())
                self.driver.answer(reply if self.reaches else down)
            elif step.wake_at is None or step.wake_at > self.driver.now.steady:
                wake = step.wake_at
                if wake is None or wake - self.driver.now.steady + self.driver.seconds > until:
                    return
                self.driver.pass_until(wake)

    def left(self) -> list[str]:
        """Those who were disassociated, in order."""
        calls = [one for one in self.driver.calls if one.operation is Operation.DISASSOCIATE]
        return [name for call in calls for name in call.thing_names]


def test_a_device_that_was_silent_for_so_many_days_is_disassociated(driver: EngineDriver) -> None:
    """The day on which it was heard last does not count, nor does the one that goes on."""
    site = Site(driver, silent_policy())
    site.hear("quiet", "loud")
    site.pass_days(DAYS, "loud")
    assert site.left() == []
    site.pass_days(1, "loud")
    assert site.left() == ["quiet"]
    (said,) = [one for one in driver.durable() if one.topic == ROSTER_TOPIC]
    assert said == Result(ROSTER_TOPIC, Status.DISASSOCIATED, "quiet", announcement_id=SILENT)
    assert SilentDevicesFound(("quiet",), is_dry_run=False) in driver.notices


def test_one_that_comes_back_is_associated_again(driver: EngineDriver) -> None:
    """Like any other device."""
    site = Site(driver, silent_policy())
    site.hear("a", "loud")
    site.pass_days(DAYS + 1, "loud")
    site.hear("a")
    assert driver.journal.devices(["a"])["a"].state is DeviceState.ASSOCIATED


def test_days_without_the_cloud_do_not_count(driver: EngineDriver) -> None:
    """Nobody could have been associated on them."""
    site = Site(driver, silent_policy(trust_seconds=HOUR))
    site.hear("quiet", "loud")
    site.pass_days(1, "loud")
    site.reaches = False
    site.pass_days(10, "loud")
    assert site.left() == []


def test_days_on_which_nobody_is_heard_do_not_count(driver: EngineDriver) -> None:
    """A bridge that is down makes everybody silent."""
    site = Site(driver, silent_policy())
    site.hear("quiet")
    site.pass_days(30)
    assert site.left() == []


def test_time_without_subscriptions_does_not_count(driver: EngineDriver) -> None:
    """Half a day of listening each day makes a day of two."""
    site = Site(driver, silent_policy())
    site.hear("quiet", "loud")
    for _ in range(2 * DAYS + 1):
        site.listens(to_all=False)
        site.pass_hours(12)
        site.listens(to_all=True)
        site.pass_hours(12, "loud")
    assert site.left() == []
    site.pass_days(1, "loud")
    assert site.left() == ["quiet"]


def test_restarts_lose_an_hour_at_most(driver: EngineDriver) -> None:
    """What was counted is kept."""
    site = Site(driver, silent_policy())
    site.hear("quiet", "loud")
    for _ in range(DAYS + 1):
        site.pass_hours(13, "loud")
        site.restart()
        site.pass_hours(12, "loud")
    assert site.left() == ["quiet"]


def test_a_process_that_was_stopped_has_not_listened(driver: EngineDriver) -> None:
    """The steady clock went on, and messages wait somewhere, or are lost."""
    site = Site(driver, silent_policy())
    site.hear("quiet", "loud")
    for _ in range(20):
        driver.seconds += 23 * HOUR
        site.hear("loud")
    assert site.left() == []


@pytest.mark.parametrize("years", [-10.0, 10.0])
def test_a_clock_that_is_set_counts_no_day(driver: EngineDriver, years: float) -> None:
    """Neither while it runs, nor from one process to the next."""
    site = Site(driver, silent_policy())
    site.hear("quiet", "loud")
    site.pass_days(1, "loud")
    driver.wall_ahead += years * 365 * DAY_SECONDS
    site.pass_hours(1, "loud")
    driver.seconds += years * 365 * DAY_SECONDS
    site.restart()
    site.pass_days(DAYS - 1, "loud")
    assert site.left() == []
    site.pass_days(1, "loud")
    assert site.left() == ["quiet"]


def test_only_so_many_go_in_a_day(driver: EngineDriver) -> None:
    """The others on the next days; the default is a twentieth, and one at least."""
    site = Site(driver, silent_policy(departures_per_day=None))
    names = numbered(50, "quiet")
    site.hear(*names, "loud")
    site.pass_days(DAYS + 1, "loud")
    assert len(site.left()) == 2
    site.pass_days(1, "loud")
    assert len(site.left()) == 4
    assert (day_limit(policy(), 0), day_limit(policy(), 39), day_limit(policy(), 100)) == (1, 1, 5)
    assert day_limit(policy(departures_per_day=7), 1) == 7


def test_a_dry_run_reports_each_device_once(driver: EngineDriver) -> None:
    """And changes nothing."""
    site = Site(driver, silent_policy(departures_dry_run=True))
    site.hear("quiet", "loud")
    site.pass_days(2, "loud", "later")
    site.pass_days(DAYS + 5, "loud")
    assert site.left() == []
    found = [one for one in driver.notices if isinstance(one, SilentDevicesFound)]
    assert found == [
        SilentDevicesFound(("quiet",), is_dry_run=True),
        SilentDevicesFound(("later",), is_dry_run=True),
    ]


def test_what_somebody_else_has_associated_stays(driver: EngineDriver) -> None:
    """It is not ours to take away."""
    site = Site(driver, silent_policy())
    foreign = Device("foreign", DeviceState.ASSOCIATED, driver.now.steady, origin=Origin.FOREIGN)
    with driver.journal.transaction():
        driver.journal.store(replace(driver.engine.announced([], driver.now), devices=(foreign,)))
    site.pass_days(DAYS + 5, "loud")
    assert site.left() == []


def test_since_it_was_turned_on_and_not_before(driver: EngineDriver) -> None:
    """What was heard while nobody noted it counts for nothing, nor does the silence then."""
    site = Site(driver, silent_policy())
    site.hear("a", "loud")
    site.pass_days(2, "loud")
    driver.reconfigure(policy())
    site.pass_days(20, "loud", "a")
    driver.reconfigure(silent_policy())
    site.pass_hours(1, "loud")
    site.pass_days(DAYS, "loud")
    assert site.left() == []
    site.pass_days(1, "loud")
    assert site.left() == ["a"]


def test_a_device_is_noted_once_a_day(driver: EngineDriver) -> None:
    """Flash wears out: repeats write nothing, but for the first one of each day."""
    site = Site(driver, silent_policy())
    site.hear("a")
    assert not driver.announce(["a"]).stores
    site.pass_days(1, "loud")
    assert driver.announce(["a"]).stores
    assert not driver.announce(["a"]).stores


def test_rules_do_not_keep_a_silent_device(driver: EngineDriver) -> None:
    """They say who may come."""
    site = Site(driver, silent_policy())
    site.hear("quiet", "loud")
    site.pass_days(DAYS, "loud")
    gone = Announcement("quiet", ROSTER_TOPIC, leaves=True)
    assert driver.policy.gate.why_not(gone) is None
    site.pass_days(1, "loud")
    assert site.left() == ["quiet"]


def test_turned_off_nothing_is_stored_and_nothing_waited_for(journal: Journal) -> None:
    """It costs nothing unless somebody wants it."""
    silence = Silence(policy(), journal)
    clock = FakeClock()
    silence.heard()
    silence.reached()
    silence.listening(clock.now(), to_all=True)
    step = silence.step(clock.now())
    assert (step.decided, step.wake_at) == (None, None)
    silence.reconfigure(silent_policy())
    assert silence.step(clock.now()).decided is not None
    step = silence.step(clock.now())
    assert step.wake_at == clock.now().steady + SAVE_SECONDS


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
