from dataclasses import replace

import pytest

from client_device_associator.core.answer import Succeeded
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.enqueue import MAX_WAITING_PER_DEVICE, reject
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.messages.announcement import read_announcement
from support.engine_driver import EngineDriver
from support.values import (
    SHARED,
    START,
    announcements,
    error_entries,
    failed_call,
    numbered,
    policy,
)


def test_a_new_device_is_stored_and_nothing_is_sent(driver: EngineDriver) -> None:
    """Without receipts there is no result before there is an outcome."""
    decision = driver.announce(["a"])
    assert [one.thing_name for one in decision.devices] == ["a"]
    assert decision.waiting == tuple(announcements(["a"]))
    assert decision.transient == ()


def test_each_announcement_gets_a_receipt(driver: EngineDriver) -> None:
    """With receipts, a repeat gets it again."""
    driver.reconfigure(policy(receipts=True))
    expected = (Result(SHARED, Status.QUEUED, "a", announcement_id="7"),)
    assert driver.announce(["a", "a"], announcement_id="7").transient == expected
    repeated = driver.announce(["a"], announcement_id="7")
    assert repeated.transient == expected
    assert not repeated.stores


def test_repeats_write_nothing(driver: EngineDriver) -> None:
    """Neither of a device that is queued nor of one that is associated."""
    driver.announce(["a"])
    assert driver.announce(["a", "a"]) == Decision()
    driver.run()
    again = driver.announce(["a"])
    assert not again.stores
    assert again.transient == (Result(SHARED, Status.ASSOCIATED, "a", already=True),)
    assert driver.run() == []


def test_an_empty_id_is_no_new_announcement_each_time(driver: EngineDriver) -> None:
    """Announced with the same empty id again, nothing is written."""
    reading = read_announcement(None, SHARED, {"thingName": "a", "id": ""})
    driver.carry_out(lambda: driver.engine.announced(reading.announcements, driver.now))
    again = driver.engine.announced(reading.announcements, driver.now)
    assert not again.stores


def test_each_topic_and_id_gets_its_own_result(driver: EngineDriver) -> None:
    """With one call."""
    driver.announce(["a"])
    driver.announce(["a"], announcement_id="7")
    driver.announce(["a"], topic="other")
    assert len(driver.run()) == 1
    assert {(one.topic, one.announcement_id) for one in driver.durable()} == {
        (SHARED, None),
        (SHARED, "7"),
        ("other", None),
    }


def test_one_device_cannot_fill_the_disk_with_ids(driver: EngineDriver) -> None:
    """Announcements of one device that wait are bounded."""
    for number in range(MAX_WAITING_PER_DEVICE):
        assert driver.announce(["a"], announcement_id=str(number)).transient == ()
    (refused,) = driver.announce(["a"], announcement_id="more").transient
    assert (refused.status, refused.code) == (Status.REJECTED, Reason.OVERLOADED.value)
    assert refused.message == "8 announcements of this device are waiting already"


def test_no_more_devices_wait_than_there_is_room_for(driver: EngineDriver) -> None:
    """What exceeds the bound is rejected; known devices may still repeat themselves."""
    driver.reconfigure(policy(max_pending=3))
    names = numbered(5)
    decision = driver.announce(names)
    assert [one.thing_name for one in decision.devices] == names[:3]
    assert [(one.thing_name, one.code) for one in decision.transient] == [
        (name, Reason.OVERLOADED.value) for name in names[3:]
    ]
    assert driver.announce(names[:3]) == Decision()
    driver.run()
    assert driver.announce(names[3:]).transient == ()


def test_a_topic_that_announces_much_leaves_places_for_another(driver: EngineDriver) -> None:
    """As soon as something has come by the other one, which may have been turned away."""
    driver.reconfigure(policy(max_pending=40))

    def come(lane: str, names: list[str]) -> list[str]:
        asked = [replace(one, lane=lane) for one in announcements(names)]
        decision = driver.carry_out(lambda: driver.engine.announced(asked, driver.now))
        return [one.thing_name for one in decision.devices]

    crowd = numbered(100, "crowd")
    assert come("shared", crowd) == crowd[:40]
    assert come("own", ["a"]) == []
    driver.next_call()
    driver.answer(Succeeded())
    assert come("shared", crowd[40:]) == crowd[40:78]
    assert come("own", ["a", "b", "c"]) == ["a", "b"]
    assert come("shared", crowd[78:]) == []
    driver.run()
    # A topic that is taken out of the configuration keeps nothing.
    driver.reconfigure(policy(max_pending=40, lanes=("shared",)))
    assert come("shared", numbered(50, "more")) == numbered(50, "more")[:40]


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
    driver.reconfigure(policy(max_attempts=2))
    for _ in range(2):
        driver.announce(["a"])
        assert len(driver.run(lambda _: error_entries(("a", "Oops")))) == 2
    assert [one.status for one in driver.durable()] == [Status.RETRYING, Status.FAILED] * 2


def test_a_later_announcer_gets_retrying_too(driver: EngineDriver) -> None:
    """Once for each announcement, with the moment at which the device is due."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(error_entries(("a", "Oops")))
    (retrying,) = driver.announce(["a"], announcement_id="7").transient
    assert (retrying.status, retrying.code, retrying.message) == (
        Status.RETRYING,
        "Oops",
        "in words",
    )
    assert (retrying.attempts, retrying.announcement_id) == (1, "7")
    device = driver.journal.devices(["a"])["a"]
    assert retrying.next_attempt_at == device.due_at
    assert driver.announce(["a"], announcement_id="7").transient == ()


def test_a_later_announcer_learns_when_the_queue_goes_on(driver: EngineDriver) -> None:
    """During an outage the next attempt is when the outage's wait is over."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(failed_call(retry_after=50))
    driver.wall_ahead = 1000
    (retrying,) = driver.announce(["a"], announcement_id="7").transient
    assert retrying.next_attempt_at == START + driver.seconds + 55 + 1000
    assert retrying.attempts == 0


def test_a_later_announcer_of_a_device_that_is_due_hears_no_moment_that_is_past(
    driver: EngineDriver,
) -> None:
    """The device was due and waits for others to join its call."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(error_entries(("a", "Oops")))
    device = driver.journal.devices(["a"])["a"]
    driver.pass_until(device.due_at + 0.5)
    (retrying,) = driver.announce(["a"], announcement_id="7").transient
    assert retrying.next_attempt_at == device.due_at + 0.5


def test_a_pending_device_that_nobody_waits_for_is_joined(driver: EngineDriver) -> None:
    """A journal may hold one; its next announcer gets the result."""
    driver.carry_out(
        lambda: Decision(devices=(Device("a", DeviceState.PENDING, START, due_at=START),))
    )
    assert driver.announce(["a"]).waiting == tuple(announcements(["a"]))
    driver.run()
    assert [one.thing_name for one in driver.durable()] == ["a"]


def test_a_settled_device_has_its_result_once(driver: EngineDriver) -> None:
    """Announcements with a final result are gone from the journal."""
    driver.announce(["a"])
    driver.run(lambda _: Succeeded())
    assert driver.journal.waiting(["a"]) == {}
    assert len(driver.durable()) == 1


def test_each_is_rejected_with_the_reason() -> None:
    """And nothing is stored."""
    decision = reject(announcements(["a", "b"]), Reason.STORAGE, "no room")
    assert [(one.thing_name, one.status, one.code, one.message) for one in decision.transient] == [
        ("a", Status.REJECTED, "storage", "no room"),
        ("b", Status.REJECTED, "storage", "no room"),
    ]
    assert not decision.stores
