"""When the cloud's list is asked for, and what one is worth."""

import pytest

from client_device_associator.core.answer import (
    Listed,
    Succeeded,
)
from client_device_associator.core.comparison import MAX_REPORTED
from client_device_associator.core.decision import Call, Decision, Step
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.notices import RosterCompared, RosterUseless
from client_device_associator.core.operation import Operation
from client_device_associator.core.roster import (
    CONFIRM_SECONDS,
    INTERVAL_SPREAD,
    ON_DEMAND_SECONDS,
    START_SPREAD_SECONDS,
)
from support.engine_driver import EngineDriver
from support.lists import DAY, OLD, answer_list, associate, differences, finish, known
from support.values import numbered, policy


@pytest.fixture
def listed(driver: EngineDriver) -> EngineDriver:
    """Compares once a day."""
    driver.reconfigure(policy(reconcile_seconds=DAY, trust_seconds=10 * DAY))
    return driver


def test_there_is_a_list_soon_after_the_start_and_then_once_a_day(listed: EngineDriver) -> None:
    """With some chance in it, so that a fleet spreads."""
    answer_list(listed, [])
    assert listed.seconds <= START_SPREAD_SECONDS
    before = listed.seconds
    answer_list(listed, [])
    assert DAY * (1 - INTERVAL_SPREAD) <= listed.seconds - before <= DAY * (1 + INTERVAL_SPREAD)


def test_turned_off_there_is_none(driver: EngineDriver) -> None:
    """Not even on request; and a list that goes on is given up."""
    driver.engine.list_requested(driver.now)
    assert driver.step() == Step()
    driver.reconfigure(policy(reconcile_seconds=DAY))
    driver.next_call()
    driver.reconfigure(policy(reconcile_seconds=0.0))
    driver.answer(Listed(("a",)))
    assert driver.step() == Step()
    assert known(driver, "a") == {}


def test_the_first_list_is_no_news(listed: EngineDriver) -> None:
    """Who is on it is known from then on, as somebody else's."""
    answer_list(listed, ["a", "b"], ["c"])
    assert set(known(listed, "a", "b", "c").values()) == {DeviceState.ASSOCIATED}
    assert listed.journal.devices(["a"])["a"].origin is Origin.FOREIGN
    assert differences(listed) == []
    assert listed.notices == [RosterCompared(3, 0, 0, ((), ()))]
    assert listed.announce(["a"]).transient[0].already


def test_nothing_is_acted_on_before_the_last_page(listed: EngineDriver) -> None:
    """A list may still turn out to be of no use."""
    listed.next_call()
    listed.answer(Listed(("a",), "more"))
    assert listed.step().call == Call(operation=Operation.LIST, next_token="more")  # noqa: S106
    assert known(listed, "a") == {}
    listed.answer(Listed(("b",), "more"))
    finish(listed)
    assert known(listed, "a", "b") == {}
    assert listed.notices == [RosterUseless("a page of it leads back to an earlier one")]


def test_who_appears_later_is_reported_once(listed: EngineDriver) -> None:
    """On the roster's topic."""
    answer_list(listed, [])
    answer_list(listed, ["a"])
    answer_list(listed, ["a"])
    assert differences(listed) == [("appeared", "a")]
    assert listed.notices[1] == RosterCompared(1, 1, 0, (("a",), ()))


def test_absence_needs_two_lists(listed: EngineDriver) -> None:
    """The second one comes soon; then nothing is known of the device any more."""
    associate(listed, "a", "b")
    answer_list(listed, ["a"])
    assert known(listed, "b") == {"b": DeviceState.ASSOCIATED}
    before = listed.seconds
    answer_list(listed, ["a"])
    assert listed.seconds - before == CONFIRM_SECONDS
    assert known(listed, "a", "b") == {"a": DeviceState.ASSOCIATED}
    assert differences(listed) == [("vanished", "b")]
    assert listed.notices[-1] == RosterCompared(1, 0, 1, ((), ("b",)))
    listed.announce(["b"])
    assert listed.next_call().thing_names == ("b",)


def test_a_list_that_was_torn_once_proves_nothing(listed: EngineDriver) -> None:
    """Empty, or ended early: the second one has everybody again."""
    associate(listed, "a", "b")
    answer_list(listed, [])
    answer_list(listed, ["a", "b"])
    answer_list(listed, ["a"])
    answer_list(listed, ["a", "b"])
    assert len(known(listed, "a", "b")) == 2
    assert differences(listed) == []


def test_there_are_two_lists_in_an_interval_and_not_more(listed: EngineDriver) -> None:
    """Also if each of them lacks somebody else."""
    associate(listed, "a", "b", "c")
    answer_list(listed, ["a", "b"])
    answer_list(listed, ["b", "c"])
    before = listed.seconds
    answer_list(listed, ["a", "c"])
    assert listed.seconds - before > DAY / 2
    assert len(known(listed, "a", "b", "c")) == 3


def test_an_old_list_does_not_undo_what_came_after_it(listed: EngineDriver) -> None:
    """Neither an association that was made while it came, nor one shortly before it began."""
    answer_list(listed, [])
    listed.announce(["before"])
    listed.next_call()
    listed.answer(Succeeded())
    listed.engine.list_requested(listed.now)
    listed.seconds += ON_DEMAND_SECONDS
    assert listed.next_call().operation is Operation.LIST
    listed.announce(["during"])
    listed.answer(Listed((), "more"))
    listed.seconds += 1
    assert listed.next_call().thing_names == ("during",)
    listed.answer(Succeeded())
    assert listed.next_call().next_token == "more"  # noqa: S105
    listed.answer(Listed(()))
    finish(listed)
    listed.engine.list_requested(listed.now)
    answer_list(listed, [])
    assert len(known(listed, "before", "during")) == 2


