"""What lies in the journal too long."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from client_device_associator.command.doctor.finding import Finding, Health
from client_device_associator.command.doctor.journal_checks import LONG_SECONDS, check_journal
from client_device_associator.command.work_directory import WorkDirectory
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.journal.journal import Journal
from client_device_associator.work_files import JOURNAL
from support.commands import fill
from support.journal_files import pending
from support.values import START


def look(directory: Path, now: float = START) -> dict[str, Finding]:
    """The findings, by what they are about."""
    return {one.what: one for one in check_journal(WorkDirectory(directory), now)}


def test_a_journal_with_which_all_is_well(tmp_path: Path) -> None:
    """Devices may wait for a while."""
    fill(tmp_path, pending("a"), Device("b", DeviceState.ASSOCIATED, START))
    found = look(tmp_path, START + LONG_SECONDS)
    assert found.keys() == {"journal"}
    assert "2 devices" in found["journal"].text
    assert found["journal"].health is Health.OK


def test_devices_that_are_given_up_are_found(tmp_path: Path) -> None:
    """With the command that lists them."""
    fill(tmp_path, Device("a", DeviceState.FAILED, START))
    found = look(tmp_path)["devices"]
    assert (found.health, found.text) == (Health.WRONG, "1 are given up")
    assert "associator devices --state failed" in found.remedy


@pytest.mark.parametrize("state", [DeviceState.PENDING, DeviceState.LEAVING])
def test_a_device_that_waits_for_long_is_found(tmp_path: Path, state: DeviceState) -> None:
    """Whatever it waits for."""
    fill(tmp_path, replace(pending("a"), state=state))
    found = look(tmp_path, START + LONG_SECONDS + 1)["queue"]
    assert found.health is Health.WRONG
    assert "15 min" in found.text


def test_results_that_the_nucleus_refuses_are_found(tmp_path: Path) -> None:
    """Those that were just not sent yet are no fault."""
    with closing(Journal(tmp_path / JOURNAL)) as journal, journal.transaction():
        results = tuple(Result("t", Status.ASSOCIATED, name) for name in "ab")
        journal.store(Decision(durable=results))
        journal.send_later([1], START + 60)
    found = look(tmp_path)["results"]
    assert found.health is Health.WRONG
    assert "refused 1 results" in found.text


def test_a_journal_that_is_not_there_cannot_be_looked_at(tmp_path: Path) -> None:
    """That is said, with who may."""
    found = look(tmp_path)["journal"]
    assert found.health is Health.UNKNOWN
    assert "be root" in found.remedy


def test_a_journal_of_another_version_is_found(tmp_path: Path) -> None:
    """The command is the wrong one."""
    fill(tmp_path)
    with closing(sqlite3.connect(tmp_path / JOURNAL)) as journal, journal:
        journal.execute("PRAGMA user_version = 999")
    assert look(tmp_path)["journal"].health is Health.WRONG
