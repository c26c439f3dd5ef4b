"""When the next list comes: after trouble, on request, and when the settings have changed."""

import pytest

from client_device_associator.core import backoff
from client_device_associator.core.answer import (
    CallFailed,
    FailureCause,
    Listed,
    ValidationFailed,
)
from client_device_associator.core.notices import RosterDenied
from client_device_associator.core.operation import Operation
from client_device_associator.core.roster import (
    CONFIRM_SHARE,
    ON_DEMAND_SECONDS,
    START_SPREAD_SECONDS,
)
from support.engine_driver import EngineDriver
from support.lists import DAY, answer_list, associate, known
from support.values import failed_call, policy

LONG_SECONDS = 1000.0
SHORT_INTERVAL = 100.0

DENIED = CallFailed(FailureCause.ACCESS_DENIED, "AccessDenied", "no")
REFUSED = ValidationFailed("the token has expired")


@pytest.fixture
def listed(driver: EngineDriver) -> EngineDriver:
    """Compares once a day."""
    driver.reconfigure(policy(reconcile_seconds=DAY, trust_seconds=10 * DAY))
    return driver


def wait(driver: EngineDriver) -> float:
    """Seconds until the next call, which is for a list."""
    before = driver.seconds
    assert driver.next_call().operation is Operation.LIST
    return driver.seconds - before


def test_another_interval_begins_with_a_list(listed: EngineDriver) -> None:
    """Not after the rest of the one that was set before."""
    answer_list(listed, [])
    listed.reconfigure(policy(reconcile_seconds=DAY / 2))
    assert wait(listed) <= START_SPREAD_SECONDS


def test_turned_off_and_on_a_comparison_does_not_go_on(listed: EngineDriver) -> None:
    """Its list is of another time by then."""
    listed.next_call()
    listed.answer(Listed(("a",)))
    listed.reconfigure(policy(reconcile_seconds=0.0))
    listed.reconfigure(policy(reconcile_seconds=DAY))
    assert wait(listed) <= START_SPREAD_SECONDS
    assert known(listed, "a") == {}


def test_a_denial_is_said_again_when_the_interval_was_changed(listed: EngineDriver) -> None:
    """Somebody has just deployed, and wants to know whether it works."""
    listed.next_call()
    listed.answer(DENIED)
    listed.reconfigure(policy(reconcile_seconds=DAY / 2))
    listed.next_call()
    listed.answer(DENIED)
    assert listed.notices == [RosterDenied("no"), RosterDenied("no")]


def test_a_request_does_not_hurry_a_list_that_goes_on(listed: EngineDriver) -> None:
    """The service has said for how long it wants to be left alone."""
    listed.next_call()
    listed.answer(failed_call(FailureCause.THROTTLED, LONG_SECONDS))
    listed.seconds += ON_DEMAND_SECONDS
    listed.engine.list_requested(listed.now)
    assert wait(listed) >= LONG_SECONDS - ON_DEMAND_SECONDS


def test_a_request_does_not_put_a_list_off(listed: EngineDriver) -> None:
    """One that comes sooner anyway; with a short interval the second one comes soon."""
    listed.reconfigure(policy(reconcile_seconds=SHORT_INTERVAL, trust_seconds=10 * DAY))
    associate(listed, "a")
    answer_list(listed, [])
    listed.engine.list_requested(listed.now)
    assert wait(listed) == CONFIRM_SHARE * SHORT_INTERVAL


def test_a_page_that_has_come_ends_the_failures(listed: EngineDriver) -> None:
    """The next one that fails is the first again."""
    for _ in range(5):
        listed.next_call()
        listed.answer(failed_call())
    listed.next_call()
    listed.answer(Listed((), "more"))
    listed.next_call()
    listed.answer(failed_call())
    assert wait(listed) == backoff.SERVICE.first


def test_lists_of_no_use_come_more_and_more_seldom(listed: EngineDriver) -> None:
    """But not more seldom than others."""
    listed.next_call()
    for seconds in (backoff.PERMISSION.base, 2 * backoff.PERMISSION.base):
        listed.answer(REFUSED)
        assert wait(listed) == seconds
    listed.reconfigure(policy(reconcile_seconds=SHORT_INTERVAL))
    listed.answer(REFUSED)
    listed.next_call()
    listed.answer(REFUSED)
    assert wait(listed) == SHORT_INTERVAL


def test_while_something_is_wrong_with_the_service_there_is_no_list(listed: EngineDriver) -> None:
    """It would be one more call to a service that asks for none."""
    listed.announce(["a"])
    while listed.next_call().operation is Operation.LIST:
        listed.answer(Listed(()))
    listed.answer(failed_call(FailureCause.THROTTLED, LONG_SECONDS))
    before = listed.seconds
    listed.engine.list_requested(listed.now)
    listed.next_call()
    assert listed.seconds - before >= LONG_SECONDS
