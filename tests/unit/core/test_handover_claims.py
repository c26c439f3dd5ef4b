"""Whom a core device tells others that it has associated."""

from dataclasses import replace

from client_device_associator.core.answer import Succeeded
from client_device_associator.core.bus import Bus
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Result, Status
from client_device_associator.journal.owed import DurableResult
from support.engine_driver import EngineDriver
from support.site import HOUR
from support.values import START, announcements, error_entries, policy


def handing_over() -> Policy:
    """Devices are handed over."""
    return policy(grace_seconds=HOUR)


def test_a_core_device_claims_whom_it_has_associated(driver: EngineDriver) -> None:
    """With the moment at which it heard the device, and not that of the answer."""
    driver.reconfigure(handing_over())
    heard_at = driver.now.wall
    driver.announce(["lamp", "odd"])
    driver.seconds += HOUR
    driver.wall_ahead = 5.0
    driver.next_call()
    driver.answer(error_entries(("odd", "ConflictException")))
    claims = {one.result.thing_name: one.result for one in _claims(driver)}
    assert set(claims) == {"lamp", "odd"}
    assert claims["lamp"] == Result(
        "", Status.ASSOCIATED, "lamp", bus=Bus.IOT_CORE, heard_at=heard_at + 5.0
    )


def test_it_does_not_claim_whom_it_has_not_heard(driver: EngineDriver) -> None:
    """A back end enrols devices at several core devices; and who leaves is not claimed."""
    driver.reconfigure(handing_over())
    enrolled = [replace(one, bus=Bus.IOT_CORE) for one in announcements(["lamp"])]
    driver.carry_out(lambda: driver.engine.announced(enrolled, driver.now))
    driver.depart(["fan"])
    driver.run()
    assert _claims(driver) == []


def test_it_claims_nobody_unless_devices_are_handed_over(driver: EngineDriver) -> None:
    """It is off by default."""
    driver.announce(["lamp"])
    driver.next_call()
    driver.answer(Succeeded())
    assert _claims(driver) == []


def _claims(driver: EngineDriver) -> list[DurableResult]:
    unsent = driver.journal.unsent(START * 2, 100, bus=Bus.IOT_CORE)
    return [one for one in unsent if one.result.is_claim]
