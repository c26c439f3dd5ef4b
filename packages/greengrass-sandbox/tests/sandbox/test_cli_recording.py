"""The commands `record` and `replay` against a sandbox that runs in this process."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from greengrass_sandbox import CoreDevice
from greengrass_sandbox.control.server import ControlServer
from sandbox.cli_support import ask


@pytest.fixture
def core(tmp_path: Path) -> Iterator[CoreDevice]:
    """A core device that listens to commands."""
    with CoreDevice(tmp_path / "core") as core:
        server = ControlServer(core)
        core.call(server.start)
        yield core
        core.call(server.stop)


def test_a_session_is_recorded_and_replayed(core: CoreDevice, tmp_path: Path) -> None:
    """JSON as JSON, bytes as bytes, in their order."""
    root, file = core.layout.root, tmp_path / "session.jsonl"
    recording = threading.Thread(target=ask, args=(root, "record", str(file), "--count", "2"))
    recording.start()
    seen = core.watch("a/#")
    # What is published before the recording has begun is not in it, so it goes on until it ends.
    while recording.is_alive():
        core.publish("a/json", {"n": 1.5})
        core.publish("a/bytes", b"\x00")
        recording.join(0.05)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {it["topic"] for it in lines} == {"a/json", "a/bytes"}
    before = len(seen.messages)
    said = ask(root, "replay", str(file), "--speed", "0")
    assert said == "replayed 2 messages, left out 0, refused 0\n"
    replayed = seen.wait_for_count(before + 2)[before:]
    assert [it.topic for it in replayed] == [it["topic"] for it in lines]
    assert {(it.topic, str(it.payload)) for it in replayed} == {
        ("a/json", "{'n': 1.5}"),
        ("a/bytes", r"b'\x00'"),
    }
    assert "exists" in ask(root, "record", str(file), code=1)


def test_refusals_are_told_and_the_rest_goes_on(core: CoreDevice, tmp_path: Path) -> None:
    """Nobody listens to the first, and the classic nucleus takes no wildcard."""
    file = tmp_path / "session.jsonl"
    lines = [
        '{"topic": "a", "json": {}}',
        '{"topic": "+", "json": {}}',
        '{"topic": "b", "json":{}}',
    ]
    file.write_text("\n".join(lines))
    seen = core.watch()
    said = ask(core.layout.root, "replay", str(file), "--wait", "0.01", code=1)
    assert "a: no component subscribed to a in 0.01 s" in said
    assert "wildcard" in said
    assert [it.topic for it in seen.wait_for_count(1)] == ["b"]


def test_without_a_sandbox_nothing_is_written(tmp_path: Path) -> None:
    """The next attempt finds no file in its way."""
    file = tmp_path / "session.jsonl"
    assert "no sandbox runs" in ask(tmp_path, "record", str(file), code=1)
    assert not file.exists()
