"""The command `doctor`."""

from pathlib import Path

from client_device_associator.command.exit_codes import WRONG
from support.commands import Terminal, fill, keep_state, run


def test_it_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    """One line for what was looked at, and one for the remedy."""
    fill(tmp_path)
    keep_state(tmp_path, nucleus={"listening": ["a"], "refused": ["b"]})
    ran = run(tmp_path, "doctor")
    assert ran.exit_code == WRONG
    index = next(index for index, line in enumerate(ran.lines) if "accessControl" in line)
    assert ran.lines[index].startswith("WRONG  accessControl")
    assert ran.lines[index + 1].strip().startswith("-> merge {")
    assert any(line.startswith("ok     topics") for line in ran.lines)
    assert any(line.startswith("?      offline logins") for line in ran.lines)


def test_programs_get_a_document_for_each(tmp_path: Path) -> None:
    """With the remedy, where there is one."""
    fill(tmp_path)
    keep_state(tmp_path)
    found = {one["what"]: one for one in run(tmp_path, "doctor", "--json").documents}
    assert found["component"]["health"] == "ok"
    assert "remedy" not in found["component"]
    # The component of this test is this process, which no nucleus has started.
    assert found["token exchange"]["health"] == "wrong"
    assert "DependencyType HARD" in found["token exchange"]["remedy"]


def test_what_only_a_running_component_shows_is_not_said_without_one(tmp_path: Path) -> None:
    """The journal and the disk are looked at all the same."""
    fill(tmp_path)
    found = {one["what"]: one["health"] for one in run(tmp_path, "doctor", "--json").documents}
    assert found == {
        "component": "wrong",
        "disk": "ok",
        "clock": found["clock"],
        "journal": "ok",
        "nucleus": "cannotTell",
        "components": "cannotTell",
        "offline logins": "cannotTell",
    }


def test_colours_are_for_terminals(tmp_path: Path) -> None:
    """The words are the same."""
    fill(tmp_path)
    ran = run(tmp_path, "doctor", out=Terminal())
    assert "\x1b[31mWRONG\x1b[0m" in ran.out
