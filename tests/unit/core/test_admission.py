from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import SHARED, START, announcements, errors, nothing, numbered
from client_device_associator.core.answer import Accepted
from client_device_associator.core.decision import Decision
from client_device_associator.core.enqueue import MAX_WAITING_PER_DEVICE, turn_away
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.journal.journal import Journal
from client_device_associator.messages.announcement import read_announcement
from engine_driver import EngineDriver


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[EngineDriver]:
    """An engine with a journal on disk."""
    journal = Journal(tmp_path / "journal")
    yield EngineDriver(journal)
    journal.close()


def with_policy(driver: EngineDriver, policy: Policy) -> EngineDriver:
    """The same with other settings."""
    driver.engine.reconfigured(policy)
    return driver


def test_a_new_device_is_stored_without_a_word(driver: EngineDriver) -> None:
    """Without receipts nothing is told before there is an outcome."""
    decision = driver.announce(["a"])
    assert [one.thing_name for one in decision.devices] == ["a"]
    assert decision.waiting == tuple(announcements(["a"]))
    assert decision.told == ()


def test_a_receipt_is_told_for_each_announcement(driver: EngineDriver) -> None:
    """With receipts, repeats are told again that it is on disk."""
    with_policy(driver, Policy(receipts=True))
    expected = (Result(SHARED, Status.QUEUED, "a", announcement_id="7"),)
    assert driver.announce(["a", "a"], announcement_id="7").told == expected
    repeated = driver.announce(["a"], announcement_id="7")
    assert repeated.told == expected
    assert not repeated.stores


def test_repeats_write_nothing(driver: EngineDriver) -> None:
    """Neither of a device that is queued nor of one that is associated."""
    driver.announce(["a"])
    assert driver.announce(["a", "a"]) == Decision()
    driver.run()
    again = driver.announce(["a"])
    assert not again.stores
    assert again.told == (Result(SHARED, Status.ASSOCIATED, "a", already=True),)
    assert driver.run() == []


def test_an_empty_id_is_no_new_announcement_each_time(driver: EngineDriver) -> None:
    """Announced with the same empty id again, nothing is written."""
    reading = read_announcement(None, SHARED, {"thingName": "a", "id": ""})
    driver.carry_out(lambda: driver.engine.announced(reading.announcements, driver.now))
    again = driver.engine.announced(reading.announcements, driver.now)
    assert not again.stores


def test_each_topic_and_id_gets_its_own_result(driver: EngineDriver) -> None:
    """Whoever announced a device learns of it, in one call."""
    driver.announce(["a"])
    driver.announce(["a"], announcement_id="7")
    driver.announce(["a"], topic="other")
    assert len(driver.run()) == 1
    assert {(one.topic, one.announcement_id) for one in driver.owed()} == {
        (SHARED, None),
        (SHARED, "7"),
        ("other", None),
    }


def test_one_device_cannot_fill_the_disk_with_ids(driver: EngineDriver) -> None:
    """Announcements of one device that wait are bounded."""
    for number in range(MAX_WAITING_PER_DEVICE):
        assert driver.announce(["a"], announcement_id=str(number)).told == ()
    (refused,) = driver.announce(["a"], announcement_id="more").told
    assert (refused.status, refused.code) == (Status.REJECTED, Reason.OVERLOADED.value)


def test_no_more_devices_wait_than_there_is_room_for(driver: EngineDriver) -> None:
    """What exceeds the bound is turned away; known devices may still repeat themselves."""
    with_policy(driver, Policy(max_pending=3))
    names = numbered(5)
    decision = driver.announce(names)
    assert [one.thing_name for one in decision.devices] == names[:3]
    assert [(one.thing_name, one.code) for one in decision.told] == [
        (name, Reason.OVERLOADED.value) for name in names[3:]
    ]
    assert driver.announce(names[:3]) == Decision()
    driver.run()
    assert driver.announce(names[3:]).told == ()


@pytest.mark.parametrize(("age", "calls"), [(3599.0, 0), (3600.0, 1), (-100.0, 1)])
def test_trust_expires(driver: EngineDriver, age: float, calls: int) -> None:
    """The cloud is asked again after trustSeconds, or when the clock was wrong."""
    driver.seconds = 200
    driver.announce(["a"])
    driver.run()
    driver.seconds += age
    driver.announce(["a"])
    assert len(driver.run()) == calls


def test_a_failed_device_starts_over(driver: EngineDriver) -> None:
    """A new announcement gives it all its attempts again."""
    with_policy(driver, Policy(max_attempts=2))
    for _ in range(2):
        driver.announce(["a"])
        assert len(driver.run(lambda _: errors(("a", "Oops")))) == 2
    assert [one.status for one in driver.owed()] == [Status.RETRYING, Status.FAILED] * 2


def test_a_newcomer_learns_that_it_takes_longer(driver: EngineDriver) -> None:
    """Whoever announces a device that is being retried is told so, once, with the true moment."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(errors(("a", "Oops")))
    (retrying,) = driver.announce(["a"], announcement_id="7").told
    assert (retrying.status, retrying.code, retrying.message) == (
        Status.RETRYING,
        "Oops",
        "in words",
    )
    assert (retrying.attempts, retrying.announcement_id) == (1, "7")
    device = driver.journal.devices(["a"])["a"]
    assert retrying.next_attempt_at == device.due_at
    assert driver.announce(["a"], announcement_id="7").told == ()


def test_a_newcomer_learns_when_the_queue_goes_on(driver: EngineDriver) -> None:
    """During an outage the next attempt is when the outage's wait is over."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(nothing(retry_after=50))
    driver.wall_ahead = 1000
    (retrying,) = driver.announce(["a"], announcement_id="7").told
    assert retrying.next_attempt_at == START + driver.seconds + 50 + 1000
    assert retrying.attempts == 0


def test_a_settled_device_owes_nothing_twice(driver: EngineDriver) -> None:
    """Announcements that were answered for are gone from the journal."""
    driver.announce(["a"])
    driver.run(lambda _: Accepted())
    assert driver.journal.waiting(["a"]) == {}
    assert len(driver.owed()) == 1


def test_turning_away_rejects_each() -> None:
    """With the reason given, and for no fault of theirs."""
    decision = turn_away(announcements(["a", "b"]), Reason.STORAGE, "no room")
    assert [(one.thing_name, one.status, one.code, one.message) for one in decision.told] == [
        ("a", Status.REJECTED, "storage", "no room"),
        ("b", Status.REJECTED, "storage", "no room"),
    ]
    assert not decision.stores