def test_who_has_left_does_not_come_back_by_an_old_list(listed: EngineDriver) -> None:
    """It may be on it still; on a later one somebody else has associated it again."""
    associate(listed, "a")
    answer_list(listed, ["a"])
    listed.depart(["a"])
    listed.next_call()
    listed.answer(Succeeded())
    listed.engine.list_requested(listed.now)
    answer_list(listed, ["a"])
    assert known(listed, "a") == {"a": DeviceState.LEFT}
    answer_list(listed, ["a"])
    assert known(listed, "a") == {"a": DeviceState.ASSOCIATED}


def test_a_list_that_is_turned_on_does_not_bring_back_who_has_just_left(
    driver: EngineDriver,
) -> None:
    """It may be as late as any other, so who has left is remembered without lists as well."""
    driver.reconfigure(policy(trust_seconds=0.0, reconcile_seconds=0.0))
    driver.depart(["a"])
    driver.run()
    driver.seconds += 1
    driver.depart(["b"])
    driver.run()
    driver.reconfigure(policy(trust_seconds=0.0, reconcile_seconds=DAY))
    answer_list(driver, ["a"])
    assert known(driver, "a") == {"a": DeviceState.LEFT}


def test_who_waits_for_a_call_is_left_alone(listed: EngineDriver) -> None:
    """Whatever the list says: the cloud is asked anyway."""
    listed.next_call()
    listed.announce(["a"])
    listed.depart(["b"])
    listed.answer(Listed(("b",)))
    finish(listed)
    assert known(listed, "a", "b") == {"a": DeviceState.PENDING, "b": DeviceState.LEAVING}


@pytest.mark.parametrize("restores", [True, False])
def test_vanished_devices_of_ours_may_be_restored(listed: EngineDriver, *, restores: bool) -> None:
    """Those of somebody else are not: he has taken them away himself."""
    answer_list(listed, ["foreign"])
    associate(listed, "ours")
    listed.reconfigure(policy(reconcile_seconds=DAY, restores=restores, trust_seconds=10 * DAY))
    answer_list(listed, [])
    listed.seconds += CONFIRM_SECONDS
    listed.next_call()
    listed.answer(Listed(()))
    finish(listed)
    assert {name for _, name in differences(listed)} == {"foreign", "ours"}
    expected = {"ours": DeviceState.PENDING} if restores else {}
    assert known(listed, "foreign", "ours") == expected
    if restores:
        listed.next_call()
        listed.answer(Succeeded())
        assert listed.journal.devices(["ours"])["ours"].origin is Origin.OURS


def test_a_failed_device_that_is_on_the_list_is_associated(listed: EngineDriver) -> None:
    """Somebody has done by hand what failed here; if it is ours, it was heard as it was before."""
    ours = Device("ours", DeviceState.FAILED, listed.now.steady, origin=Origin.OURS, heard_on=7)
    new = Device("new", DeviceState.FAILED, listed.now.steady, heard_on=7)
    with listed.journal.transaction():
        listed.journal.store(Decision(devices=(ours, new)))
    listed.seconds += OLD
    answer_list(listed, ["ours", "new"])
    devices = listed.journal.devices(["ours", "new"])
    assert {one.state for one in devices.values()} == {DeviceState.ASSOCIATED}
    assert (devices["ours"].origin, devices["ours"].heard_on) == (Origin.OURS, 7)
    assert devices["new"].origin is Origin.FOREIGN


def test_what_a_clock_that_was_wrong_has_stored_is_judged_all_the_same(
    listed: EngineDriver,
) -> None:
    """It is older than this process, so lists judge it that begin 5 minutes after its start."""
    ahead = listed.now.steady + 1000 * DAY
    there = Device("there", DeviceState.ASSOCIATED, ahead, origin=Origin.OURS)
    left = Device("left", DeviceState.LEFT, ahead)
    with listed.journal.transaction():
        listed.journal.store(Decision(devices=(there, left)))
    answer_list(listed, ["left"])
    listed.seconds += ON_DEMAND_SECONDS
    listed.engine.list_requested(listed.now)
    answer_list(listed, ["left"])
    assert known(listed, "there", "left") == {
        "there": DeviceState.ASSOCIATED,
        "left": DeviceState.LEFT,
    }
    answer_list(listed, ["left"])
    answer_list(listed, ["left"])
    assert known(listed, "there", "left") == {"left": DeviceState.ASSOCIATED}
    assert differences(listed) == [("appeared", "left"), ("vanished", "there")]


def test_only_so_many_are_reported_one_by_one(listed: EngineDriver) -> None:
    """All of them are counted."""
    answer_list(listed, [])
    many = numbered(MAX_REPORTED + 5)
    answer_list(listed, *(many[start : start + 100] for start in range(0, len(many), 100)))
    assert len(differences(listed)) == MAX_REPORTED
    compared = listed.notices[-1]
    assert isinstance(compared, RosterCompared)
    assert (compared.devices, compared.appeared) == (len(many), len(many))
    assert len(known(listed, *many)) == len(many)
