"""Lists that fail, on request, and what waits for them."""

import pytest

from client_device_associator.core.answer import (
    CallFailed,
    FailureCause,
    Listed,
    Succeeded,
    ValidationFailed,
)
from client_device_associator.core.comparison import LATENESS_SECONDS
from client_device_associator.core.decision import Call
from client_device_associator.core.life import DeviceState
from client_device_associator.core.notices import RosterCompared, RosterDenied, RosterUseless
from client_device_associator.core.operation import Operation
from client_device_associator.core.roster import (
    INTERVAL_SPREAD,
    ON_DEMAND_SECONDS,
    START_SPREAD_SECONDS,
)
from support.engine_driver import EngineDriver
from support.lists import DAY, answer_list, associate, finish, known
from support.values import policy


@pytest.fixture
def listed(driver: EngineDriver) -> EngineDriver:
    """Compares once a day."""
    driver.reconfigure(policy(reconcile_seconds=DAY, trust_seconds=10 * DAY))
    return driver


def test_what_is_no_thing_name_is_passed_over(listed: EngineDriver) -> None:
    """The service's answer is not believed more than anybody else's."""
    answer_list(listed, ["a", "not a name", "b\n", ""])
    assert listed.notices == [RosterCompared(1, 0, 0, ((), ()))]


def test_a_page_that_fails_is_asked_for_again(listed: EngineDriver) -> None:
    """The pages before it are kept."""
    listed.next_call()
    listed.answer(Listed(("a",), "more"))
    listed.next_call()
    listed.answer(CallFailed(FailureCause.THROTTLED, "Slow", "down", retry_after=100))
    before = listed.seconds
    again = listed.next_call()
    assert again.next_token == "more"  # noqa: S105
    assert listed.seconds - before >= 100
    listed.answer(Listed(("b",)))
    finish(listed)
    assert len(known(listed, "a", "b")) == 2


def test_a_page_that_fails_for_long_starts_the_list_over(listed: EngineDriver) -> None:
    """Its token has expired by then."""
    listed.next_call()
    listed.answer(Listed(("a",), "more"))
    tokens = []
    for _ in range(35):
        tokens.append(listed.next_call().next_token)
        listed.answer(CallFailed(FailureCause.UNAVAILABLE, "x", "y"))
    assert tokens[0] == "more"
    assert tokens[-1] is None


def test_a_token_that_is_refused_starts_the_list_over_later(listed: EngineDriver) -> None:
    """It has expired; the new list is not asked for in the same moment."""
    listed.next_call()
    listed.answer(Listed(("a",), "more"))
    listed.next_call()
    listed.answer(ValidationFailed("the token has expired"))
    before = listed.seconds
    assert listed.next_call().next_token is None
    assert listed.seconds - before >= 60
    (useless,) = listed.notices
    assert isinstance(useless, RosterUseless)


def test_without_the_permission_it_is_tried_again_each_interval(listed: EngineDriver) -> None:
    """Said once; and what is associated is forgotten as if there were no list."""
    for _ in range(2):
        listed.next_call()
        listed.answer(CallFailed(FailureCause.ACCESS_DENIED, "AccessDenied", "no"))
    assert listed.notices == [RosterDenied("no")]
    assert listed.seconds >= DAY * (1 - INTERVAL_SPREAD)
    listed.reconfigure(policy(reconcile_seconds=DAY, trust_seconds=1.0))
    associate(listed, "a")
    associate(listed, "b")
    assert known(listed, "a") == {}


def test_with_the_permission_back_a_device_is_known_until_it_has_vanished(
    listed: EngineDriver,
) -> None:
    """What is associated is forgotten only while the list may not be read."""
    listed.reconfigure(policy(reconcile_seconds=DAY, trust_seconds=1.0))
    listed.next_call()
    listed.answer(CallFailed(FailureCause.ACCESS_DENIED, "AccessDenied", "no"))
    answer_list(listed, [])
    associate(listed, "a")
    associate(listed, "b")
    assert len(known(listed, "a", "b")) == 2


