"""Answers whose meaning could not be found out, or not be stored."""

from client_device_associator.core.answer import Succeeded, ValidationFailed
from client_device_associator.core.queue_state import QueueState
from support.engine_driver import EngineDriver
from support.values import error_entries, failed_call, numbered


def test_the_call_is_made_again(driver: EngineDriver) -> None:
    """Its devices are still pending."""
    driver.announce(numbered(2))
    call = driver.next_call()
    driver.lose_answer(Succeeded())
    again = driver.step().call
    assert again == call


def test_a_wait_that_it_asked_for_is_kept(driver: EngineDriver) -> None:
    """The cloud gets no call, whatever the disk does."""
    driver.announce(numbered(1))
    driver.next_call()
    driver.lose_answer(failed_call(retry_after=500))
    step = driver.step()
    assert step.call is None
    assert step.wake_at == driver.now.steady + 550
    assert driver.state is QueueState.WAITING


def test_a_bisection_goes_on_where_it_was(driver: EngineDriver) -> None:
    """The same group is called again."""
    driver.announce(numbered(4))
    driver.next_call()
    driver.answer(ValidationFailed("somebody is at fault"))
    half = driver.next_call()
    assert len(half.thing_names) == 2
    driver.lose_answer(error_entries())
    assert driver.next_call() == half


def test_a_bisection_that_could_not_be_stored_goes_on_where_it_was(driver: EngineDriver) -> None:
    """The group that was refused is called again, and then each half once."""
    driver.announce(numbered(4))
    driver.next_call()
    driver.answer(ValidationFailed("somebody is at fault"))
    half = driver.next_call()
    driver.lose_decision(ValidationFailed("somebody is at fault"))
    assert driver.next_call() == half
    driver.answer(ValidationFailed("somebody is at fault"))
    quarters = driver.run(lambda _: Succeeded())
    assert [call.thing_names for call in quarters][:2] == [(name,) for name in half.thing_names]
    assert len(quarters) == 3


def test_a_first_refusal_that_could_not_be_stored_is_asked_for_again(driver: EngineDriver) -> None:
    """The whole batch: a bisection of devices that are called for anyway would call them twice."""
    driver.announce(numbered(4))
    call = driver.next_call()
    driver.lose_decision(ValidationFailed("somebody is at fault"))
    assert driver.next_call() == call


def test_a_failure_that_could_not_be_stored_counts_once(driver: EngineDriver) -> None:
    """The wait after it is that of a second failure."""
    driver.announce(numbered(1))
    driver.next_call()
    driver.answer(failed_call())
    driver.next_call()
    driver.lose_decision(failed_call())
    step = driver.step()
    assert step.wake_at == driver.now.steady + 3


def test_an_outage_goes_on_if_its_end_could_not_be_stored(driver: EngineDriver) -> None:
    """The failures before it still count."""
    driver.announce(numbered(1))
    driver.next_call()
    driver.answer(failed_call())
    driver.next_call()
    driver.lose_decision(Succeeded())
    driver.next_call()
    driver.answer(failed_call())
    assert driver.step().wake_at == driver.now.steady + 3
