"""What a core device does with what it is told of its fleet, and without."""

import random

import pytest

from client_device_associator.core.answer import FailureCause, Listed, Succeeded
from client_device_associator.core.operation import Operation
from client_device_associator.core.operator import Announce
from client_device_associator.core.pacing import SHORTEST_CAP_SECONDS, Pacing, paced
from client_device_associator.core.rounds import Rounds
from client_device_associator.journal.journal import Journal
from support.engine_driver import EngineDriver
from support.lists import DAY
from support.values import failed_call, policy

SPREAD = 400.0
THREE_HOURS = 3 * 3600.0


@pytest.fixture
def spread(journal: Journal) -> EngineDriver:
    """A core device of a fleet that needs 400 s."""
    settings = policy(pacing=paced(SPREAD), reconcile_seconds=DAY)
    return EngineDriver(journal, settings)


def seconds_to_call(driver: EngineDriver, operation: Operation = Operation.ASSOCIATE) -> float:
    """Until the next call, which is for this."""
    before = driver.seconds
    assert driver.next_call().operation is operation
    return driver.seconds - before


def test_without_a_word_of_the_fleet_calls_leave_at_once(driver: EngineDriver) -> None:
    """A single core device in an account that is not throttled waits for nothing."""
    assert paced(0) == Pacing()
    driver.announce(["a"])
    assert seconds_to_call(driver) == driver.policy.max_wait_seconds


def test_the_first_call_leaves_within_the_spread(spread: EngineDriver) -> None:
    """Later ones at once; the list comes in the time after it."""
    spread.step()
    spread.announce(["a"])
    assert seconds_to_call(spread) == SPREAD
    spread.answer(Succeeded())
    spread.announce(["b"])
    assert seconds_to_call(spread) == spread.policy.max_wait_seconds
    spread.answer(Succeeded())
    assert spread.seconds + seconds_to_call(spread, Operation.LIST) >= SPREAD


def test_a_fleet_is_spread_over_all_of_it(journal: Journal) -> None:
    """Each core device by its own chance."""
    firsts = []
    for seed in range(40):
        settings = policy(pacing=paced(SPREAD))
        driver = EngineDriver(journal, settings, random.Random(seed))
        driver.step()
        driver.announce(["a"])
        firsts.append(seconds_to_call(driver))
    assert min(firsts) < SPREAD / 8
    assert SPREAD * 7 / 8 < max(firsts) <= SPREAD


def test_an_operator_does_not_wait_for_the_spread(spread: EngineDriver) -> None:
    """Somebody looks at the core device."""
    spread.step()
    spread.ask(Announce(("a",)))
    assert seconds_to_call(spread) == spread.policy.max_wait_seconds


def test_while_the_service_is_away_it_is_called_once_in_the_spread() -> None:
    """But not all the time, however small the fleet."""
    away = paced(SPREAD).away
    assert isinstance(away, Rounds)
    assert away.cap == SPREAD
    short = paced(1).away
    assert isinstance(short, Rounds)
    assert short.cap == SHORTEST_CAP_SECONDS


def test_throttling_after_an_outage_starts_with_shorter_rounds(driver: EngineDriver) -> None:
    """The others were waiting as well, and are spread."""
    driver.announce(["a"])
    for _ in range(20):
        driver.next_call()
        driver.answer(failed_call(FailureCause.UNAVAILABLE))
    assert seconds_to_call(driver) == 200
    driver.answer(failed_call(FailureCause.THROTTLED))
    assert 20 < seconds_to_call(driver) < 40


def test_a_list_that_is_due_makes_room_while_calls_are_throttled(driver: EngineDriver) -> None:
    """Nobody waits for it; it comes within three hours."""
    driver.reconfigure(policy(reconcile_seconds=DAY))
    driver.announce(["a"])
    driver.next_call()
    driver.answer(failed_call(FailureCause.THROTTLED))
    before = driver.seconds
    assert driver.next_call().operation is Operation.ASSOCIATE
    driver.answer(Succeeded())
    driver.next_call()
    assert driver.seconds - before == THREE_HOURS


def test_a_list_that_is_throttled_begins_again_within_three_hours(driver: EngineDriver) -> None:
    """But one that goes on goes on: its pages must not grow old."""
    driver.reconfigure(policy(reconcile_seconds=DAY))
    seconds_to_call(driver, Operation.LIST)
    driver.answer(failed_call(FailureCause.THROTTLED))
    assert seconds_to_call(driver, Operation.LIST) == THREE_HOURS
    driver.answer(Listed((), "more"))
    driver.next_call()
    driver.answer(failed_call(FailureCause.THROTTLED))
    assert seconds_to_call(driver, Operation.LIST) <= 5


def test_a_list_that_somebody_wants_does_not_wait_so_long(driver: EngineDriver) -> None:
    """Not if it is throttled, and not if it was put off; but as long as the service asks."""
    driver.reconfigure(policy(reconcile_seconds=DAY))
    seconds_to_call(driver, Operation.LIST)
    driver.answer(failed_call(FailureCause.THROTTLED, retry_after=100))
    driver.engine.list_requested(driver.now)
    assert seconds_to_call(driver, Operation.LIST) == 100
    driver.answer(failed_call(FailureCause.THROTTLED))
    assert seconds_to_call(driver, Operation.LIST) <= 300


def test_with_lists_turned_off_none_is_put_off(driver: EngineDriver) -> None:
    """Nor is there one."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(failed_call(FailureCause.THROTTLED))
    driver.next_call()
    driver.answer(Succeeded())
    assert driver.step().wake_at is None
