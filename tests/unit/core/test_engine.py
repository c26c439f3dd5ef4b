import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from builders import START, announcements, errors, nothing, numbered
from client_device_associator.core import backoff
from client_device_associator.core.answer import Accepted, Answer, Invalid, Missing, Trouble
from client_device_associator.core.decision import (
    CallSettled,
    CloudBack,
    CloudLost,
    Decision,
    DeviceTrouble,
    Step,
)
from client_device_associator.core.engine import CALL_DEADLINE_SECONDS
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Reason, Status
from client_device_associator.journal.journal import Journal
from engine_driver import EngineDriver


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal on disk."""
    journal = Journal(tmp_path / "journal")
    yield journal
    journal.close()


@pytest.fixture
def driver(journal: Journal) -> EngineDriver:
    """An engine with the default settings and the longest waits."""
    return EngineDriver(journal)


def test_nothing_is_done_for_nothing(driver: EngineDriver) -> None:
    """Without a device there is no call, and no waking up either."""
    assert driver.step() == Step()


def test_a_call_waits_for_others_to_join(driver: EngineDriver) -> None:
    """The oldest of a batch waits maxWaitSeconds, and says when that is."""
    driver.announce(["a"])
    assert driver.step() == Step(wake_at=START + 1, call_expected=True)
    driver.seconds = 0.9
    driver.announce(["b"])
    assert driver.step() == Step(wake_at=START + 1, call_expected=True)
    driver.seconds = 1
    assert driver.next_call().thing_names == ("a", "b")
    assert driver.seconds == 1


def test_a_full_call_leaves_at_once(driver: EngineDriver) -> None:
    """100 devices that are due wait for nobody."""
    driver.announce(numbered(100))
    assert driver.step().call is not None


@pytest.mark.parametrize(("devices", "calls"), [(1, 1), (100, 1), (101, 2), (250, 3)])
def test_a_burst_costs_as_few_calls_as_can_be(
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
    driver.engine.reconfigured(Policy(max_batch=7))
    driver.announce(numbered(15))
    assert [len(call.thing_names) for call in driver.run()] == [7, 7, 1]


def test_one_call_at_a_time(driver: EngineDriver) -> None:
    """What arrives during a call goes into the next, once it is answered."""
    driver.announce(numbered(100))
    first = driver.next_call()
    driver.announce(numbered(100, "other"))
    driver.seconds += 30
    assert driver.step() == Step(wake_at=START + CALL_DEADLINE_SECONDS)
    driver.answer(Accepted())
    assert not set(driver.next_call().thing_names) & set(first.thing_names)


def test_a_hung_call_is_overdue_after_its_deadline(driver: EngineDriver) -> None:
    """It is to be ended, and said so until it has been; the batch goes again."""
    driver.announce(["a"])
    call = driver.next_call()
    driver.seconds += CALL_DEADLINE_SECONDS
    for _ in range(2):
        assert driver.step() == Step(overdue=call, wake_at=START + driver.seconds)
    driver.answer(nothing())
    assert driver.next_call().thing_names == ("a",)


def test_an_answer_to_another_call_is_ignored(driver: EngineDriver) -> None:
    """A late answer changes nothing."""
    assert driver.engine.answered(1, Accepted(), driver.now) == Decision()
    driver.announce(["a"])
    late = driver.next_call()
    driver.answer(nothing())
    driver.next_call()
    assert driver.answer(Accepted(), late) == Decision()
    assert driver.journal.pending() == 1


def test_all_associated(driver: EngineDriver) -> None:
    """HTTP 200 without error entries: every announcer is owed the good news."""
    driver.announce(["a", "b"])
    driver.run()
    assert [(one.thing_name, one.status, one.already) for one in driver.owed()] == [
        ("a", Status.ASSOCIATED, False),
        ("b", Status.ASSOCIATED, False),
    ]
    assert driver.notices == [CallSettled(2, 0, 0, 0, 0)]


def test_already_is_associated(driver: EngineDriver) -> None:
    """An error entry that says so fulfils the wish."""
    driver.announce(["a"])
    assert len(driver.run(lambda _: errors(("a", "ConflictException")))) == 1
    assert [(one.status, one.already) for one in driver.owed()] == [(Status.ASSOCIATED, True)]


TROUBLES = [
    (Trouble.THROTTLED, 1.0, 300.0),
    (Trouble.UNAVAILABLE, 1.0, 300.0),
    (Trouble.CREDENTIALS_REFUSED, 1.0, 300.0),
    (Trouble.NO_CREDENTIALS, 1.0, 45.0),
    (Trouble.ACCESS_DENIED, 300.0, 3600.0),
    (Trouble.CORE_UNKNOWN, 300.0, 3600.0),
    (Trouble.MISCONFIGURED, 300.0, 3600.0),
]


@pytest.mark.parametrize(("trouble", "base", "cap"), TROUBLES)
def test_the_whole_queue_waits(
    driver: EngineDriver, trouble: Trouble, base: float, cap: float
) -> None:
    """Waits double up to their cap, with one call for each and nobody's attempts counted."""
    driver.announce(numbered(250))
    driver.next_call()
    for failures in range(14):
        before = driver.seconds
        driver.answer(nothing(trouble))
        assert len(driver.next_call().thing_names) == 100
        assert driver.seconds - before == min(base * 2**failures, cap)
    assert {one.attempts for one in driver.owed()} == {0}
    driver.answer(Accepted())
    recovered = driver.seconds
    driver.run()
    assert driver.journal.pending() == 0
    assert driver.seconds == recovered


