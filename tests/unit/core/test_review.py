"""Rules and limits that have become stricter while devices waited."""

from dataclasses import replace

import pytest

from client_device_associator.core.answer import Succeeded, ValidationFailed
from client_device_associator.core.depart import depart
from client_device_associator.core.life import DeviceState
from client_device_associator.core.notices import DevicesRefused
from client_device_associator.core.result import Reason, Result, Status
from support.engine_driver import EngineDriver
from support.gates import Doorkeeper
from support.values import failed_call, numbered


def tighten(driver: EngineDriver, *names: str, is_silent: bool = False) -> None:
    """These are kept out from now on."""
    driver.reconfigure(replace(driver.policy, gate=Doorkeeper(names, is_silent=is_silent)))


def test_nobody_who_is_refused_by_now_is_in_a_call(driver: EngineDriver) -> None:
    """Rules that change in an outage count for whatever is called after it."""
    names = numbered(250)
    driver.announce(names, announcement_id="7")
    driver.next_call()
    driver.answer(failed_call())
    tighten(driver, *names[::2])
    called = [name for call in driver.run() for name in call.thing_names]
    assert sorted(called) == names[1::2]
    refused = [one for one in driver.durable() if one.status is Status.REJECTED]
    assert {one.thing_name for one in refused} == set(names[::2])
    assert refused[0] == Result(
        refused[0].topic,
        Status.REJECTED,
        refused[0].thing_name,
        code=Reason.NOT_ADMITTED.value,
        message="not today",
        announcement_id="7",
    )
    assert driver.journal.pending() == 0


def test_those_who_are_left_fill_their_calls(driver: EngineDriver) -> None:
    """The refused take no places in a call."""
    names = numbered(300)
    driver.announce(names)
    tighten(driver, *names[:150])
    assert [len(call.thing_names) for call in driver.run()] == [100, 50]


def test_an_operator_reads_of_them_once(driver: EngineDriver) -> None:
    """One line for each reason and call, with the names."""
    driver.announce(["a", "b", "c"])
    tighten(driver, "a", "b")
    driver.run()
    notices = [one for one in driver.notices if isinstance(one, DevicesRefused)]
    assert notices == [DevicesRefused(("a", "b"), "not today")]


def test_a_refused_device_may_come_back(driver: EngineDriver) -> None:
    """When the rules admit it again, and it is announced again; not by itself."""
    driver.announce(["a"])
    tighten(driver, "a")
    assert driver.run() == []
    device = driver.journal.devices(["a"])["a"]
    assert (device.state, device.code) == (DeviceState.FAILED, Reason.NOT_ADMITTED.value)
    tighten(driver)
    assert driver.run() == []
    driver.announce(["a"])
    assert [call.thing_names for call in driver.run()] == [("a",)]


def test_what_is_associated_stays_so(driver: EngineDriver) -> None:
    """A change of rules disassociates nobody, and asks nobody."""
    driver.announce(["a"])
    driver.run()
    before = driver.durable()
    tighten(driver, "a")
    assert driver.run() == []
    assert driver.journal.devices(["a"])["a"].state is DeviceState.ASSOCIATED
    assert driver.durable() == before


def test_parts_of_a_refused_batch_are_reviewed_too(driver: EngineDriver) -> None:
    """They are in memory, and leave without waiting."""
    names = numbered(8)
    driver.announce(names)
    driver.next_call()
    driver.answer(ValidationFailed("one of them"))
    tighten(driver, *names[:3], names[7])
    called = [name for call in driver.run() for name in call.thing_names]
    assert sorted(called) == names[3:7]


def test_a_batch_of_which_nobody_is_left(driver: EngineDriver) -> None:
    """There is nothing more to call."""
    driver.announce(["a", "b"])
    driver.next_call()
    driver.answer(ValidationFailed("one of them"))
    tighten(driver, "a", "b")
    assert driver.run() == []
    assert not driver.step().wake_at


def test_one_announcement_that_is_admitted_is_enough(driver: EngineDriver) -> None:
    """The device was announced on another topic as well."""
    driver.announce(["a", "b"], "good")
    driver.announce(["a"], "bad")
    driver.announce(["c"], "bad")
    driver.reconfigure(replace(driver.policy, gate=Doorkeeper(topics=["bad"])))
    assert [call.thing_names for call in driver.run()] == [("a", "b")]
    answers = {(one.thing_name, one.topic): one.status for one in driver.durable()}
    assert answers == {
        ("a", "good"): Status.ASSOCIATED,
        ("a", "bad"): Status.ASSOCIATED,
        ("b", "good"): Status.ASSOCIATED,
        ("c", "bad"): Status.REJECTED,
    }


