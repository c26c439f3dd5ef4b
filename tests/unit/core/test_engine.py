"""Which calls leave, and when."""

import pytest

from client_device_associator.core import backoff
from client_device_associator.core.answer import Succeeded, ThingNotFound
from client_device_associator.core.decision import Call, Step
from support.engine_driver import EngineDriver
from support.values import START, error_entries, failed_call, numbered, policy


def test_nothing_is_done_for_nothing(driver: EngineDriver) -> None:
    """Without a device there is no call, and nothing to wake up for."""
    assert driver.step() == Step()


def test_a_call_waits_for_others_to_join(driver: EngineDriver) -> None:
    """The oldest of a batch waits maxWaitSeconds, and the step says when that is."""
    driver.announce(["a"])
    assert driver.step() == Step(wake_at=START + 1)
    driver.seconds = 0.9
    driver.announce(["b"])
    assert driver.step() == Step(wake_at=START + 1)
    driver.seconds = 1
    assert driver.next_call() == Call(("a", "b"))
    assert driver.seconds == 1


def test_a_full_call_leaves_at_once(driver: EngineDriver) -> None:
    """100 devices that are due wait for nobody."""
    driver.announce(numbered(100))
    assert driver.step().call is not None


@pytest.mark.parametrize(("devices", "calls"), [(1, 1), (100, 1), (101, 2), (250, 3)])
def test_a_burst_costs_as_few_calls_as_possible(
    driver: EngineDriver, devices: int, calls: int
) -> None:
    """N devices cost N / 100 calls, rounded up; again they cost none."""
    names = numbered(devices)
    driver.announce(names)
    made = driver.run()
    assert len(made) == calls
    assert sorted(name for call in made for name in call.thing_names) == names
    driver.announce(names)
    assert driver.run() == []


def test_smaller_batches_if_so_configured(driver: EngineDriver) -> None:
    """batching.maxSize counts from the next call on."""
    driver.reconfigure(policy(max_batch=7))
    driver.announce(numbered(15))
    assert [len(call.thing_names) for call in driver.run()] == [7, 7, 1]


def test_what_arrives_during_a_call_goes_into_the_next(driver: EngineDriver) -> None:
    """Once the first is answered."""
    driver.announce(numbered(100))
    first = driver.next_call()
    driver.announce(numbered(100, "other"))
    driver.seconds += 30
    driver.answer(Succeeded())
    assert not set(driver.next_call().thing_names) & set(first.thing_names)


def test_a_batch_that_becomes_full_leaves_then(driver: EngineDriver) -> None:
    """Devices that are tried again later together do not wait when there are enough of them."""
    driver.reconfigure(policy(max_batch=3, max_wait_seconds=3600))
    driver.announce(["a", "b", "c"])
    driver.next_call()
    driver.answer(error_entries(*((name, "Oops") for name in "abc")))
    before = driver.seconds
    assert len(driver.next_call().thing_names) == 3
    assert driver.seconds - before < 10


def test_a_thing_that_does_not_exist_delays_no_other(driver: EngineDriver) -> None:
    """A call refused as a whole for one device: it alone waits, the others go again at once."""
    driver.announce(["a", "b", "c"])
    driver.next_call()
    driver.answer(ThingNotFound("b", "ResourceNotFoundException", "no such thing"))
    before = driver.seconds
    assert driver.next_call().thing_names == ("a", "c")
    assert driver.seconds - before <= 1
    driver.answer(Succeeded())
    assert driver.next_call().thing_names == ("b",)


@pytest.mark.parametrize("jump", [-1_700_000_000.0, 1_000_000.0])
def test_a_wall_clock_that_is_set_changes_nothing(driver: EngineDriver, jump: float) -> None:
    """Neither a wait nor trust depends on it."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(failed_call(retry_after=100))
    driver.wall_ahead = jump
    before = driver.seconds
    driver.next_call()
    assert driver.seconds == pytest.approx(before + 110)
    driver.answer(Succeeded())
    driver.wall_ahead = 0
    driver.announce(["a"])
    assert driver.run() == []


@pytest.mark.parametrize("jump", [-1_000_000.0, 1_000_000.0])
def test_a_restart_with_another_clock_stalls_nothing(driver: EngineDriver, jump: float) -> None:
    """A new process may have quite another time; its queue goes on within minutes."""
    driver.seconds = 2_000_000.0
    driver.announce(["a"])
    driver.next_call()
    driver.answer(error_entries(("a", "Oops")))
    driver.seconds += jump
    driver.restart()
    driver.journal.recover(driver.now.steady, backoff.DEVICE.cap)
    before = driver.seconds
    driver.run()
    assert driver.journal.pending() == 0
    assert driver.seconds - before <= backoff.DEVICE.cap + 1
