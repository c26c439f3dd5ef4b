"""Devices that leave, and the last word about a device."""

from dataclasses import replace
from itertools import pairwise

import pytest

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.answer import FailureCause, Succeeded
from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.device import Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Reason, Result, Status
from support.engine_driver import LEAVE, EngineDriver
from support.values import SHARED, failed_call, policy

ASSOCIATE, DISASSOCIATE = Operation.ASSOCIATE, Operation.DISASSOCIATE


def made(driver: EngineDriver) -> list[tuple[Operation, tuple[str, ...]]]:
    """The calls so far."""
    return [(one.operation, one.thing_names) for one in driver.calls]


def state(driver: EngineDriver, name: str) -> DeviceState:
    """Where a device stands."""
    device = driver.journal.devices([name]).get(name)
    return device.state if device else DeviceState.UNKNOWN


def test_a_device_that_leaves_is_disassociated(driver: EngineDriver) -> None:
    """Also one of which nothing is known: somebody may have associated it by hand."""
    driver.announce(["a"])
    driver.run()
    driver.depart(["a", "stranger"], announcement_id="7")
    driver.run()
    assert made(driver) == [(ASSOCIATE, ("a",)), (DISASSOCIATE, ("a", "stranger"))]
    assert driver.durable()[1:] == [
        Result(LEAVE, Status.DISASSOCIATED, "a", announcement_id="7"),
        Result(LEAVE, Status.DISASSOCIATED, "stranger", announcement_id="7"),
    ]
    assert state(driver, "a") is DeviceState.LEFT
    assert driver.journal.devices(["a"])["a"].origin is Origin.UNKNOWN


def test_a_departure_again_is_answered_from_what_is_known(driver: EngineDriver) -> None:
    """Within trustSeconds; after them the cloud is asked again."""
    driver.depart(["a"])
    driver.run()
    again = driver.depart(["a"])
    assert not again.stores
    assert again.transient == (Result(LEAVE, Status.DISASSOCIATED, "a", already=True),)
    driver.seconds += driver.policy.trust_seconds
    driver.depart(["a"])
    driver.run()
    assert len(driver.calls) == 2


def test_a_departure_that_waits_writes_nothing_again(driver: EngineDriver) -> None:
    """Receipts are sent for it, as for an announcement."""
    driver.reconfigure(policy(receipts=True))
    queued = (Result(LEAVE, Status.QUEUED, "a"),)
    assert driver.depart(["a"]).transient == queued
    again = driver.depart(["a"])
    assert (again.stores, again.transient) == (False, queued)


@pytest.mark.parametrize("leaves_last", [True, False])
def test_the_last_word_counts(driver: EngineDriver, *, leaves_last: bool) -> None:
    """Before a call has left there is one call; those who wished for the other thing hear it."""
    first, last = (
        (driver.announce, driver.depart) if leaves_last else (driver.depart, driver.announce)
    )
    first(["a"], announcement_id="first")
    decision = last(["a"], announcement_id="last")
    assert decision.settled == ("a",)
    (superseded,) = decision.durable
    assert (superseded.status, superseded.code) == (Status.FAILED, "superseded")
    assert superseded.announcement_id == "first"
    words = "departure of this device came" if leaves_last else "announcement of this device came"
    assert words in str(superseded.message)
    driver.run()
    assert [one.operation for one in driver.calls] == [DISASSOCIATE if leaves_last else ASSOCIATE]
    assert [one.announcement_id for one in driver.durable()] == ["first", "last"]


def test_words_that_come_together_are_taken_in_their_order(driver: EngineDriver) -> None:
    """The same word before and after the opposite is two words."""
    come, go = Announcement("a", SHARED), Announcement("a", LEAVE, leaves=True)
    decision = driver.carry_out(lambda: driver.engine.announced([come, go, come, come], driver.now))
    assert decision.waiting == (come,)
    assert [one.topic for one in decision.durable] == [SHARED, LEAVE]
    assert state(driver, "a") is DeviceState.PENDING
    assert driver.journal.waiting(["a"]) == {"a": [come]}


