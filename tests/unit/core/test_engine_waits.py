"""How the whole queue waits after calls that failed."""

import random

import pytest

from client_device_associator.core import backoff
from client_device_associator.core.answer import FailureCause, Succeeded, ValidationFailed
from client_device_associator.core.decision import Step
from client_device_associator.core.notices import CallSettled, CallsFailing, CallsSucceeding
from client_device_associator.core.result import Status
from client_device_associator.journal.journal import Journal
from support.engine_driver import EngineDriver
from support.values import START, failed_call, numbered

CAUSES = [
    (FailureCause.NO_CREDENTIALS, 1.0, 45.0),
    (FailureCause.ACCESS_DENIED, 300.0, 3600.0),
    (FailureCause.CORE_UNKNOWN, 300.0, 3600.0),
    (FailureCause.MISCONFIGURED, 300.0, 3600.0),
]

SHARED_BY_MANY = [
    FailureCause.THROTTLED,
    FailureCause.UNAVAILABLE,
    FailureCause.CREDENTIALS_REFUSED,
]
SERVICE = backoff.SERVICE


@pytest.mark.parametrize("cause", SHARED_BY_MANY)
def test_the_whole_queue_waits_in_rounds(driver: EngineDriver, cause: FailureCause) -> None:
    """One call in each, up to their cap, and nobody's attempts counted."""
    driver.announce(numbered(250))
    driver.next_call()
    for failures in range(1, 20):
        before = driver.seconds
        driver.answer(failed_call(cause))
        assert len(driver.next_call().thing_names) == 100
        assert driver.seconds - before == pytest.approx(SERVICE.length(failures))
    assert {one.attempts for one in driver.durable()} == {0}
    driver.answer(Succeeded())
    recovered = driver.seconds
    driver.run()
    assert driver.seconds == recovered


@pytest.mark.parametrize(("cause", "base", "cap"), CAUSES)
def test_the_whole_queue_waits(
    driver: EngineDriver, cause: FailureCause, base: float, cap: float
) -> None:
    """Waits double up to their cap, with one call for each and nobody's attempts counted."""
    driver.announce(numbered(250))
    driver.next_call()
    for failures in range(14):
        before = driver.seconds
        driver.answer(failed_call(cause))
        assert len(driver.next_call().thing_names) == 100
        assert driver.seconds - before == min(base * 2**failures, cap)
    assert {one.attempts for one in driver.durable()} == {0}
    driver.answer(Succeeded())
    recovered = driver.seconds
    driver.run()
    assert driver.journal.pending() == 0
    assert driver.seconds == recovered


def test_retry_after_is_obeyed(driver: EngineDriver) -> None:
    """The service's own wish counts when it is longer, and a tenth more for those who heard it."""
    driver.announce(["a"])
    driver.next_call()
    before = driver.seconds
    driver.answer(failed_call(FailureCause.THROTTLED, retry_after=40))
    driver.next_call()
    assert driver.seconds - before == 44


def test_backoff_may_be_longer_than_retry_after(driver: EngineDriver) -> None:
    """A service that always asks for one second still gets fewer and fewer calls."""
    driver.announce(["a"])
    driver.next_call()
    for _ in range(5):
        before = driver.seconds
        driver.answer(failed_call(FailureCause.THROTTLED, retry_after=1))
        driver.next_call()
    assert driver.seconds - before == SERVICE.length(5)


def test_waits_are_jittered(journal: Journal) -> None:
    """Each core device has its own randomness."""
    waits = set()
    for seed in range(20):
        driver = EngineDriver(journal, rng=random.Random(seed))
        driver.announce(["a"])
        driver.next_call()
        before = driver.seconds
        driver.answer(failed_call())
        driver.next_call()
        waits.add(driver.seconds - before)
    assert len(waits) == 20
    assert max(waits) <= backoff.SERVICE.first


def test_an_outage_is_reported_once_and_its_end_too(driver: EngineDriver) -> None:
    """A notice when it begins, when its cause changes, and when it is over."""
    driver.announce(["a"])
    driver.next_call()
    for cause in (FailureCause.THROTTLED, FailureCause.THROTTLED, FailureCause.ACCESS_DENIED):
        driver.answer(failed_call(cause))
        driver.next_call()
    driver.answer(Succeeded())
    assert driver.notices == [
        CallsFailing(FailureCause.THROTTLED, "THROTTLED", "in words", 2.0),
        CallsFailing(FailureCause.ACCESS_DENIED, "ACCESS_DENIED", "in words", 300.0),
        CallsSucceeding(),
        CallSettled(1, 0, 0, 0, 0),
    ]


def test_what_passes_and_what_needs_a_person_are_counted_apart(driver: EngineDriver) -> None:
    """And go on being counted while they take turns."""
    driver.announce(["a"])
    driver.next_call()
    waits = []
    for cause in (
        FailureCause.UNAVAILABLE,
        FailureCause.THROTTLED,
        FailureCause.ACCESS_DENIED,
        FailureCause.CORE_UNKNOWN,
        FailureCause.UNAVAILABLE,
    ):
        before = driver.seconds
        driver.answer(failed_call(cause))
        driver.next_call()
        waits.append(driver.seconds - before)
    assert waits == [2, 2, 300, 600, 3]


def test_causes_that_take_turns_do_not_shorten_the_waits(driver: EngineDriver) -> None:
    """An outage that shows itself in two ways gets no more calls for that."""
    driver.announce(["a"])
    for number in range(40):
        driver.next_call()
        driver.answer(
            failed_call((FailureCause.UNAVAILABLE, FailureCause.NO_CREDENTIALS)[number % 2])
        )
    driver.next_call()
    driver.answer(failed_call(FailureCause.UNAVAILABLE))
    before = driver.seconds
    driver.next_call()
    assert driver.seconds - before == SERVICE.cap


def test_announcers_hear_of_an_outage_once(driver: EngineDriver) -> None:
    """One `retrying`, with the moment of the next call as the wall clock will show it."""
    driver.wall_ahead = -1e9
    driver.announce(["a"])
    driver.next_call()
    driver.answer(failed_call(FailureCause.THROTTLED, retry_after=9))
    (retrying,) = driver.durable()
    assert retrying.status is Status.RETRYING
    driver.next_call()
    assert retrying.next_attempt_at == driver.now.wall
    driver.answer(failed_call(FailureCause.THROTTLED))
    assert driver.durable() == [retrying]


def test_a_refused_core_costs_no_device_an_attempt(driver: EngineDriver) -> None:
    """A ValidationException about the core device makes everybody wait."""
    driver.announce(["a", "b"])
    driver.next_call()
    driver.answer(ValidationFailed("refused", (("coreDeviceThingName", "too long"),)))
    assert {one.status for one in driver.durable()} == {Status.RETRYING}
    assert isinstance(driver.notices[0], CallsFailing)
    assert driver.notices[0].cause is FailureCause.MISCONFIGURED


def test_the_step_says_when_a_wait_is_over(driver: EngineDriver) -> None:
    """So that the worker can be started in time."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(failed_call(retry_after=10))
    assert driver.step() == Step(wake_at=START + driver.seconds + 11)
