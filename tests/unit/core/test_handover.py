"""Devices that go from one core device to another, as one of the two sees it."""

from dataclasses import replace

import pytest

from client_device_associator.core.device import Origin
from client_device_associator.core.handover import (
    HANDOVER,
    MAX_REMEMBERED,
    MOST_AT_ONCE,
    Claim,
    Handover,
)
from client_device_associator.core.life import DeviceState
from client_device_associator.core.notices import DevicesLetGo
from client_device_associator.core.result import ROSTER_TOPIC, Result, Status
from support.engine_driver import EngineDriver
from support.handover import DAY, ELSEWHERE, GRACE, handing_over, store_device
from support.site import Site
from support.values import START, announcements, moment, numbered


def site_with(driver: EngineDriver, *names: str, **changes: object) -> Site:
    """A component that has associated these a day ago."""
    site = Site(driver, handing_over(**changes))
    site.hear(*names)
    driver.seconds += DAY
    site.work()
    driver.restart()
    site.listens(to_all=True)
    return site


def claim(site: Site, *names: str, heard_at: float | None = None) -> None:
    """Another core device has heard these now, and associated them."""
    driver = site.driver
    at = driver.now.wall if heard_at is None else heard_at
    claims = [Claim(name, ELSEWHERE, at) for name in names]
    driver.carry_out(lambda: driver.engine.claimed(claims, driver.now))
    site.work()


def claimed_at(driver: EngineDriver, name: str) -> float | None:
    """When its time of grace has begun."""
    return driver.journal.devices([name])[name].claimed_at


def test_a_device_that_has_moved_is_let_go_after_the_time_of_grace(driver: EngineDriver) -> None:
    """And not before; the roster's topic hears of it."""
    site = site_with(driver, "lamp", "fan")
    claim(site, "lamp")
    driver.seconds += GRACE - 60
    site.work()
    assert site.left() == []
    driver.seconds += 60
    site.work()
    assert site.left() == ["lamp"]
    left = Result(ROSTER_TOPIC, Status.DISASSOCIATED, "lamp", announcement_id=HANDOVER)
    assert left in driver.durable()
    assert DevicesLetGo(("lamp",)) in driver.notices


def test_the_component_wakes_up_for_it(driver: EngineDriver) -> None:
    """No event comes when the time of grace is over."""
    site = site_with(driver, "lamp")
    claim(site, "lamp")
    assert driver.step().wake_at == driver.now.steady + GRACE


def test_a_device_that_is_heard_again_stays_with_both(driver: EngineDriver) -> None:
    """It is noted once; further announcements write nothing."""
    site = site_with(driver, "lamp")
    claim(site, "lamp")
    driver.seconds += GRACE / 2
    assert driver.announce(["lamp"]).devices != ()
    assert driver.announce(["lamp"]).devices == ()
    driver.seconds += DAY
    site.work()
    assert site.left() == []


def test_a_device_that_was_heard_lately_stays(driver: EngineDriver) -> None:
    """Although it was associated long ago, and no announcement since was written down."""
    site = site_with(driver, "lamp")
    driver.announce(["lamp"])
    claim(site, "lamp")
    assert claimed_at(driver, "lamp") is None


def test_what_another_process_has_heard_is_not_known(driver: EngineDriver) -> None:
    """Then the device has the time of grace to be heard."""
    site = site_with(driver, "lamp")
    driver.announce(["lamp"])
    driver.restart()
    claim(site, "lamp")
    assert claimed_at(driver, "lamp") == driver.now.steady


def test_a_departure_is_no_sign_of_presence(driver: EngineDriver) -> None:
    """It is the opposite."""
    handover = Handover(handing_over(), driver.journal)
    (left,) = announcements(["lamp"])
    handover.heard([replace(left, leaves=True)], moment(DAY))
    store_device(driver.journal, "lamp", DeviceState.ASSOCIATED)
    decision = handover.claimed([Claim("lamp", ELSEWHERE, START + DAY)], moment(DAY))
    assert [one.thing_name for one in decision.devices] == ["lamp"]


@pytest.mark.parametrize("state", [one for one in DeviceState if one is not DeviceState.UNKNOWN])
def test_only_a_device_that_is_associated_can_go(driver: EngineDriver, state: DeviceState) -> None:
    """One that waits to be associated was heard here; the others are gone."""
    store_device(driver.journal, "lamp", state)
    handover = Handover(handing_over(), driver.journal)
    decision = handover.claimed([Claim("lamp", ELSEWHERE, START + DAY)], moment(DAY))
    assert bool(decision.devices) is (state is DeviceState.ASSOCIATED)


def test_what_a_person_has_associated_is_not_touched(driver: EngineDriver) -> None:
    """Nor is a device of which nothing is known here."""
    store_device(driver.journal, "lamp", DeviceState.ASSOCIATED, Origin.FOREIGN)
    handover = Handover(handing_over(), driver.journal)
    claims = [Claim(name, ELSEWHERE, START + DAY) for name in ("lamp", "unknown")]
    assert not handover.claimed(claims, moment(DAY)).stores


