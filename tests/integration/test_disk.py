"""A disk that cannot be written, and a journal that somebody else holds."""

import time
from collections.abc import Iterator

import pytest

from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.announcer import SHARED, Announcer, announce_until_associated
from integration.associator import (
    JOURNAL,
    NAME,
    STOPPED,
    Associator,
    Results,
    associated,
    device_names,
)
from integration.conftest import Start
from integration.disk import SmallFileSystem, locked, small_file_system
from integration.what_operators_do import HealthWatch, lines_with, repeat_until

STOP_UNDER_LOAD_PAUSE_SECONDS = 0.3
KILLED_AFTER_SECONDS = 4.0
"""A second less than the nuclei wait before they kill."""

QUICK = {"batching": {"maxWaitSeconds": 0.1}, "results": {"receipts": True}}

pytestmark = pytest.mark.parametrize("profile", ["classic"], indirect=True)


@pytest.fixture
def file_system(core: CoreDevice) -> Iterator[SmallFileSystem]:
    """A small file system as the component's work directory."""
    with small_file_system(core.layout.work(NAME), "512k") as mounted:
        yield mounted


def expect_storage_trouble(
    core: CoreDevice, results: Results, associator: Associator, health: HealthWatch
) -> None:
    """Announcements are rejected with `storage`, the component says so once and stays up."""
    repeat_until(
        lambda: core.publish(SHARED, {"thingName": "unlucky"}),
        lambda: bool(results.of("rejected")),
    )
    assert {one["code"] for one in results.of("rejected")} == {"storage"}
    associator.wait_until_log_has("announcements are rejected until it can be written")
    health.wait_for(lambda one: one["journal"]["state"] == "unusable")
    core.publish(SHARED, {"thingName": "unlucky"})
    results.wait_for_count("rejected", 2)
    assert len(lines_with(associator, "announcements are rejected until")) == 1
    assert associator.is_alive
    assert "unlucky" not in results.names("queued") | results.names("associated")


def expect_recovery(
    core: CoreDevice, results: Results, associator: Associator, health: HealthWatch
) -> None:
    """The same device, announced again, is associated; log and health say that all is well."""
    announce_until_associated(core, results, "unlucky")
    associator.wait_until_log_has("the journal can be written again")
    health.wait_for(lambda one: one["journal"]["state"] == "ok")
    assert associated(core) >= {"unlucky"}


@pytest.mark.slow(21)
def test_a_full_disk(
    core: CoreDevice, file_system: SmallFileSystem, start: Start, results: Results
) -> None:
    """Rejected with `storage` while it is full; receipts given before hold; recovers by itself."""
    names = device_names(50)
    core.call(core.cloud.add_things, names)
    associator = start(QUICK)
    health = HealthWatch(core)
    core.publish(SHARED, {"thingNames": names})
    results.wait_for_names("associated", names)
    file_system.fill_up()
    # The write-ahead log has room left of its own; it is used up first.
    filling = iter(device_names(100_000, "filling"))
    repeat_until(
        lambda: core.publish(SHARED, {"thingNames": [next(filling) for _ in range(20)]}),
        lambda: bool(results.of("rejected")),
    )
    expect_storage_trouble(core, results, associator, health)
    file_system.make_room()
    expect_recovery(core, results, associator, health)


@pytest.mark.slow(11)
def test_a_disk_that_is_full_from_the_start(
    core: CoreDevice, file_system: SmallFileSystem, start: Start, results: Results
) -> None:
    """Not even a new journal can be made: the component listens, rejects, and recovers."""
    file_system.fill_up()
    health = HealthWatch(core)
    associator = start(QUICK)
    expect_storage_trouble(core, results, associator, health)
    file_system.make_room()
    expect_recovery(core, results, associator, health)


