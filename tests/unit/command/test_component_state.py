import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from client_device_associator.command import component_state
from client_device_associator.command.component_state import (
    ComponentState,
    Running,
    readable_state,
)
from client_device_associator.command.work_directory import WorkDirectory
from client_device_associator.reporting.state_file import start_ticks
from client_device_associator.work_files import STATE
from support.other_user import act_as_another_user, change_user, work_folder

OURS = {"pid": os.getpid(), "startTicks": start_ticks(os.getpid())}


def running(process: object) -> Running:
    """Whether a component with such a process runs."""
    return ComponentState({"process": process}).running


def test_a_process_that_runs() -> None:
    """By its id and its start."""
    assert running(OURS) is Running.YES


@pytest.mark.parametrize(
    "process",
    [
        {},
        None,
        {**OURS, "startTicks": 1},
        {**OURS, "pid": 0},
        {**OURS, "pid": -1},
        {**OURS, "pid": True},
        {**OURS, "pid": "1"},
        {**OURS, "pid": 10**30},
    ],
)
def test_a_process_that_does_not(process: object) -> None:
    """Another one that has its id now, and whatever else a file may say."""
    assert running(process) is Running.NO


def test_a_process_that_has_ended() -> None:
    """Its id is free."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pid = child.pid
    assert running({"pid": pid, "startTicks": 5}) is Running.NO


def test_no_state_at_all() -> None:
    """Nothing is known of any process."""
    assert ComponentState({}).running is Running.NEVER


def test_processes_that_cannot_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """With /proc closed to other users, whether there is such a process is all that is known."""
    monkeypatch.setattr(component_state, "start_ticks", lambda _: None)
    assert running(OURS) is Running.YES
    assert running({"pid": 1, "startTicks": 1}) is Running.YES

    def look() -> None:
        assert running(OURS) is Running.YES

    act_as_another_user(look)


@pytest.mark.parametrize(
    ("document", "text", "number", "texts"),
    [
        ({"a": "b"}, "b", None, []),
        ({"a": 5}, "5", 5, []),
        ({"a": 5.5}, "5.5", None, []),
        ({"a": ["b", 5]}, "", None, ["b", "5"]),
        ({"a": {"b": 5}}, "", None, []),
        ({"a": None}, "", None, []),
        ({}, "", None, []),
    ],
)
def test_values_of_any_type(
    document: Mapping[str, Any], text: str, number: int | None, texts: list[str]
) -> None:
    """What is of another type counts as empty."""
    state = ComponentState(document)
    assert (state.text("a"), state.number("a"), state.texts("a")) == (text, number, texts)
    assert state.section("a").number("b") == (5 if document.get("a") == {"b": 5} else None)


@pytest.mark.parametrize("may_read", [True, False])
def test_state_is_read_as_far_as_it_may_be(*, may_read: bool) -> None:
    """Who may not read it can do without it."""
    with work_folder() as folder:
        (folder / STATE).write_text('{"version": "1.2.3"}')

        def work() -> None:
            state = readable_state(WorkDirectory(folder))
            assert state.text("version") == ("1.2.3" if may_read else "")

        change_user(folder, work, may_read=may_read)
