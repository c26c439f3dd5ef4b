"""What `up` shows on a terminal; no terminal is needed for it."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from greengrass_sandbox import CoreDevice
from greengrass_sandbox.command.live import Collector, has_the_terminal, show
from greengrass_sandbox.command.live_view import Sight, message_line, view

TIME = "2026-01-31T23:59:58.123+00:00"
COMPONENT = {
    "name": "com.example.Hello",
    "state": "RUNNING",
    "pid": 4711,
    "restarts": 2,
    "subscriptions": ["hello/request"],
}
CALL = {
    "time": TIME,
    "operation": "List",
    "status": 403,
    "errorCode": "AccessDeniedException",
    "thingNames": ["one", "two"],
}
STATUS: dict[str, Any] = {
    "coreDevice": "core-1",
    "profile": "lite",
    "things": 3,
    "callCount": 17,
    "tokenExchange": "ok",
    "iotCore": "offline",
    "components": [COMPONENT],
    "faults": {"1": "outage"},
    "calls": [CALL],
}
WIDTH, HEIGHT = 100, 24


def drawn(sight: Sight, height: int = HEIGHT) -> str:
    """The screen, as text."""
    console = Console(file=io.StringIO(), width=WIDTH, height=height, color_system=None)
    with console.capture() as capture:
        console.print(view(sight), height=height)
    return capture.get()


def test_everything_has_its_place() -> None:
    """Components, messages, calls and logs."""
    message = message_line(TIME, "com.example.Asks", "hello/request", '{"name": "Ada"}')
    screen = drawn(Sight([STATUS], [message], [f"{TIME} [INFO] com.example.Hello: stdout. hi"]))
    lines = screen.splitlines()
    assert len(lines) == HEIGHT
    for text in (
        "core-1 (lite)   faults: outage   things 3   calls 17   token exchange ok",
        "4711",
        '23:59:58.123 com.example.Asks → hello/request  {"name": "Ada"}',
        "23:59:58.123 List (2 client devices): 403 AccessDeniedException",
        "23:59:58.123 [INFO] com.example.Hello: stdout. hi",
        "Ctrl-C",
    ):
        assert text in screen
    (row,) = (line for line in lines if "4711" in line)
    assert "RUNNING" in row
    assert "hello/request" in row


def test_the_last_lines_are_shown() -> None:
    """Where there is no room for all."""
    screen = drawn(Sight([STATUS], [f"m{n:03}" for n in range(100)], [f"{TIME} x"] * 100))
    assert "m099" in screen
    assert "m000" not in screen
    assert "Ctrl-C" in screen


def test_without_calls_the_room_is_for_others() -> None:
    """And a core device with nothing on it says so."""
    screen = drawn(Sight([{**STATUS, "calls": [], "components": []}], [], []))
    assert "calls to the cloud" not in screen
    assert "none is deployed" in screen


def test_what_a_component_writes_cannot_disturb_the_screen() -> None:
    """Escape sequences, lines in lines, and more than fits."""
    screen = drawn(Sight([STATUS], ["\x1b[2J\n" + "long" * WIDTH], [f"{TIME} [b]\x07"]))
    assert "·[2J·long" in screen
    assert "…" in screen
    assert "[b]·" in screen
    assert "\x1b" not in screen
    assert len(screen.splitlines()) == HEIGHT


def test_a_screen_that_is_too_small_is_no_error() -> None:
    """A person may make the window as small as they like."""
    for height in range(1, 12):
        drawn(Sight([STATUS], ["m"], [f"{TIME} x"]), height)


def test_it_follows_what_runs(tmp_path: Path) -> None:
    """Until an error of what was begun with it, which it raises when all is drawn."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=WIDTH, height=HEIGHT)
    with CoreDevice(tmp_path / "core") as core:

        def begin() -> None:
            core.run("com.example.Run", {}, ["/bin/sh", "-c", "echo spoke; exec sleep 600"])
            core.publish("a/topic", b"\xff")
            raise LookupError("no more")

        with pytest.raises(LookupError, match="no more"):
            show([core], begin, console)
    for text in ("com.example.Run", "a/topic", r"\xff", "lifecycle. state RUNNING"):
        assert text in file.getvalue()


def test_messages_are_lines_without_a_terminal(tmp_path: Path) -> None:
    """As they come, and only as long as they are collected."""
    lines: list[str] = []
    with CoreDevice(tmp_path / "core") as core:
        collector = Collector([core], lines.append)
        core.publish("a/topic", {"n": 1.5})
        assert collector.sight().messages == tuple(lines)
        collector.close()
        core.publish("a/topic", b"not collected")
    (line,) = lines
    assert line.endswith(' greengrass_sandbox → a/topic  {"n": 1.5}')


def test_only_a_terminal_has_a_live_view() -> None:
    """A pipe has lines, whatever rich is told of colours; a terminal of another session is one."""
    controller, terminal = os.openpty()
    reader, writer = os.pipe()
    with os.fdopen(terminal, "w") as shown, os.fdopen(writer, "w") as piped:
        assert has_the_terminal(shown)
        assert not has_the_terminal(piped)
    os.close(controller)
    os.close(reader)
