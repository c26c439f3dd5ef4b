"""Disk and clock."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from client_device_associator.command.doctor.finding import Health
from client_device_associator.command.doctor.machine_checks import (
    LEAST_FREE_BYTES,
    NOT_BEFORE,
    check_clock,
    check_disk,
)
from support.values import START


def disk(
    free: int = 2 * LEAST_FREE_BYTES, *, flag: int = 0, files: int = 9, left: int = 5
) -> object:
    """What the system says of a disk."""
    return SimpleNamespace(
        f_flag=flag, f_bavail=free // 4096, f_frsize=4096, f_files=files, f_favail=left
    )


@pytest.mark.parametrize(
    ("found", "health", "text"),
    [
        (disk(), Health.OK, "40 MiB free"),
        (disk(LEAST_FREE_BYTES), Health.OK, "20 MiB free"),
        (disk(LEAST_FREE_BYTES - 4096), Health.WRONG, "19 MiB free"),
        (disk(flag=os.ST_RDONLY), Health.WRONG, "read-only"),
        (disk(left=0), Health.WRONG, "no file can be made"),
        (disk(files=0, left=0), Health.OK, "free"),
    ],
)
def test_a_disk_that_cannot_take_a_journal_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: object, health: Health, text: str
) -> None:
    """Full, read-only, or without a file that can be made."""
    monkeypatch.setattr(os, "statvfs", lambda _: found)
    (finding,) = check_disk(tmp_path)
    assert finding.health is health
    assert text in finding.text


def test_a_directory_that_is_not_there_cannot_be_looked_at(tmp_path: Path) -> None:
    """That is said."""
    (finding,) = check_disk(tmp_path / "no")
    assert finding.health is Health.UNKNOWN


@pytest.mark.parametrize(
    ("now", "health"),
    [
        (START, Health.OK),
        (START - 300, Health.OK),
        (START - 301, Health.WRONG),
        (NOT_BEFORE - 1, Health.WRONG),
        (0.0, Health.WRONG),
    ],
)
def test_a_clock_that_cannot_be_right_is_found(tmp_path: Path, now: float, health: Health) -> None:
    """Before this component existed, or before its own files."""
    file = tmp_path / "journal"
    file.touch()
    os.utime(file, (START, START))
    (finding,) = check_clock(now, iter([file, tmp_path / "gone"]))
    assert finding.health is health