def test_retry_after_is_obeyed_exactly(driver: EngineDriver) -> None:
    """The service's own wish counts when it is longer than the backoff."""
    driver.announce(["a"])
    driver.next_call()
    before = driver.seconds
    driver.answer(nothing(Trouble.THROTTLED, retry_after=37.5))
    driver.next_call()
    assert driver.seconds - before == 37.5


def test_backoff_may_be_longer_than_retry_after(driver: EngineDriver) -> None:
    """A service that always asks for a second of patience still gets more and more."""
    driver.announce(["a"])
    driver.next_call()
    for _ in range(5):
        before = driver.seconds
        driver.answer(nothing(Trouble.THROTTLED, retry_after=1))
        driver.next_call()
    assert driver.seconds - before == 16


def test_waits_are_jittered(journal: Journal) -> None:
    """Each core device throws its own dice."""
    waits = set()
    for seed in range(20):
        driver = EngineDriver(journal, dice=random.Random(seed))
        driver.announce(["a"])
        driver.next_call()
        before = driver.seconds
        driver.answer(nothing())
        driver.next_call()
        waits.add(driver.seconds - before)
    assert len(waits) == 20
    assert max(waits) <= backoff.SERVICE.base


def test_an_outage_is_said_once_and_its_end_too(driver: EngineDriver) -> None:
    """A notice when it begins, when its kind changes, and when it is over."""
    driver.announce(["a"])
    driver.next_call()
    for trouble in (Trouble.THROTTLED, Trouble.THROTTLED, Trouble.ACCESS_DENIED):
        driver.answer(nothing(trouble))
        driver.next_call()
    driver.answer(Accepted())
    assert driver.notices == [
        CloudLost(Trouble.THROTTLED, "THROTTLED", "in words", 1.0),
        CloudLost(Trouble.ACCESS_DENIED, "ACCESS_DENIED", "in words", 300.0),
        CloudBack(),
        CallSettled(1, 0, 0, 0, 0),
    ]


def test_each_kind_of_trouble_has_a_pace_of_its_own(driver: EngineDriver) -> None:
    """What passes by itself and what needs a person are counted apart, and go on being counted."""
    driver.announce(["a"])
    driver.next_call()
    waits = []
    for trouble in (
        Trouble.UNAVAILABLE,
        Trouble.THROTTLED,
        Trouble.ACCESS_DENIED,
        Trouble.CORE_UNKNOWN,
        Trouble.UNAVAILABLE,
    ):
        before = driver.seconds
        driver.answer(nothing(trouble))
        driver.next_call()
        waits.append(driver.seconds - before)
    assert waits == [1, 2, 300, 600, 4]


def test_troubles_that_take_turns_are_backed_off_from(driver: EngineDriver) -> None:
    """An outage that shows itself in two ways gets no more calls for that."""
    driver.announce(["a"])
    for number in range(40):
        driver.next_call()
        driver.answer(nothing((Trouble.UNAVAILABLE, Trouble.NO_CREDENTIALS)[number % 2]))
    before = driver.seconds
    driver.next_call()
    driver.answer(nothing(Trouble.UNAVAILABLE))
    driver.next_call()
    assert driver.seconds - before >= 300


