"""What a complete list makes of the journal."""

from dataclasses import replace

import pytest

from client_device_associator.core import comparison
from client_device_associator.core.answer import Listed, Succeeded
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.roster import INTERVAL_SPREAD
from support.engine_driver import EngineDriver
from support.lists import DAY, answer_list, associate, differences, known
from support.values import error_entries, numbered, policy

RESTORED_AT_ONCE = 9
"""Of ten places."""


@pytest.fixture
def listed(driver: EngineDriver) -> EngineDriver:
    """Compares once a day."""
    driver.reconfigure(policy(reconcile_seconds=DAY, trust_seconds=10 * DAY))
    return driver


def test_portion_after_portion_everybody_is_looked_for(
    listed: EngineDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the last device of the last portion."""
    monkeypatch.setattr(comparison, "PORTION", 2)
    names = numbered(5)
    associate(listed, *names)
    for _ in range(2):
        answer_list(listed, names[:-1])
    assert set(known(listed, *names)) == set(names[:-1])


def test_a_name_that_is_twice_on_a_list_has_appeared_once(listed: EngineDriver) -> None:
    """The list is no snapshot: a device may be on it wherever it was."""
    answer_list(listed, [])
    answer_list(listed, ["a"], ["a", "a"])
    assert differences(listed) == [("appeared", "a")]


def test_a_device_that_has_vanished_and_come_back_is_given_two_lists_again(
    listed: EngineDriver,
) -> None:
    """What was missing before it was associated again says nothing about it now."""
    associate(listed, "a")
    answer_list(listed, [])
    answer_list(listed, [])
    assert known(listed, "a") == {}
    before = listed.seconds
    associate(listed, "a")
    answer_list(listed, [])
    assert listed.seconds - before >= DAY * (1 - INTERVAL_SPREAD)
    assert known(listed, "a") == {"a": DeviceState.ASSOCIATED}


def test_a_device_that_is_restored_is_the_one_it_was(listed: EngineDriver) -> None:
    """It is ours also if somebody was faster, and is as silent as before."""
    associate(listed, "a")
    device = replace(listed.journal.devices(["a"])["a"], heard_on=7)
    listed.carry_out(lambda: Decision(devices=(device,)))
    listed.reconfigure(replace(listed.policy, restores=True))
    answer_list(listed, [])
    answer_list(listed, [])
    listed.next_call()
    listed.answer(error_entries(("a", "ConflictException")))
    restored = listed.journal.devices(["a"])["a"]
    assert (restored.state, restored.origin) == (DeviceState.ASSOCIATED, Origin.OURS)
    assert restored.heard_on == 7


def test_no_more_are_restored_than_may_wait(listed: EngineDriver) -> None:
    """A tenth of the queue is kept for announcements; the others' turn comes with the next list."""
    names = numbered(20)
    associate(listed, *names)
    listed.reconfigure(replace(listed.policy, restores=True, max_pending=10, lanes=("shared",)))
    answer_list(listed, [])
    answer_list(listed, [])
    waiting = [
        name for name, state in known(listed, *names).items() if state is DeviceState.PENDING
    ]
    assert len(waiting) == RESTORED_AT_ONCE
    listed.next_call()
    listed.answer(Succeeded())
    answer_list(listed, waiting)
    assert listed.journal.pending() == RESTORED_AT_ONCE
    assert set(known(listed, *names)) == set(names)
    assert [status for status, _ in differences(listed)] == ["vanished"] * 2 * RESTORED_AT_ONCE


def test_a_portion_without_news_stores_nothing(listed: EngineDriver) -> None:
    """Flash wears out, and a list of many devices has many portions."""
    associate(listed, "a")
    listed.next_call()
    listed.answer(Listed(("a",)))
    assert listed.step().decided is None
