"""Devices that move between core devices whose clocks are wrong."""

import pytest

from client_device_associator.core.handover import CLOCKS_DIFFER_SECONDS, Claim, Handover
from client_device_associator.core.life import DeviceState
from support.engine_driver import EngineDriver
from support.handover import DAY, ELSEWHERE, handing_over, store_device
from support.site import HOUR
from support.values import START, announcements, moment


@pytest.mark.parametrize(("later", "begins"), [(0.0, False), (1.0, True)])
def test_clocks_of_two_core_devices_may_differ(
    driver: EngineDriver,
    later: float,
    begins: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Both have heard the device at about the same time: then neither lets it go."""
    store_device(driver.journal, "lamp", DeviceState.ASSOCIATED)
    handover = Handover(handing_over(), driver.journal)
    heard_at = START + CLOCKS_DIFFER_SECONDS + later
    decision = handover.claimed([Claim("lamp", ELSEWHERE, heard_at)], moment(DAY))
    assert bool(decision.devices) is begins


def test_a_clock_that_was_set_meanwhile_is_no_difference(driver: EngineDriver) -> None:
    """The moments of the journal are read by the wall clock as it is now."""
    year = 365 * DAY
    store_device(driver.journal, "lamp", DeviceState.ASSOCIATED)
    handover = Handover(handing_over(), driver.journal)
    now = moment(HOUR, wall_ahead=year)
    same_time = Claim("lamp", ELSEWHERE, START + year)
    assert handover.claimed([same_time], now).devices == ()
    later = Claim("lamp", ELSEWHERE, START + year + HOUR)
    assert handover.claimed([later], now).devices != ()


def test_what_was_stored_ahead_of_the_time_says_nothing(driver: EngineDriver) -> None:
    """The clock was set back between two processes: the device has the time of grace."""
    store_device(driver.journal, "lamp", DeviceState.ASSOCIATED)
    handover = Handover(handing_over(), driver.journal)
    year_before = moment(-365 * DAY)
    claims = [Claim("lamp", ELSEWHERE, year_before.wall)]
    assert handover.claimed(claims, year_before).devices != ()
    handover.heard(announcements(["lamp"]), year_before)
    assert handover.claimed(claims, year_before).devices == ()