def test_a_batch_that_becomes_full_leaves_then(driver: EngineDriver) -> None:
    """Devices that are tried again later together do not wait for more than fill a call."""
    driver.engine.reconfigured(replace(driver.policy, max_batch=3, max_wait_seconds=3600))
    driver.announce(["a", "b", "c"])
    driver.next_call()
    driver.answer(errors(*((name, "Oops") for name in "abc")))
    before = driver.seconds
    assert len(driver.next_call().thing_names) == 3
    assert driver.seconds - before < 10


def test_a_missing_thing_holds_up_nobody(driver: EngineDriver) -> None:
    """A call refused as a whole for one device: it alone waits, the others go again at once."""
    driver.announce(["a", "b", "c"])
    driver.next_call()
    driver.answer(Missing("b", "ResourceNotFoundException", "no such thing"))
    before = driver.seconds
    assert driver.next_call().thing_names == ("a", "c")
    assert driver.seconds - before <= 1
    driver.answer(Accepted())
    assert driver.next_call().thing_names == ("b",)


def test_the_first_word_against_a_device_is_noticed_after_an_outage_too(
    driver: EngineDriver,
) -> None:
    """Its announcers know by then that it takes longer; the operator knows nothing of it."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(nothing(Trouble.UNAVAILABLE))
    driver.next_call()
    driver.answer(errors(("a", "Oops")))
    assert [one.thing_name for one in driver.notices if isinstance(one, DeviceTrouble)] == ["a"]


def test_an_outage_is_told_to_announcers_once_and_truly(driver: EngineDriver) -> None:
    """One `retrying`, with the moment of the next call as the wall clock will show it."""
    driver.wall_ahead = -1e9
    driver.announce(["a"])
    driver.next_call()
    driver.answer(nothing(Trouble.THROTTLED, retry_after=9))
    (retrying,) = driver.owed()
    assert retrying.status is Status.RETRYING
    driver.next_call()
    assert retrying.next_attempt_at == driver.now.wall
    driver.answer(nothing(Trouble.THROTTLED))
    assert driver.owed() == [retrying]


@pytest.mark.parametrize("max_wait_seconds", [0.0, 1.0, 60.0])
def test_the_next_attempt_at_a_device_is_when_it_was_said(
    driver: EngineDriver, max_wait_seconds: float
) -> None:
    """A device that the cloud spoke against is called for from nextAttemptAt on.

    It waits for company as long as any other then.
    """
    driver.engine.reconfigured(Policy(max_wait_seconds=max_wait_seconds))
    driver.announce(["a"])
    driver.next_call()
    driver.answer(errors(("a", "Oops")))
    (retrying,) = driver.owed()
    driver.next_call()
    assert retrying.next_attempt_at is not None
    assert driver.now.wall == retrying.next_attempt_at + max_wait_seconds


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "Oops", None])
def test_one_device_is_retried_while_the_others_go_on(
    driver: EngineDriver, code: str | None
) -> None:
    """Its attempts are its own: it waits, nobody else does, and at last it has failed."""
    driver.announce(["bad", "good"])

    def cloud(names: tuple[str, ...]) -> Answer:
        return errors(("bad", code)) if "bad" in names else Accepted()

    driver.next_call()
    driver.answer(cloud(driver.calls[-1].thing_names))
    assert [(one.thing_name, one.status) for one in driver.owed()] == [
        ("good", Status.ASSOCIATED),
        ("bad", Status.RETRYING),
    ]
    driver.announce(["other"])
    assert driver.next_call().thing_names == ("other",)
    driver.answer(Accepted())
    calls = driver.run(cloud)
    assert [call.thing_names for call in calls] == [("bad",)] * 9
    failed = driver.owed()[-1]
    assert (failed.thing_name, failed.status, failed.attempts) == ("bad", Status.FAILED, 10)
    assert failed.code == (code or "UnknownError")
    assert sum(one.status is Status.RETRYING for one in driver.owed()) == 1


def test_an_outage_costs_a_device_no_attempt(driver: EngineDriver) -> None:
    """Per-device retries and whole-queue waits do not mix."""
    driver.engine.reconfigured(Policy(max_attempts=2))
    driver.announce(["a"])
    driver.next_call()
    driver.answer(errors(("a", "Oops")))
    for _ in range(5):
        driver.next_call()
        driver.answer(nothing())
    assert driver.journal.devices(["a"])["a"].attempts == 1
    driver.next_call()
    driver.answer(errors(("a", "Oops")))
    assert driver.owed()[-1].status is Status.FAILED


def test_a_refused_core_costs_no_device_anything(driver: EngineDriver) -> None:
    """A ValidationException about the core device makes everybody wait."""
    driver.announce(["a", "b"])
    driver.next_call()
    driver.answer(Invalid("refused", (("coreDeviceThingName", "too long"),)))
    assert {one.status for one in driver.owed()} == {Status.RETRYING}
    assert isinstance(driver.notices[0], CloudLost)
    assert driver.notices[0].trouble is Trouble.MISCONFIGURED


def test_waiting_for_the_cloud_says_whether_a_call_will_come(driver: EngineDriver) -> None:
    """The worker is warmed up only if there is somebody to call for."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(nothing(retry_after=10))
    assert driver.step() == Step(wake_at=START + driver.seconds + 10, call_expected=True)