def test_without_the_permission_nothing_is_confirmed(listed: EngineDriver) -> None:
    """That would be once a minute, for as long as nobody gives it back."""
    answer_list(listed, [])
    associate(listed, "a")
    answer_list(listed, [])
    listed.next_call()
    listed.answer(CallFailed(FailureCause.ACCESS_DENIED, "AccessDenied", "no"))
    before = listed.seconds
    listed.next_call()
    assert listed.seconds - before >= DAY * (1 - INTERVAL_SPREAD)


def test_who_left_while_pages_came_is_not_made_associated_by_them(listed: EngineDriver) -> None:
    """It is remembered for as long as a list may be older, however short `trustSeconds` is."""
    listed.reconfigure(policy(reconcile_seconds=DAY, trust_seconds=0.0))
    listed.next_call()
    listed.answer(Listed(("a",), "more"))
    listed.depart(["a"])
    listed.seconds += listed.policy.max_wait_seconds
    assert listed.next_call().operation is Operation.DISASSOCIATE
    listed.answer(Succeeded())
    for name in ("b", "c"):
        listed.seconds += LATENESS_SECONDS
        listed.announce([name])
        listed.seconds += listed.policy.max_wait_seconds
        assert listed.next_call().thing_names == (name,)
        listed.answer(Succeeded())
    assert listed.next_call().next_token == "more"  # noqa: S105
    listed.answer(Listed(()))
    finish(listed)
    assert known(listed, "a") == {"a": DeviceState.LEFT}


def test_who_left_shortly_before_a_list_is_not_made_associated_by_it(
    listed: EngineDriver,
) -> None:
    """It may be older than when it began."""
    listed.reconfigure(policy(reconcile_seconds=DAY, trust_seconds=0.0))
    answer_list(listed, [])
    listed.depart(["a"])
    listed.next_call()
    listed.answer(Succeeded())
    listed.seconds += 1
    listed.announce(["b"])
    listed.next_call()
    listed.answer(Succeeded())
    listed.engine.list_requested(listed.now)
    answer_list(listed, ["a", "b"])
    assert known(listed, "a") == {"a": DeviceState.LEFT}


def test_with_the_list_a_device_is_known_until_it_has_vanished(listed: EngineDriver) -> None:
    """TrustSeconds is only about how long nobody asks."""
    listed.reconfigure(policy(reconcile_seconds=DAY, trust_seconds=1.0))
    associate(listed, "a")
    associate(listed, "b")
    assert len(known(listed, "a", "b")) == 2


def test_on_request_a_list_comes_at_once_but_not_too_often(listed: EngineDriver) -> None:
    """Somebody who asks all the time gets one a minute."""
    answer_list(listed, [])
    before = listed.seconds
    for _ in range(3):
        listed.engine.list_requested(listed.now)
    answer_list(listed, [])
    assert ON_DEMAND_SECONDS - START_SPREAD_SECONDS <= listed.seconds - before <= ON_DEMAND_SECONDS
    listed.seconds += ON_DEMAND_SECONDS
    listed.engine.list_requested(listed.now)
    assert listed.step().call == Call(operation=Operation.LIST)
    listed.engine.list_requested(listed.now)
    listed.answer(Listed(()))


def test_devices_that_wait_go_before_the_next_page(listed: EngineDriver) -> None:
    """A list of a thousand pages keeps nobody waiting."""
    listed.announce(["a"])
    listed.next_call()
    listed.answer(Listed((), "more"))
    listed.seconds += listed.policy.max_wait_seconds
    assert listed.next_call().thing_names == ("a",)


def test_an_answer_that_is_lost_starts_the_list_over(listed: EngineDriver) -> None:
    """What was on the page is not known."""
    listed.next_call()
    listed.answer(Listed(("a",), "more"))
    listed.next_call()
    listed.lose_answer(Listed(("b",)))
    assert listed.next_call().next_token is None


def test_a_late_answer_after_the_list_was_given_up_means_nothing(listed: EngineDriver) -> None:
    """As with any call that is over."""
    listed.next_call()
    listed.reconfigure(policy(reconcile_seconds=0.0))
    listed.reconfigure(policy(reconcile_seconds=DAY))
    listed.answer(Listed(("a",)))
    finish(listed)
    assert known(listed, "a") == {}
