"""Departures that are given up: who was associated before is so still, as far as is known."""

from dataclasses import replace

import pytest

from client_device_associator.core.answer import ValidationFailed
from client_device_associator.core.device import Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Reason, Status
from client_device_associator.journal.send_order import RANK_0
from support.engine_driver import LEAVE, EngineDriver
from support.gates import Doorkeeper
from support.journal_files import connection
from support.lists import DAY, OLD, answer_list, associate, differences, known
from support.site import DAYS, Site, silent_policy
from support.values import announcements, policy


def refuse(driver: EngineDriver, *names: str) -> None:
    """The cloud does not let these go."""
    driver.depart(names)
    for _ in names:
        call = driver.next_call()
        assert call.operation is Operation.DISASSOCIATE
        driver.answer(ValidationFailed("no"))


def test_its_place_is_kept(driver: EngineDriver) -> None:
    """Its departure has failed, so it counts for the limit as it did before."""
    driver.reconfigure(policy(max_devices=1))
    driver.announce(["a"])
    driver.run()
    refuse(driver, "a")
    failed = driver.durable()[-1]
    assert (failed.topic, failed.status, failed.attempts) == (LEAVE, Status.FAILED, 1)
    assert (failed.code, failed.message) == ("ValidationException", "no")
    (rejected,) = driver.announce(["b"]).transient
    assert (rejected.status, rejected.code) == (Status.REJECTED, Reason.NOT_ADMITTED.value)
    driver.depart(["a"])
    driver.run()
    driver.announce(["b"])
    driver.run()
    assert known(driver, "b") == {"b": DeviceState.ASSOCIATED}


def test_its_result_is_of_the_lane_of_the_departure(driver: EngineDriver) -> None:
    """It is associated as before, and what its announcer hears has its turn."""
    associate(driver, "a")
    driver.say([replace(one, leaves=True, lane="departures.x") for one in announcements(["a"])])
    driver.next_call()
    driver.answer(ValidationFailed("no"))
    rows = connection(driver.journal).execute("SELECT send_at FROM owed").fetchall()
    # The first of its lane, as that of the announcement was the first of another.
    assert rows == [(RANK_0,), (RANK_0,)]


def test_one_that_was_not_associated_takes_no_place(driver: EngineDriver) -> None:
    """Otherwise departures of anybody would keep devices out."""
    driver.reconfigure(policy(max_devices=1))
    refuse(driver, "stranger")
    assert known(driver, "stranger") == {"stranger": DeviceState.FAILED}
    driver.announce(["b"])
    driver.run()
    assert known(driver, "b") == {"b": DeviceState.ASSOCIATED}


def test_one_whose_departure_is_not_admitted_any_more_stays(driver: EngineDriver) -> None:
    """Nobody was called for it."""
    driver.announce(["a"])
    driver.run()
    driver.depart(["a"])
    driver.reconfigure(replace(driver.policy, gate=Doorkeeper(["a"])))
    assert driver.run() == []
    assert driver.durable()[-1].status is Status.REJECTED
    assert known(driver, "a") == {"a": DeviceState.ASSOCIATED}


@pytest.mark.parametrize("times", [1, 2])
def test_nothing_is_answered_from_memory(driver: EngineDriver, times: int) -> None:
    """A departure may have been done though the cloud refused it: an announcement is called for.

    After that it is a device like any other.
    """
    driver.reconfigure(policy(max_devices=2))
    driver.announce(["a"])
    driver.run()
    for _ in range(times):
        refuse(driver, "a")
    assert driver.announce(["a"]).transient == ()
    assert [call.operation for call in driver.run()] == [Operation.ASSOCIATE]
    assert driver.journal.devices(["a"])["a"].origin is Origin.OURS
    again = driver.announce(["a"]).transient
    assert [(one.status, one.already) for one in again] == [(Status.ASSOCIATED, True)]


def test_the_list_has_no_news_of_it_until_it_is_gone(driver: EngineDriver) -> None:
    """It has not appeared; and once it is gone, it is not restored: it was to leave."""
    driver.reconfigure(policy(reconcile_seconds=DAY, restores=True, trust_seconds=10 * DAY))
    answer_list(driver, ["other"])
    associate(driver, "a")
    refuse(driver, "a")
    assert driver.journal.devices(["a"])["a"].since == driver.now.steady
    driver.seconds += OLD
    answer_list(driver, ["a", "other"])
    assert differences(driver) == []
    answer_list(driver, ["other"])
    answer_list(driver, ["other"])
    assert differences(driver) == [("vanished", "a")]
    assert known(driver, "a") == {}


def test_one_that_was_silent_is_not_called_for_every_day(driver: EngineDriver) -> None:
    """It would take the place of another that is silent."""
    site = Site(driver, silent_policy(departures_per_day=1))
    site.kept = frozenset({"a"})
    site.hear("a", "b", "loud")
    site.pass_days(DAYS + 2, "loud")
    assert site.left() == ["a", "b"]
    assert known(driver, "a") == {"a": DeviceState.ASSOCIATED}