def test_a_journal_that_was_set_aside_makes_no_results(tmp_path: Path) -> None:
    """A call may come back for devices that nobody knows any more."""
    for answer in (
        Accepted(),
        errors(("a", "Oops")),
        errors(("a", "Conflict")),
        nothing(),
        Invalid("refused"),
    ):
        journal = Journal(tmp_path / "old")
        driver = EngineDriver(journal)
        driver.announce(["a"])
        call = driver.next_call()
        with journal.transaction():
            journal._db.execute("DELETE FROM device")  # noqa: SLF001 - as if it were a new file
        decision = driver.answer(answer, call)
        assert not decision.devices
        assert not decision.owed
        journal.close()


def test_what_is_not_stored_is_turned_away(driver: EngineDriver) -> None:
    """A full disk rejects announcements and makes calls wait, longer each time."""
    driver.announce(["a"])
    turned_away = driver.engine.storage_failed(announcements(["b"]), driver.now)
    assert [one.code for one in turned_away.told] == [Reason.STORAGE.value]
    driver.engine.storage_failed([], driver.now)
    assert driver.step() == Step(wake_at=START + 2, call_expected=True)
    driver.engine.stored()
    driver.seconds = 1
    assert driver.step().call is not None


def test_waiting_for_the_disk_expects_no_call_for_nobody(driver: EngineDriver) -> None:
    """With an empty journal there is nothing to warm up for."""
    driver.engine.storage_failed([], driver.now)
    assert driver.step() == Step(wake_at=START + 1, call_expected=False)


@pytest.mark.parametrize("jump", [-1_700_000_000.0, 1_000_000.0])
def test_a_wall_clock_that_is_set_changes_nothing(driver: EngineDriver, jump: float) -> None:
    """Neither a wait nor trust depends on it."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(nothing(retry_after=100))
    driver.wall_ahead = jump
    before = driver.seconds
    driver.next_call()
    assert driver.seconds == before + 100
    driver.answer(Accepted())
    driver.wall_ahead = 0
    driver.announce(["a"])
    assert driver.run() == []


@pytest.mark.parametrize("jump", [-1_000_000.0, 1_000_000.0])
def test_a_restart_with_another_clock_stalls_nothing(driver: EngineDriver, jump: float) -> None:
    """A new process may believe in quite another time; its queue goes on within minutes."""
    driver.seconds = 2_000_000.0
    driver.announce(["a"])
    driver.next_call()
    driver.answer(errors(("a", "Oops")))
    driver.seconds += jump
    driver.restart()
    driver.journal.take_up(driver.now.steady, backoff.DEVICE.cap)
    before = driver.seconds
    driver.run()
    assert driver.journal.pending() == 0
    assert driver.seconds - before <= backoff.DEVICE.cap + 1


def test_expired_beliefs_are_dropped(driver: EngineDriver) -> None:
    """Devices that have not been heard of for longer than they are trusted leave the journal."""
    driver.announce(["old"])
    driver.run()
    driver.seconds += 3601
    driver.announce(["new"])
    driver.run()
    assert set(driver.journal.devices(["old", "new"])) == {"new"}
