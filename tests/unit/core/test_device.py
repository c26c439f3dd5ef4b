"""Who counts for `limits.maxDevices`: as many as may be associated, and no stranger."""

from dataclasses import replace

import pytest

from client_device_associator.core.answer import Succeeded
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Reason, Status
from support.engine_driver import LEAVE, EngineDriver
from support.lists import known
from support.values import announcements, failed_call, policy


def has_place(driver: EngineDriver, *names: str) -> bool:
    """Whether these are taken when they are announced, and not rejected."""
    answers = driver.announce(names).transient
    assert all(one.code == Reason.NOT_ADMITTED.value for one in answers)
    return not answers


def test_strangers_that_leave_keep_nobody_out(driver: EngineDriver) -> None:
    """Neither when a device is announced, nor when its call leaves."""
    driver.reconfigure(policy(max_devices=1))
    driver.depart(["x", "y"])
    assert has_place(driver, "a")
    driver.run()
    assert known(driver, "a") == {"a": DeviceState.ASSOCIATED}


def test_a_stranger_that_left_needs_a_place_when_it_comes(driver: EngineDriver) -> None:
    """Its departure has given it none."""
    driver.reconfigure(policy(max_devices=1))
    driver.announce(["a"])
    driver.run()
    driver.depart(["x"])
    assert not has_place(driver, "x")
    assert known(driver, "x") == {"x": DeviceState.LEAVING}


def test_one_that_leaves_before_its_call_keeps_its_place(driver: EngineDriver) -> None:
    """A call for it may be under way, or the answer to one may have been lost."""
    driver.reconfigure(policy(max_devices=1))
    driver.announce(["a"])
    driver.next_call()
    driver.depart(["a"])
    assert not has_place(driver, "b")
    assert has_place(driver, "a")
    driver.depart(["a"])
    driver.answer(failed_call())
    driver.run()
    assert has_place(driver, "b")


def test_one_that_comes_and_goes_at_once_gives_its_place_back(driver: EngineDriver) -> None:
    """Nobody was called for it: it is a stranger that leaves."""
    driver.reconfigure(policy(max_devices=1))
    words = announcements(["a", "a", "b"])
    together = [words[0], replace(words[1], topic=LEAVE, leaves=True), words[2]]
    decision = driver.carry_out(lambda: driver.engine.announced(together, driver.now))
    assert decision.transient == ()
    assert driver.journal.devices(["a"])["a"].origin is Origin.UNKNOWN
    driver.run()
    assert known(driver, "a", "b") == {"a": DeviceState.LEFT, "b": DeviceState.ASSOCIATED}


def test_who_is_associated_is_not_refused_when_there_are_too_many(driver: EngineDriver) -> None:
    """It is asked for again after trustSeconds, and takes no place of another."""
    driver.reconfigure(policy(max_devices=3))
    driver.announce(["a", "b"])
    driver.run()
    driver.seconds += driver.policy.trust_seconds
    driver.announce(["new"])
    driver.announce(["a"])
    driver.reconfigure(policy(max_devices=2))
    assert [call.thing_names for call in driver.run()] == [("a",)]
    refused = [one.thing_name for one in driver.durable() if one.status is Status.REJECTED]
    assert refused == ["new"]


def test_one_that_is_back_is_as_new(driver: EngineDriver) -> None:
    """Who left while it was to be associated is ours once this component has associated it."""
    driver.announce(["a"])
    driver.depart(["a"])
    assert driver.journal.devices(["a"])["a"].origin is Origin.UNCLEAR
    driver.announce(["a"])
    driver.next_call()
    driver.answer(Succeeded())
    assert driver.journal.devices(["a"])["a"].origin is Origin.OURS


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("state", DeviceState)
def test_who_may_be_associated_has_a_place(state: DeviceState, origin: Origin) -> None:
    """So has who is to be associated; nobody else has one."""
    device = Device("a", state, 0.0, origin=origin)
    waits = state in (DeviceState.PENDING, DeviceState.LEAVING)
    may_be = state is DeviceState.ASSOCIATED or (waits and origin is not Origin.UNKNOWN)
    assert device.may_be_associated == may_be
    assert device.holds_place == (may_be or state is DeviceState.PENDING)


def test_what_is_known_of_a_device_is_kept_while_its_words_change(driver: EngineDriver) -> None:
    """Who has associated it, and that nobody has."""
    driver.announce(["ours"])
    driver.depart(["stranger"])
    driver.run()
    driver.seconds += driver.policy.trust_seconds
    driver.announce(["ours"])
    driver.depart(["ours", "stranger"])
    devices = driver.journal.devices(["ours", "stranger"])
    assert {name: one.origin for name, one in devices.items()} == {
        "ours": Origin.OURS,
        "stranger": Origin.UNKNOWN,
    }
