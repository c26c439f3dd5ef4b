import json
import os
import stat
import subprocess
import sys
from pathlib import Path

from client_device_associator.reporting.state_file import StateFile, start_ticks


def test_state_names_its_process(tmp_path: Path) -> None:
    """By id and start, because the kernel gives ids again."""
    path = tmp_path / "state.json"
    StateFile(path).keep({"version": "1.2.3"})
    ticks = start_ticks(os.getpid())
    assert ticks is not None
    assert json.loads(path.read_text()) == {
        "process": {"pid": os.getpid(), "startTicks": ticks},
        "version": "1.2.3",
    }


def test_it_is_replaced_as_a_whole_and_private(tmp_path: Path) -> None:
    """A reader has the old file or the new one, and an interrupted write is no obstacle."""
    path = tmp_path / "state.json"
    (tmp_path / "state.json.new").write_text("of a process that was killed")
    before = os.umask(0)
    try:
        StateFile(path).keep({"turn": 1})
        with path.open() as open_already:
            StateFile(path).keep({"turn": 2})
            assert json.load(open_already)["turn"] == 1
    finally:
        os.umask(before)
    assert json.loads(path.read_text())["turn"] == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]


def test_a_disk_that_refuses_is_no_trouble(tmp_path: Path) -> None:
    """The old state stays, and the component goes on."""
    path = tmp_path / "state.json"
    StateFile(path).keep({"turn": 1})
    (tmp_path / "state.json.new").mkdir()
    StateFile(path).keep({"turn": 2})
    assert json.loads(path.read_text())["turn"] == 1
    StateFile(tmp_path / "no folder" / "state.json").keep({})


def test_any_text_can_be_kept(tmp_path: Path) -> None:
    """What a service said may hold half a surrogate pair."""
    path = tmp_path / "state.json"
    StateFile(path).keep({"message": "\ud800é"})
    assert json.loads(path.read_bytes())["message"] == "\ud800é"


def test_start_of_a_process() -> None:
    """That of another one differs, whatever its program is called; one that is gone has none."""
    script = (
        "import ctypes, sys; ctypes.CDLL(None).prctl(15, b') (S 1 2'); print(1, flush=True);"
        " sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        ours, ticks = start_ticks(os.getpid()), start_ticks(child.pid)
        assert ours is not None
        assert ticks is not None
        assert ticks > ours
        assert child.stdin is not None
        child.stdin.close()
        child.wait()
        assert start_ticks(child.pid) is None
