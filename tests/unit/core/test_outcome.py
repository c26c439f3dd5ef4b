"""What becomes of each device in a call."""

from dataclasses import replace
from pathlib import Path

import pytest

from client_device_associator.core.answer import (
    Answer,
    FailureCause,
    Succeeded,
    ValidationFailed,
)
from client_device_associator.core.device import Origin
from client_device_associator.core.notices import CallSettled, DeviceDelayed, DeviceFailed
from client_device_associator.core.result import Status
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.send_order import RANK_0
from support.engine_driver import EngineDriver
from support.journal_files import connection
from support.values import announcements, error_entries, failed_call, policy


def test_all_are_associated(driver: EngineDriver) -> None:
    """HTTP 200 without error entries: every announcer gets a durable result."""
    driver.announce(["a", "b"])
    driver.run()
    assert [(one.thing_name, one.status, one.already) for one in driver.durable()] == [
        ("a", Status.ASSOCIATED, False),
        ("b", Status.ASSOCIATED, False),
    ]
    assert driver.notices == [CallSettled(2, 0, 0, 0, 0)]


def test_results_are_of_the_lane_of_their_device(driver: EngineDriver) -> None:
    """Whatever became of it: by their lanes results take turns."""
    driver.say([replace(one, lane="own") for one in announcements(["good", "bad"])])
    driver.say([replace(one, lane="shared") for one in announcements(["late"])])
    driver.next_call()
    driver.answer(error_entries(("bad", "Oops")))
    rows = connection(driver.journal).execute("SELECT send_at FROM owed ORDER BY send_at")
    assert rows.fetchall() == [(RANK_0,), (RANK_0,), (RANK_0 + 1,)]


def test_already_is_associated(driver: EngineDriver) -> None:
    """An error entry that says so is a success."""
    driver.announce(["a"])
    assert len(driver.run(lambda _: error_entries(("a", "ConflictException")))) == 1
    assert [(one.status, one.already) for one in driver.durable()] == [(Status.ASSOCIATED, True)]
    assert driver.journal.devices(["a"])["a"].origin is Origin.FOREIGN


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "Oops", None])
def test_one_device_is_tried_again_while_the_others_go_on(
    driver: EngineDriver, code: str | None
) -> None:
    """Its attempts are its own: it waits, nobody else does, and at last it has failed."""
    driver.announce(["bad", "good"])

    def cloud(names: tuple[str, ...]) -> Answer:
        return error_entries(("bad", code)) if "bad" in names else Succeeded()

    driver.next_call()
    driver.answer(cloud(driver.calls[-1].thing_names))
    assert [(one.thing_name, one.status) for one in driver.durable()] == [
        ("good", Status.ASSOCIATED),
        ("bad", Status.RETRYING),
    ]
    driver.announce(["other"])
    assert driver.next_call().thing_names == ("other",)
    driver.answer(Succeeded())
    calls = driver.run(cloud)
    assert [call.thing_names for call in calls] == [("bad",)] * 9
    failed = driver.durable()[-1]
    assert (failed.thing_name, failed.status, failed.attempts) == ("bad", Status.FAILED, 10)
    assert failed.code == (code or "UnknownError")
    assert sum(one.status is Status.RETRYING for one in driver.durable()) == 1


def test_operators_hear_of_a_device_at_the_first_error_and_at_the_end(
    driver: EngineDriver,
) -> None:
    """Never for each attempt."""
    driver.reconfigure(policy(max_attempts=5))
    driver.announce(["a"])
    driver.run(lambda _: error_entries(("a", "Oops")))
    about_devices = [one for one in driver.notices if not isinstance(one, CallSettled)]
    assert about_devices == [
        DeviceDelayed("a", "Oops", "in words"),
        DeviceFailed("a", "Oops", "in words"),
    ]


def test_operators_hear_of_a_device_after_an_outage_too(driver: EngineDriver) -> None:
    """Its announcers know by then that it takes longer; the operator does not."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(failed_call(FailureCause.UNAVAILABLE))
    driver.next_call()
    driver.answer(error_entries(("a", "Oops")))
    delayed = [one for one in driver.notices if isinstance(one, DeviceDelayed)]
    assert [one.thing_name for one in delayed] == ["a"]


def test_an_outage_costs_a_device_no_attempt(driver: EngineDriver) -> None:
    """Retries of a device and waits of the whole queue do not mix."""
    driver.reconfigure(policy(max_attempts=2))
    driver.announce(["a"])
    driver.next_call()
    driver.answer(error_entries(("a", "Oops")))
    for _ in range(5):
        driver.next_call()
        driver.answer(failed_call())
    assert driver.journal.devices(["a"])["a"].attempts == 1
    driver.next_call()
    driver.answer(error_entries(("a", "Oops")))
    assert driver.durable()[-1].status is Status.FAILED


@pytest.mark.parametrize("max_wait_seconds", [0.0, 1.0, 60.0])
def test_the_next_attempt_at_a_device_is_when_it_was_promised(
    driver: EngineDriver, max_wait_seconds: float
) -> None:
    """It is due from nextAttemptAt on, and then waits for others as any device does."""
    driver.reconfigure(policy(max_wait_seconds=max_wait_seconds))
    driver.announce(["a"])
    driver.next_call()
    driver.answer(error_entries(("a", "Oops")))
    (retrying,) = driver.durable()
    driver.next_call()
    assert retrying.next_attempt_at is not None
    assert driver.now.wall == retrying.next_attempt_at + max_wait_seconds


def test_a_journal_that_was_replaced_makes_no_results(tmp_path: Path) -> None:
    """A call may come back for devices that the journal does not hold any more."""
    for answer in (
        Succeeded(),
        error_entries(("a", "Oops")),
        error_entries(("a", "Conflict")),
        failed_call(),
        ValidationFailed("refused"),
    ):
        journal = Journal(tmp_path / "old")
        driver = EngineDriver(journal)
        driver.announce(["a"])
        driver.next_call()
        with journal.transaction():
            connection(journal).execute("DELETE FROM device")  # as if it were a new file
        decision = driver.answer(answer)
        assert not decision.devices
        assert not decision.durable
        journal.close()


def test_expired_beliefs_are_forgotten(driver: EngineDriver) -> None:
    """Devices that were not announced for longer than they are trusted leave the journal."""
    driver.announce(["old"])
    driver.run()
    driver.seconds += 3601
    driver.announce(["new"])
    driver.run()
    assert set(driver.journal.devices(["old", "new"])) == {"new"}
