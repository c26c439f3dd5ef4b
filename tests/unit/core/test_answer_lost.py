"""Answers that the journal did not even let be looked into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import errors, nothing, numbered
from client_device_associator.core.answer import Accepted, Invalid
from client_device_associator.journal.journal import Journal
from client_device_associator.messages.announcement import Reading, read_announcement
from engine_driver import EngineDriver


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[EngineDriver]:
    """An engine with the default settings and the longest waits."""
    journal = Journal(tmp_path / "journal")
    yield EngineDriver(journal)
    journal.close()


def test_the_call_is_made_again(driver: EngineDriver) -> None:
    """Its devices are pending still; a second loss of the same answer changes nothing."""
    driver.announce(numbered(2))
    call = driver.next_call()
    for _ in range(2):
        driver.engine.answer_lost(call.call_id, Accepted(), driver.now)
    again = driver.step().call
    assert again is not None
    assert again.thing_names == call.thing_names
    driver.engine.answer_lost(call.call_id, Accepted(), driver.now)
    assert driver.step().call is None


def test_a_wait_that_it_asked_for_is_kept(driver: EngineDriver) -> None:
    """The cloud is left alone, whatever the disk does."""
    driver.announce(numbered(1))
    call = driver.next_call()
    driver.engine.answer_lost(call.call_id, nothing(retry_after=500), driver.now)
    step = driver.step()
    assert step.call is None
    assert step.wake_at == driver.now.steady + 500


def test_a_batch_that_is_narrowed_down_goes_on_where_it_was(driver: EngineDriver) -> None:
    """The same group is asked for again, and everybody comes out as they should."""
    driver.announce(numbered(4))
    driver.next_call()
    driver.answer(Invalid("somebody is at fault"))
    half = driver.next_call()
    assert len(half.thing_names) == 2
    driver.engine.answer_lost(half.call_id, errors(), driver.now)
    assert driver.next_call().thing_names == half.thing_names


def test_a_topic_that_is_no_unicode_has_no_results() -> None:
    """Nobody could subscribe to its result topic."""
    assert read_announcement(None, "t\ud800", b'{"thingName": "a"}') == Reading()