def test_a_word_that_comes_during_a_call_is_done_after_it(driver: EngineDriver) -> None:
    """The answer to the call is true, and means nothing any more."""
    driver.announce(["a"])
    driver.next_call()
    driver.depart(["a"])
    driver.answer(Succeeded())
    assert state(driver, "a") is DeviceState.LEAVING
    driver.run()
    assert [one.operation for one in driver.calls] == [ASSOCIATE, DISASSOCIATE]
    assert state(driver, "a") is DeviceState.LEFT


def test_two_words_during_a_call_may_lead_back(driver: EngineDriver) -> None:
    """Then its answer is the answer."""
    driver.announce(["a"])
    driver.next_call()
    driver.depart(["a"])
    driver.announce(["a"], announcement_id="last")
    driver.answer(Succeeded())
    assert state(driver, "a") is DeviceState.ASSOCIATED
    assert driver.run() == []
    assert driver.durable()[-1].announcement_id == "last"


def test_a_failed_call_speaks_to_those_alone_who_still_wait_for_it(driver: EngineDriver) -> None:
    """`retrying` would be a lie about a device that is to leave by now."""
    driver.announce(["a", "b"])
    driver.next_call()
    driver.depart(["a"])
    driver.answer(failed_call())
    assert [one.thing_name for one in driver.durable() if one.status is Status.RETRYING] == ["b"]


def test_a_device_that_leaves_keeps_its_place_in_the_queue(driver: EngineDriver) -> None:
    """One that is new needs one; the bound holds for both together."""
    driver.reconfigure(policy(max_pending=2))
    driver.announce(["a", "b"])
    assert driver.depart(["a"]).transient == ()
    (refused,) = driver.depart(["c"]).transient
    assert refused.code == Reason.OVERLOADED.value


def test_a_device_that_leaves_holds_its_place_until_it_has_left(driver: EngineDriver) -> None:
    """limits.maxDevices is about what is associated in the cloud."""
    driver.reconfigure(policy(max_devices=1))
    driver.announce(["a"])
    driver.run()
    driver.depart(["a"])
    (refused,) = driver.announce(["b"]).transient
    assert refused.code == Reason.NOT_ADMITTED.value
    driver.run()
    assert state(driver, "a") is DeviceState.LEFT
    assert driver.announce(["b"]).transient == ()
    driver.run()
    assert state(driver, "b") is DeviceState.ASSOCIATED


def test_a_full_core_device_lets_go_of_whom_it_does_not_know(driver: EngineDriver) -> None:
    """Who leaves needs no place."""
    driver.reconfigure(policy(max_devices=1))
    driver.announce(["a"])
    driver.run()
    assert driver.depart(["stranger"]).transient == ()


def test_a_departure_again_hears_when_its_own_operation_goes_on(driver: EngineDriver) -> None:
    """A permission that is missing makes it wait, and no announcement."""
    driver.depart(["a"])
    driver.next_call()
    driver.answer(failed_call(FailureCause.ACCESS_DENIED, retry_after=5000.0))
    (retrying,) = driver.depart(["a"], announcement_id="again").transient
    assert retrying.next_attempt_at == driver.now.wall + 5000.0


def test_those_who_leave_and_those_who_come_take_turns(driver: EngineDriver) -> None:
    """Neither kind waits for the end of the other."""
    driver.reconfigure(policy(max_batch=2))
    driver.announce([f"in-{index}" for index in range(6)])
    driver.depart([f"out-{index}" for index in range(6)])
    driver.run()
    kinds = [one.operation for one in driver.calls]
    assert len(kinds) == 6
    assert all(one is not other for one, other in pairwise(kinds))


def test_an_associated_device_that_is_announced_is_no_stranger(driver: EngineDriver) -> None:
    """Who has associated it is remembered: it was not this component."""
    driver.announce(["a"])
    driver.run()
    device = driver.journal.devices(["a"])["a"]
    assert device.origin is Origin.OURS
    driver.carry_out(lambda: Decision(devices=(replace(device, origin=Origin.FOREIGN),)))
    driver.seconds += driver.policy.trust_seconds
    driver.announce(["a"])
    driver.run()
    assert driver.journal.devices(["a"])["a"].origin is Origin.FOREIGN


def test_the_call_says_what_it_is_for(driver: EngineDriver) -> None:
    """The worker is told."""
    driver.depart(["a"])
    assert driver.next_call() == Call(("a",), operation=DISASSOCIATE)
