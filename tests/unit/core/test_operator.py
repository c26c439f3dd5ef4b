"""What a person on the core device may have forgotten, tried again or listed."""

import pytest

from client_device_associator.core.answer import FailureCause, Listed, Succeeded, ValidationFailed
from client_device_associator.core.backoff import SERVICE
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operator import (
    COMMAND,
    Announce,
    Done,
    Forget,
    Reconcile,
    Retry,
)
from client_device_associator.core.result import FORGOTTEN, ROSTER_TOPIC, Reason, Result, Status
from client_device_associator.core.roster import ON_DEMAND_SECONDS
from support.engine_driver import EngineDriver
from support.gates import Doorkeeper
from support.lists import DAY, answer_list, known
from support.operator import done, fail
from support.values import error_entries, failed_call, numbered, policy


def test_nothing_is_known_any_more_of_a_device_that_is_forgotten(driver: EngineDriver) -> None:
    """In whatever state it is; nothing is called for, and the order of names is kept."""
    fail(driver, "failed")
    driver.announce(["associated"])
    driver.depart(["left"])
    driver.run()
    driver.announce(["pending"])
    driver.depart(["leaving"])
    names = ("pending", "associated", "failed", "leaving", "left")
    assert len(set(known(driver, *names).values())) == len(names)
    ruling = driver.ask(Forget((*names, "stranger")))
    assert list(done(ruling)) == [*names, "stranger"]
    assert done(ruling) == {**dict.fromkeys(names, Done.FORGOTTEN), "stranger": Done.UNKNOWN}
    assert known(driver, *names) == {}
    assert driver.journal.pending() == driver.journal.held() == 0
    assert driver.run() == []


def test_who_waits_for_one_that_is_forgotten_is_told(driver: EngineDriver) -> None:
    """Each announcer, where it has announced; nobody waits after that."""
    driver.announce(["a"], "one", "7")
    driver.announce(["a"], "two")
    driver.ask(Forget(("a",)))
    told = {one.topic: one for one in driver.durable()}
    assert set(told) == {"one", "two"}
    assert told["one"].announcement_id == "7"
    assert {(one.status, one.code) for one in told.values()} == {(Status.FAILED, FORGOTTEN)}
    assert "announce it again" in (told["one"].message or "")
    assert driver.journal.waiting(["a"]) == {}


def test_an_answer_that_comes_later_says_nothing_of_it(driver: EngineDriver) -> None:
    """A call in flight goes on."""
    driver.announce(["a", "b"])
    driver.next_call()
    driver.ask(Forget(("a",)))
    driver.answer(Succeeded())
    assert known(driver, "a", "b") == {"b": DeviceState.ASSOCIATED}


def test_a_batch_that_is_split_goes_on_without_it(driver: EngineDriver) -> None:
    """No call has one that nobody wishes for."""
    names = numbered(4)
    driver.announce(names)
    driver.next_call()
    driver.answer(ValidationFailed("no"))
    driver.ask(Forget(tuple(names[:3])))
    assert [call.thing_names for call in driver.run()] == [(names[3],)]


def test_one_that_was_forgotten_may_come_back(driver: EngineDriver) -> None:
    """Its next announcement counts, though it was trusted before."""
    driver.announce(["a"])
    driver.run()
    driver.ask(Forget(("a",)))
    driver.announce(["a"])
    assert [call.thing_names for call in driver.run()] == [("a",)]


def test_a_device_that_waits_for_its_next_try_is_due_now(driver: EngineDriver) -> None:
    """It leaves with the next call; its attempts are counted as before."""
    driver.announce(["a"])
    driver.next_call()
    for _ in range(5):
        driver.answer(error_entries(("a", "Oops")))
        driver.next_call()
    driver.answer(error_entries(("a", "Oops")))
    before = driver.seconds
    assert done(driver.ask(Retry(("a",)))) == {"a": Done.DUE}
    driver.next_call()
    assert driver.seconds - before <= driver.policy.max_wait_seconds
    assert driver.journal.devices(["a"])["a"].attempts == 6


def test_a_device_that_is_due_anyway_costs_no_write(driver: EngineDriver) -> None:
    """The flash wears out."""
    driver.announce(["a"])
    ruling = driver.ask(Retry(("a",)))
    assert done(ruling) == {"a": Done.DUE}
    assert not ruling.decision.stores


