"""Devices that are just there: nobody has announced them, and nobody waits for an answer."""

from dataclasses import replace
from typing import Any

import pytest

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.enqueue import reject
from client_device_associator.core.result import Reason, Result, Status
from support.engine_driver import EngineDriver
from support.values import SHARED, error_entries

TOPIC = "telemetry/a/1"


def see(driver: EngineDriver, *names: str, topic: str = TOPIC) -> Decision:
    """These are there."""
    announcements = [Announcement(name, topic, is_presence=True) for name in names]
    return driver.carry_out(lambda: driver.engine.announced(announcements, driver.now))


def test_a_device_that_is_there_is_associated(driver: EngineDriver) -> None:
    """And that is said; a receipt is not sent."""
    driver.reconfigure(replace(driver.policy, receipts=True))
    assert see(driver, "a").transient == ()
    driver.run()
    assert driver.durable() == [Result(TOPIC, Status.ASSOCIATED, "a")]


def test_repeats_are_nothing_at_all(driver: EngineDriver) -> None:
    """While it waits, on other topics as well, and when it is associated."""
    driver.announce(["b"])
    see(driver, "a")
    for name in ("a", "b"):
        assert see(driver, name, topic="telemetry/a/2") == Decision()
    driver.run()
    assert see(driver, "a", "b") == Decision()


def test_a_device_that_is_tried_again_is_not_reported_again(driver: EngineDriver) -> None:
    """Those who announce it are answered, as always."""
    see(driver, "a")
    driver.next_call()
    driver.answer(error_entries(("a", "Oops")))
    assert see(driver, "a") == Decision()
    (joined,) = driver.announce(["a"]).transient
    assert joined.status is Status.RETRYING


@pytest.mark.parametrize("setting", ["max_pending", "max_devices"])
def test_a_rejection_is_not_answered(driver: EngineDriver, setting: str) -> None:
    """It is there to be counted."""
    limits: dict[str, Any] = {setting: 1}
    driver.reconfigure(replace(driver.policy, **limits))
    decision = see(driver, "a", "b")
    assert decision.transient == ()
    (refused,) = decision.unanswered
    assert (refused.thing_name, refused.status) == ("b", Status.REJECTED)


def test_nor_is_one_because_of_the_disk() -> None:
    """Announcements beside it are answered."""
    asked, seen = Announcement("a", SHARED), Announcement("b", TOPIC, is_presence=True)
    decision = reject([asked, seen], Reason.STORAGE, "no room")
    assert [one.thing_name for one in decision.transient] == ["a"]
    assert [one.thing_name for one in decision.unanswered] == ["b"]