def test_a_disk_that_is_full_when_devices_wait(
    core: CoreDevice, file_system: SmallFileSystem, start: Start, results: Results
) -> None:
    """Receipted, then full before the answer of the cloud: associated, and its result comes."""
    core.call(core.cloud.add_things, ["receipted"])
    start({**QUICK, "batching": {"maxWaitSeconds": 3}})
    core.publish(SHARED, {"thingName": "receipted"})
    results.wait_for_names("queued", ["receipted"])
    file_system.fill_up()
    core.call(core.cloud.wait_for_calls, 1, answered=True)
    file_system.make_room()
    results.wait_for_names("associated", ["receipted"])


@pytest.mark.slow(12)
def test_a_disk_that_is_read_only_from_the_start(
    core: CoreDevice, file_system: SmallFileSystem, start: Start, results: Results
) -> None:
    """With a journal of before on it: rejects, stays up, and recovers when it can be written."""
    core.call(core.cloud.add_things, ["before"])
    associator = start(QUICK)
    core.publish(SHARED, {"thingName": "before"})
    results.wait_for_names("associated", ["before"])
    associator.stop()
    if not file_system.remount("ro"):
        pytest.skip("the kernel does not remount here")
    health = HealthWatch(core)
    associator.start().wait_until_running()
    expect_storage_trouble(core, results, associator, health)
    assert not list(associator.work.glob(f"{JOURNAL}.*Z"))
    assert file_system.remount("rw")
    expect_recovery(core, results, associator, health)


@pytest.mark.slow(21)
def test_an_orphan_that_holds_the_journal(core: CoreDevice, start: Start, results: Results) -> None:
    """Locked for a while: rejected with `storage`, never set aside, and all is well afterwards."""
    core.call(core.cloud.add_things, ["unlucky", "before"])
    associator = start(QUICK)
    health = HealthWatch(core)
    core.publish(SHARED, {"thingName": "before"})
    results.wait_for_names("associated", ["before"])
    with locked(associator.work / JOURNAL):
        expect_storage_trouble(core, results, associator, health)
    expect_recovery(core, results, associator, health)
    assert "could not be used" not in associator.log
    assert not list(associator.work.glob(f"{JOURNAL}.*Z"))


def test_an_orphan_that_holds_the_journal_at_the_start(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """It listens and is RUNNING meanwhile, and works when the journal is free."""
    core.call(core.cloud.add_things, ["waiting"])
    associator = start({**QUICK, "batching": {"maxWaitSeconds": 30}})
    core.publish(SHARED, {"thingName": "waiting"})
    results.wait_for_names("queued", ["waiting"])
    associator.kill()
    associator.deploy({"batching": {"maxWaitSeconds": 0.1}})
    with locked(associator.work / JOURNAL):
        associator.start().wait_until_running()
        associator.wait_until_log_has("cannot write the journal")
        assert associator.is_alive
    results.wait_for_names("associated", ["waiting"])


@pytest.mark.parametrize("calling", [False, True], ids=["no call", "a call in flight"])
def test_sigterm_while_the_journal_is_locked(
    core: CoreDevice, start: Start, *, calling: bool
) -> None:
    """Announcements go on coming: each try to store them waits for the lock, and has an end.

    The nuclei send SIGKILL after five seconds.
    """
    core.call(core.cloud.add_fault, Fault(FaultKind.HANG))
    associator = start({**QUICK, "batching": {"maxWaitSeconds": 0}})
    if calling:
        core.publish(SHARED, {"thingName": "called"})
        core.call(core.cloud.wait_for_calls, 1)
    with (
        locked(associator.work / JOURNAL),
        Announcer(core, device_names(100), STOP_UNDER_LOAD_PAUSE_SECONDS),
    ):
        associator.wait_until_log_has("cannot write the journal")
        began = time.monotonic()
        assert associator.stop() == STOPPED
        assert time.monotonic() - began < KILLED_AFTER_SECONDS


def test_the_callback_never_waits_for_the_disk(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Health is published while the journal is locked, at the latest between two tries."""
    associator = start(QUICK)
    health = HealthWatch(core)
    with locked(associator.work / JOURNAL):
        core.publish(SHARED, {"thingName": "device"})
        state = health.ask()
    assert state["coreDeviceThingName"] == "sandbox-core"
    announce_until_associated(core, results, "later")