def test_a_device_that_has_failed_is_announced_again(driver: EngineDriver) -> None:
    """With its result on the roster's topic: its announcers had theirs."""
    fail(driver, "a")
    driver.send_all()
    assert done(driver.ask(Retry(("a",)))) == {"a": Done.QUEUED}
    driver.run()
    assert driver.durable() == [
        Result(ROSTER_TOPIC, Status.ASSOCIATED, "a", announcement_id=COMMAND)
    ]


def test_there_may_be_nothing_to_try_again(driver: EngineDriver) -> None:
    """Each name has an outcome, in order."""
    driver.announce(["here"])
    driver.depart(["gone"])
    driver.run()
    ruling = driver.ask(Retry(("nobody", "here", "gone")))
    assert list(done(ruling).items()) == [
        ("nobody", Done.UNKNOWN),
        ("here", Done.ALREADY),
        ("gone", Done.ALREADY),
    ]
    assert not ruling.decision.stores


def test_who_has_failed_because_of_the_rules_is_not_let_in(driver: EngineDriver) -> None:
    """A pattern such as "*" names everybody; to say one name is another thing."""
    driver.announce(["a"])
    driver.reconfigure(policy(gate=Doorkeeper(("a",))))
    driver.run()
    driver.reconfigure(policy())
    (outcome,) = driver.ask(Retry(("a",))).outcomes
    assert (outcome.thing_name, outcome.done) == ("a", Done.REJECTED)
    assert outcome.code == Reason.NOT_ADMITTED.value
    assert outcome.message == (
        "not today; if it is to be associated all the same, announce it by its name"
    )
    assert driver.run() == []
    assert done(driver.ask(Announce(("a",)))) == {"a": Done.QUEUED}


@pytest.mark.parametrize(
    ("cause", "retry_after", "left"),
    [
        (FailureCause.ACCESS_DENIED, 0.0, 0.0),
        (FailureCause.UNAVAILABLE, 0.0, 0.0),
        (FailureCause.UNAVAILABLE, 60.0, 50.0),
        (FailureCause.THROTTLED, 100.0, 90.0),
    ],
)
def test_what_a_person_may_have_removed_is_not_waited_for(
    driver: EngineDriver, cause: FailureCause, retry_after: float, left: float
) -> None:
    """But what the service has asked for is."""
    driver.announce(["a"])
    driver.next_call()
    for _ in range(9):
        driver.answer(failed_call(cause, retry_after))
        driver.next_call()
    driver.answer(failed_call(cause, retry_after))
    driver.seconds += 10
    before = driver.seconds
    driver.ask(Retry(("a",)))
    driver.next_call()
    if cause is FailureCause.THROTTLED:
        assert driver.seconds - before == SERVICE.cap - 10.0
    else:
        assert driver.seconds - before == left


def test_a_wait_that_was_cut_short_is_not_forgotten(driver: EngineDriver) -> None:
    """Who asks again and again makes one call each time, and the waits grow on."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(failed_call(FailureCause.ACCESS_DENIED))
    driver.ask(Retry(("a",)))
    driver.next_call()
    before = driver.seconds
    driver.answer(failed_call(FailureCause.ACCESS_DENIED))
    driver.next_call()
    assert driver.seconds - before == 600.0


def test_a_wait_is_not_made_longer(driver: EngineDriver) -> None:
    """One that is over has nothing left to cut."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(failed_call(retry_after=5.0))
    driver.seconds += 100
    driver.ask(Retry(("a",)))
    assert driver.step().call is not None


def test_a_name_that_means_nothing_cuts_no_wait_short(driver: EngineDriver) -> None:
    """There is nothing to call for it."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(failed_call(FailureCause.ACCESS_DENIED))
    before = driver.seconds
    driver.ask(Retry(("nobody",)))
    driver.next_call()
    assert driver.seconds - before == 300.0


def test_the_list_is_asked_for_now(driver: EngineDriver) -> None:
    """Once the least time since the last one is over."""
    driver.reconfigure(policy(reconcile_seconds=DAY))
    answer_list(driver, [])
    driver.seconds += 10
    ruling = driver.ask(Reconcile())
    assert ruling.list_at == driver.engine.asked(Reconcile(), driver.now).list_at
    driver.next_call()
    assert ruling.list_at == driver.now.steady
    assert driver.ask(Reconcile()).list_at == driver.now.steady
    driver.answer(Listed(()))
    assert ruling.outcomes == ()
    assert ON_DEMAND_SECONDS >= 10


def test_there_is_no_list_if_the_settings_want_none(driver: EngineDriver) -> None:
    """The one who asks has to know."""
    assert driver.ask(Reconcile()).list_at is None
