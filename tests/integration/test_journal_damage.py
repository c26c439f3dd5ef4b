"""A journal that cannot be used: set aside, never lost, and a new one is made."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from greengrass_sandbox import CoreDevice
from integration.announcer import SHARED, announce_until_associated
from integration.associator import JOURNAL, Associator, Results, device_names
from integration.conftest import Start
from integration.disk import UNUSABLE
from integration.what_operators_do import lines_with

QUICK = {"batching": {"maxWaitSeconds": 0.1}, "results": {"receipts": True}}

pytestmark = pytest.mark.parametrize("profile", ["classic"], indirect=True)


def test_a_journal_that_cannot_be_used_is_set_aside(
    core: CoreDevice, start: Start, results: Results, subtests: pytest.Subtests
) -> None:
    """Kept under another name that is in the log, byte for byte; a new one is made."""
    names = device_names(300)
    core.call(core.cloud.add_things, names)
    associator = start(QUICK)
    core.publish(SHARED, {"thingNames": names})
    results.wait_for_names("associated", names)
    associator.wait_until_quiet()
    associator.stop()
    good = associator.journal_bytes()
    for number, (what, damage) in enumerate(UNUSABLE.items()):
        for path in associator.work.glob(f"{JOURNAL}*"):
            path.unlink()
        for name, content in good.items():
            (associator.work / name).write_bytes(content)
        associator.log_path.unlink()
        with subtests.test(what):
            expect_set_aside(core, associator, results, damage, f"next-{number}")
        associator.close()


def expect_set_aside(
    core: CoreDevice,
    associator: Associator,
    results: Results,
    damage: Callable[[Path], None],
    name: str,
) -> None:
    """A damage done, the component starts, keeps the journal, says so, and serves a device."""
    damage(associator.work)
    content = (associator.work / JOURNAL).read_bytes()
    associator.start().wait_until_running()
    core.call(core.cloud.add_things, [name])
    core.publish(SHARED, {"thingName": name})
    results.wait_for_names("associated", [name])
    (line,) = lines_with(associator, "the journal could not be used")
    (aside,) = (
        path
        for path in associator.work.glob(f"{JOURNAL}.*")
        if not path.name.endswith(("-wal", "-shm"))
    )
    assert str(aside.name) in line
    assert aside.read_bytes() == content
    assert is_sound(associator.work / JOURNAL)
    assert associator.is_alive


def is_sound(journal: Path) -> bool:
    """Whether SQLite finds nothing wrong."""
    with contextlib.closing(sqlite3.connect(journal)) as database:
        (verdict,) = database.execute("PRAGMA quick_check").fetchone()
    return bool(verdict == "ok")


def test_a_newer_journal_can_be_put_back(core: CoreDevice, start: Start, results: Results) -> None:
    """A roll-back of the component loses nothing: what was set aside still holds every device."""
    core.call(core.cloud.add_things, ["before"])
    associator = start(QUICK)
    core.publish(SHARED, {"thingName": "before"})
    results.wait_for_names("associated", ["before"])
    associator.wait_until_quiet()
    associator.stop()
    UNUSABLE["a newer version"](associator.work)
    associator.start().wait_until_running()
    associator.wait_until_log_has("version 99")
    (aside,) = associator.work.glob(f"{JOURNAL}.version99-*Z")
    with contextlib.closing(sqlite3.connect(aside)) as database:
        assert database.execute("SELECT thing_name FROM device").fetchall() == [("before",)]


def test_a_journal_damaged_while_it_runs(core: CoreDevice, start: Start, results: Results) -> None:
    """Overwritten under the running component: it is set aside, and the component goes on."""
    names = device_names(200)
    core.call(core.cloud.add_things, names)
    associator = start(QUICK)
    core.publish(SHARED, {"thingNames": names})
    results.wait_for_names("associated", names)
    associator.wait_until_quiet()
    for path in associator.work.glob(f"{JOURNAL}*"):
        if not path.name.endswith("-shm"):
            with path.open("r+b") as file:
                file.write(b"\xa5" * path.stat().st_size)
    announce_until_associated(core, results, "next")
    assert associator.is_alive
