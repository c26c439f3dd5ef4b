"""Days that count, and devices that were silent on so many of them."""

from dataclasses import replace

import pytest

from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.notices import SilentDevicesFound
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
from support.gates import Doorkeeper
from support.site import DAYS, HOUR, Site, silent_policy
from support.values import numbered, policy


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
    site.restart()
    site.pass_days(DAYS, "loud")
    assert site.left() == []
    site.pass_days(1, "loud")
    assert site.left() == ["a"]


def test_a_dry_run_since_it_was_turned_on(driver: EngineDriver) -> None:
    """Who was heard last before that is reported, once, when the days since then are enough."""
    site = Site(driver, silent_policy())
    site.hear("a", "loud")
    site.pass_days(2, "loud")
    driver.reconfigure(policy())
    driver.step()
    driver.reconfigure(silent_policy(departures_dry_run=True))
    site.pass_days(DAYS + 3, "loud")
    found = [one for one in driver.notices if isinstance(one, SilentDevicesFound)]
    assert found == [SilentDevicesFound(("a",), is_dry_run=True)]


def test_while_it_is_off_nothing_is_noted(driver: EngineDriver) -> None:
    """Nor is what was noted before taken back: that would be a write for each device."""
    long = 100 * DAY_SECONDS
    site = Site(driver, silent_policy(trust_seconds=long))
    for name in ("first", "a"):
        site.hear(name)
        site.pass_days(1, "first")
    driver.reconfigure(policy(trust_seconds=long))
    assert not driver.announce(["a"]).stores


def test_a_device_is_noted_once_a_day(driver: EngineDriver) -> None:
    """Flash wears out: repeats write nothing, but for the first one of each day."""
    site = Site(driver, silent_policy())
    site.hear("a")
    assert not driver.announce(["a"]).stores
    site.pass_days(1, "loud")
    assert driver.announce(["a"]).stores
    assert not driver.announce(["a"]).stores


def test_a_device_that_is_trusted_is_heard_all_the_same(driver: EngineDriver) -> None:
    """It waits for no call, and is there."""
    site = Site(driver, silent_policy(trust_seconds=100 * DAY_SECONDS))
    site.hear("a")
    for day in range(DAYS + 2):
        site.hear(f"new-{day}")  # or the cloud would not be reached
        site.pass_days(1, "a")
    assert "new-0" in site.left()
    assert "a" not in site.left()


def test_rules_do_not_keep_a_silent_device(driver: EngineDriver) -> None:
    """They say who may come."""
    site = Site(driver, silent_policy())
    site.hear("quiet", "loud")
    driver.reconfigure(silent_policy(gate=Doorkeeper(names=("quiet",))))
    site.pass_days(DAYS + 1, "loud")
    assert site.left() == ["quiet"]


def test_hours_are_stored_with_nothing_else_to_do(driver: EngineDriver) -> None:
    """The engine wakes for it."""
    Site(driver, silent_policy())
    assert driver.step().wake_at == driver.now.steady + SAVE_SECONDS


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
