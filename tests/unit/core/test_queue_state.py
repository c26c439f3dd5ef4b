import pytest

from client_device_associator.core.answer import Succeeded, ValidationFailed
from client_device_associator.core.queue_state import TRANSITIONS, QueueState, queue_state
from support.engine_driver import EngineDriver
from support.values import error_entries, failed_call


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, QueueState.IDLE),
        ({"waits": True}, QueueState.IDLE),
        ({"pending": True}, QueueState.GATHERING),
        ({"pending": True, "bisects": True}, QueueState.BISECTING),
        ({"pending": True, "waits": True}, QueueState.WAITING),
        ({"pending": True, "waits": True, "bisects": True}, QueueState.WAITING),
        ({"pending": True, "waits": True, "in_flight": True}, QueueState.IN_FLIGHT),
        ({"in_flight": True}, QueueState.IN_FLIGHT),
    ],
)
def test_the_state_follows_from_the_facts(facts: dict[str, bool], expected: QueueState) -> None:
    """A call in flight comes first, then an empty queue, then a wait."""
    nothing = {"in_flight": False, "waits": False, "bisects": False, "pending": False}
    assert queue_state(**{**nothing, **facts}) is expected


def test_every_way_in_the_table_is_taken(driver: EngineDriver) -> None:
    """None of them is there for nothing; `test_engine_model` shows that there are no others."""
    refused = ValidationFailed("refused")
    driver.announce(["a"])
    driver.announce(["b"])
    driver.next_call()
    driver.announce(["c"])
    driver.answer(failed_call())  # waits, and gathers after that
    driver.announce(["d"])
    driver.next_call()
    driver.answer(refused)
    driver.announce(["e"])
    driver.next_call()
    driver.answer(failed_call())  # waits, and bisects after that
    driver.run(lambda names: error_entries(("a", "Oops")) if "a" in names else Succeeded())
    assert driver.transitions == TRANSITIONS