def test_presence_is_refused_without_an_answer(driver: EngineDriver) -> None:
    """Nobody has asked."""
    driver.announce(["a"])
    tighten(driver, "a", is_silent=True)
    assert driver.run() == []
    assert driver.durable() == []
    assert driver.journal.pending() == 0


def test_a_device_whose_announcements_are_lost_is_reviewed_by_its_name(
    driver: EngineDriver,
) -> None:
    """A damaged row must open no door."""
    driver.announce(["a", "b"])
    with driver.journal.transaction():
        driver.journal._database.write("DELETE FROM waiting")  # noqa: SLF001 - as damage would
    tighten(driver, "a")
    assert [call.thing_names for call in driver.run()] == [("b",)]


def test_who_leaves_leaves_also_if_that_was_lost(driver: EngineDriver) -> None:
    """Nobody's word is left to be refused."""
    driver.depart(["a"])
    with driver.journal.transaction():
        driver.journal._database.write("DELETE FROM waiting")  # noqa: SLF001 - as damage would
    tighten(driver, "a")
    assert [call.thing_names for call in driver.run()] == [("a",)]


def test_what_the_component_has_decided_is_not_undone_by_a_word_that_is_refused(
    driver: EngineDriver,
) -> None:
    """A device that is silent leaves, whoever else wants it to."""
    driver.announce(["a"])
    driver.run()
    device = driver.journal.devices(["a"])["a"]
    driver.carry_out(lambda: depart([device], "silent", driver.now))
    driver.depart(["a"])
    tighten(driver, "a")
    assert [call.thing_names for call in driver.run()] == [("a",)]


def limit(driver: EngineDriver, most: int | None) -> None:
    """So many devices may be associated from now on."""
    driver.reconfigure(replace(driver.policy, max_devices=most))


def test_no_more_devices_than_allowed(driver: EngineDriver) -> None:
    """Those that wait count as well; the others hear why they are not in."""
    limit(driver, 3)
    rejected = driver.announce(numbered(5)).transient
    assert [(one.thing_name, one.status, one.code) for one in rejected] == [
        (name, Status.REJECTED, Reason.NOT_ADMITTED.value) for name in numbered(5)[3:]
    ]
    assert "limits.maxDevices allows, 3" in str(rejected[0].message)
    assert [len(call.thing_names) for call in driver.run()] == [3]
    assert driver.announce(["another"]).transient[0].status is Status.REJECTED
    assert driver.announce(numbered(1)).transient[0].already


@pytest.mark.parametrize("trust", [10.0, 0.0])
def test_devices_keep_their_places(driver: EngineDriver, trust: float) -> None:
    """Also when what is believed of them has expired, and after a restart."""
    driver.reconfigure(replace(driver.policy, max_devices=2, trust_seconds=trust))
    driver.announce(["a", "b"])
    driver.run()
    driver.seconds += 1000
    driver.restart()
    assert driver.announce(["c"]).transient[0].status is Status.REJECTED
    driver.announce(["b"])
    assert [call.thing_names for call in driver.run()] == [("b",)]
    assert driver.announce(["c"]).transient[0].status is Status.REJECTED


def test_a_device_that_has_failed_leaves_its_place(driver: EngineDriver) -> None:
    """Another one may have it."""
    limit(driver, 1)
    driver.announce(["a"])
    driver.next_call()
    driver.answer(ValidationFailed("no"))
    assert driver.announce(["b"]).transient == ()
    assert [call.thing_names for call in driver.run()] == [("b",)]


def test_a_lower_limit_counts_for_those_who_wait(driver: EngineDriver) -> None:
    """The oldest get the places that are left."""
    driver.announce(["a"])
    driver.run()
    driver.announce(["b", "c", "d"])
    limit(driver, 2)
    assert [call.thing_names for call in driver.run()] == [("b",)]
    refused = [one for one in driver.durable() if one.status is Status.REJECTED]
    assert sorted(str(one.thing_name) for one in refused) == ["c", "d"]
    limit(driver, None)
    driver.announce(["c"])
    driver.next_call()
    driver.answer(Succeeded())
    assert driver.journal.devices(["c"])["c"].state is DeviceState.ASSOCIATED


def test_without_a_limit_associated_devices_are_forgotten(driver: EngineDriver) -> None:
    """The journal does not grow with every device ever seen."""
    driver.announce(["a"])
    driver.run()
    driver.seconds += driver.policy.trust_seconds + 1
    driver.announce(["b"])
    driver.run()
    assert set(driver.journal.devices(["a", "b"])) == {"b"}
    assert driver.journal.held() == 1