def test_a_second_claim_does_not_put_it_off(driver: EngineDriver) -> None:
    """Nor does it write anything."""
    site = site_with(driver, "lamp")
    claim(site, "lamp")
    before = claimed_at(driver, "lamp")
    driver.seconds += 60
    claim(site, "lamp")
    assert claimed_at(driver, "lamp") == before


def test_a_core_device_that_is_deaf_lets_nobody_go(driver: EngineDriver) -> None:
    """The time of grace begins again when it listens to all its topics."""
    site = site_with(driver, "lamp")
    claim(site, "lamp")
    driver.seconds += GRACE / 2
    site.listens(to_all=False)
    driver.seconds += DAY
    site.work()
    assert site.left() == []
    site.listens(to_all=True)
    driver.seconds += GRACE - 60
    site.listens(to_all=True)
    site.work()
    assert site.left() == []
    driver.seconds += 60
    site.work()
    assert site.left() == ["lamp"]


def test_a_new_process_has_heard_nobody_yet(driver: EngineDriver) -> None:
    """The device has the whole time of grace again."""
    site = site_with(driver, "lamp")
    claim(site, "lamp")
    driver.seconds += GRACE
    site.restart()
    site.work()
    assert site.left() == []
    driver.seconds += GRACE
    site.work()
    assert site.left() == ["lamp"]


def test_a_clock_that_was_set_back_keeps_nobody_for_ever(driver: EngineDriver) -> None:
    """A moment that was stored means nothing to the next process."""
    site = site_with(driver, "lamp")
    claim(site, "lamp")
    driver.seconds -= 365 * DAY
    driver.journal.recover(driver.now.steady, 300.0)
    site.restart()
    driver.seconds += GRACE
    site.work()
    assert site.left() == ["lamp"]


def test_it_can_be_turned_off_at_any_time(driver: EngineDriver) -> None:
    """Then nothing is claimed, noted or let go."""
    site = site_with(driver, "lamp", "fan")
    claim(site, "lamp")
    driver.reconfigure(handing_over(grace_seconds=None))
    claim(site, "fan")
    assert claimed_at(driver, "fan") is None
    driver.seconds += DAY
    site.work()
    assert site.left() == []
    assert driver.step().wake_at is None


def test_what_was_heard_before_it_was_turned_off_does_not_count_later(
    driver: EngineDriver,
) -> None:
    """Nothing was noted in between."""
    store_device(driver.journal, "lamp", DeviceState.ASSOCIATED)
    handover = Handover(handing_over(), driver.journal)
    handover.heard(announcements(["lamp"]), moment(2 * DAY))
    handover.reconfigure(handing_over(grace_seconds=None))
    handover.heard(announcements(["lamp"]), moment(2 * DAY))
    handover.reconfigure(handing_over())
    assert handover.claimed([Claim("lamp", ELSEWHERE, START + DAY)], moment(2 * DAY)).devices


def test_other_settings_forget_nothing(driver: EngineDriver) -> None:
    """A deployment may come at any time."""
    store_device(driver.journal, "lamp", DeviceState.ASSOCIATED)
    handover = Handover(handing_over(), driver.journal)
    handover.heard(announcements(["lamp"]), moment(DAY))
    handover.reconfigure(handing_over(max_batch=1))
    assert not handover.claimed([Claim("lamp", ELSEWHERE, START + DAY)], moment(DAY)).devices


def test_a_shorter_time_of_grace_counts_at_once(driver: EngineDriver) -> None:
    """For those whose time goes on as well."""
    site = site_with(driver, "lamp")
    claim(site, "lamp")
    driver.seconds += 60
    driver.reconfigure(handing_over(grace_seconds=60))
    site.work()
    assert site.left() == ["lamp"]


def test_a_fleet_that_moves_is_let_go_in_portions(driver: EngineDriver) -> None:
    """Announcements do not wait for all of it."""
    names = numbered(2 * MOST_AT_ONCE + 1)
    site = site_with(driver, *names)
    claim(site, *names)
    driver.seconds += GRACE
    site.work()
    assert sorted(site.left()) == names
    sizes = [len(one.thing_names) for one in driver.notices if isinstance(one, DevicesLetGo)]
    assert sizes == [MOST_AT_ONCE, MOST_AT_ONCE, 1]


def test_what_is_remembered_is_bounded(driver: EngineDriver) -> None:
    """Those heard longest ago are forgotten first, however often they were heard."""
    names = numbered(MAX_REMEMBERED + 1)
    for name in names[:2]:
        store_device(driver.journal, name, DeviceState.ASSOCIATED)
    handover = Handover(handing_over(), driver.journal)
    handover.heard(announcements(names[:-1]), moment(DAY))
    handover.heard(announcements(names[:1]), moment(DAY))
    handover.heard(announcements(names[-1:]), moment(DAY))
    claims = [Claim(name, ELSEWHERE, START + DAY) for name in names[:2]]
    (forgotten,) = handover.claimed(claims, moment(DAY)).devices
    assert forgotten.thing_name == names[1]


def test_devices_are_remembered_for_as_long_as_they_may_move(driver: EngineDriver) -> None:
    """Although what is believed of them has expired."""
    site = site_with(driver, "lamp", trust_seconds=60.0)
    site.hear("fan")
    assert set(driver.journal.devices(["lamp", "fan"])) == {"lamp", "fan"}
