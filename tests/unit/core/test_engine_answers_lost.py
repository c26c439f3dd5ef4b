"""Answers that the journal could not be read for."""

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
    assert step.wake_at == driver.now.steady + 500
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
