"""A queue for each operation: what they share, and what they do not."""

import pytest

from client_device_associator.core.answer import (
    ErrorEntry,
    FailureCause,
    Listed,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.decision import Decision, Step
from client_device_associator.core.life import DeviceState
from client_device_associator.core.notices import CallSettled, CallsFailing, CallsSucceeding
from client_device_associator.core.operation import Operation
from client_device_associator.core.queue_state import QueueState
from client_device_associator.core.result import Result, Status
from client_device_associator.core.verdicts import Verdicts, read_answer
from support.engine_driver import LEAVE as LEAVE_TOPIC
from support.engine_driver import EngineDriver
from support.gates import Doorkeeper
from support.lists import known
from support.values import error_entries, failed_call, policy

LEAVE = Operation.DISASSOCIATE
LONG_SECONDS = 5000.0


def departure_fails(driver: EngineDriver, cause: FailureCause) -> None:
    """A call that disassociates fails."""
    driver.depart(["gone"])
    assert driver.next_call().operation is LEAVE
    driver.answer(failed_call(cause, LONG_SECONDS))


def test_a_permission_that_is_missing_holds_up_its_own_queue_alone(driver: EngineDriver) -> None:
    """And is said with its operation."""
    departure_fails(driver, FailureCause.ACCESS_DENIED)
    (failing,) = [one for one in driver.notices if isinstance(one, CallsFailing)]
    assert failing.operation is LEAVE
    driver.announce(["a"])
    before = driver.seconds
    assert driver.next_call().thing_names == ("a",)
    assert driver.seconds - before <= driver.policy.max_wait_seconds
    driver.answer(Succeeded())
    assert not [one for one in driver.notices if isinstance(one, CallsSucceeding)]


@pytest.mark.parametrize(
    "cause", [one for one in FailureCause if one is not FailureCause.ACCESS_DENIED]
)
def test_whatever_is_wrong_with_the_service_holds_up_both(
    driver: EngineDriver, cause: FailureCause
) -> None:
    """Or a service that throttles would be asked by the other queue in the same second."""
    departure_fails(driver, cause)
    driver.announce(["a"])
    assert driver.state is QueueState.WAITING
    step = driver.step()
    assert step.call is None
    assert step.wake_at is not None
    assert step.wake_at >= driver.now.steady + LONG_SECONDS
    before = driver.seconds
    driver.next_call()
    assert driver.seconds >= before + LONG_SECONDS


def test_an_answer_that_was_not_asked_for_is_a_failure(driver: EngineDriver) -> None:
    """A worker that mixes things up must not end the component."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(Listed(("a",)))
    assert driver.durable()[0].status is Status.RETRYING


def test_who_has_left_meanwhile_is_taken_out_of_a_bisection(driver: EngineDriver) -> None:
    """A device that is to be disassociated must not be associated once more."""
    driver.announce(["a", "b", "c", "d"])
    driver.next_call()
    driver.answer(ValidationFailed("no"))
    driver.depart(["a", "d"])
    called: list[str] = []
    for call in driver.run():
        if call.operation is Operation.ASSOCIATE:
            called += call.thing_names
    assert sorted(called) == ["b", "c"]


def test_a_device_that_is_not_known_any_more_is_taken_out_of_a_bisection(
    driver: EngineDriver,
) -> None:
    """As when the journal's file was damaged and replaced."""
    driver.announce(["a", "b"])
    driver.next_call()
    driver.answer(ValidationFailed("no"))
    driver.carry_out(lambda: Decision(forgotten=("a",)))
    assert [one.thing_names for one in driver.run()] == [("b",)]


def test_a_batch_of_departures_is_narrowed_down(driver: EngineDriver) -> None:
    """For their own operation, whatever the limit on devices is."""
    names = ["a", "b", "bad", "d"]
    driver.reconfigure(policy(max_devices=len(names)))
    driver.announce(names)
    driver.run()
    driver.depart(names)
    calls = driver.run(lambda named: ValidationFailed("no") if "bad" in named else Succeeded())
    assert {one.operation for one in calls} == {LEAVE}
    left, stays = DeviceState.LEFT, DeviceState.ASSOCIATED
    assert known(driver, *names) == {"a": left, "b": left, "bad": stays, "d": left}


def test_a_bisection_that_is_left_by_all_is_over(driver: EngineDriver) -> None:
    """There is nothing to call any more."""
    driver.announce(["a", "b"])
    driver.next_call()
    driver.answer(ValidationFailed("no"))
    driver.depart(["a", "b"])
    assert [one.operation for one in driver.run()] == [LEAVE]


def test_a_departure_that_fails_is_said_to_be_tried_again(driver: EngineDriver) -> None:
    """To those who wait for it."""
    driver.depart(["a"], announcement_id="7")
    driver.next_call()
    driver.answer(failed_call())
    (retrying,) = driver.durable()
    assert (retrying.status, retrying.announcement_id) == (Status.RETRYING, "7")


def test_a_departure_of_what_does_not_exist_is_done(driver: EngineDriver) -> None:
    """An error entry may say that the wish was fulfilled before."""
    driver.depart(["a"])
    driver.next_call()
    driver.answer(error_entries(("a", "ResourceNotFoundException")))
    assert known(driver, "a") == {"a": DeviceState.LEFT}
    assert driver.notices == [CallSettled(0, 1, 0, 0, 0, LEAVE)]
    assert driver.durable() == [Result(LEAVE_TOPIC, Status.DISASSOCIATED, "a", already=True)]


def test_rules_are_asked_again_for_those_who_leave(driver: EngineDriver) -> None:
    """Their departure was admitted, and is not any more."""
    driver.depart(["a", "b"])
    driver.reconfigure(policy(gate=Doorkeeper(names=("a",))))
    driver.run()
    assert [one.thing_names for one in driver.calls] == [("b",)]
    refused = [one for one in driver.durable() if one.status is Status.REJECTED]
    assert [one.thing_name for one in refused] == ["a"]


def test_without_anything_to_do_there_is_no_step(driver: EngineDriver) -> None:
    """Of either queue."""
    assert driver.step() == Step()


@pytest.mark.parametrize(
    "entry",
    [
        ErrorEntry("b", "ResourceNotFoundException", "Client device b not found"),
        ErrorEntry("b", "ValidationException", "b is not associated with this core device"),
        ErrorEntry("b", "ConflictException", "already disassociated"),
        ErrorEntry("b", "NoSuchThing", ""),
    ],
)
def test_who_is_not_associated_has_left_already(entry: ErrorEntry) -> None:
    """The wish is fulfilled, whatever the service calls it."""
    assert read_answer(("a", "b"), Succeeded((entry,)), LEAVE) == Verdicts(("a",), ("b",))


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerException", "Denied"])
def test_other_errors_are_tried_again(code: str) -> None:
    """Also if they say something about what was not found."""
    message = "internal error: not found, quota exceeded, access denied"
    verdicts = read_answer(("a",), Succeeded((ErrorEntry("a", code, message),)), LEAVE)
    assert list(verdicts.delayed) == ["a"]


def test_a_thing_that_does_not_exist_is_not_associated() -> None:
    """The whole call is refused because of it, and the others are called again."""
    missing = ThingNotFound("b", "ResourceNotFoundException", "no b")
    verdicts = read_answer(("a", "b"), missing, LEAVE)
    assert (verdicts.already, verdicts.undecided) == (("b",), ("a",))


def test_an_outage_of_both_is_over_for_both(driver: EngineDriver) -> None:
    """Each says so once."""
    departure_fails(driver, FailureCause.UNAVAILABLE)
    driver.announce(["a"])
    driver.run()
    assert {one.operation for one in driver.notices if isinstance(one, CallsSucceeding)} == {LEAVE}
