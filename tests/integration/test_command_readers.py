"""Readers of a journal that is written as fast as the disk allows."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from client_device_associator.command.exit_codes import FINE
from client_device_associator.journal.journal import Journal
from client_device_associator.work_files import JOURNAL
from support.commands import run
from support.other_user import act_as_another_user, work_folder

READINGS = 15
WARM_UP_COMMITS = 20


@contextmanager
def writer(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that writes; it has written something already."""
    with subprocess.Popen(
        [sys.executable, "-m", "integration.busy_writer", str(folder / JOURNAL)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    ) as process:
        try:
            assert process.stdout is not None
            for _ in range(WARM_UP_COMMITS):
                assert process.stdout.readline()
            yield process
        finally:
            process.kill()


def read_often(folder: Path) -> None:
    """Both devices are of one commit each time, later ones come later, and nobody vanishes."""
    last, known = "", 0
    for _ in range(READINGS):
        ran = run(folder, "devices", "left", "right", "--json")
        assert ran.exit_code == FINE, ran.errors
        left, right = ran.documents
        assert left["since"] == right["since"] >= last
        last = left["since"]
        ran = run(folder, "devices", "--sort", "attempts")
        assert ran.exit_code == FINE, ran.errors
        assert len(ran.lines) >= known
        known = len(ran.lines)
        assert run(folder, "export").exit_code == FINE


@pytest.mark.parametrize("reader", ["the writer's user", "another user"])
def test_readers_see_whole_commits_and_cost_none(reader: str) -> None:
    """Each reading is of one moment, and what was committed is there after a kill."""
    with work_folder() as folder:
        before = os.umask(0o022)
        try:
            with writer(folder) as process:
                if reader == "another user":
                    act_as_another_user(lambda: read_often(folder))
                else:
                    read_often(folder)
                process.kill()
                assert process.stdout is not None
                committed = int(process.stdout.read().split()[-1])
        finally:
            os.umask(before)
        ran = run(folder, "devices", "device-*")
        assert len(ran.lines) - 1 >= committed
        with closing(Journal(folder / JOURNAL)) as journal:
            assert journal.pending() == len(ran.lines) - 1 + 2
