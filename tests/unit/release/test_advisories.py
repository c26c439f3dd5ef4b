"""Looking for advisories: what is known, and when nothing is."""

import json
import subprocess
from pathlib import Path

import pytest

from release import __main__ as command
from release.advisories import Verdict, look_up

LOCK = Path("requirements.txt")
GOOD = {"name": "six", "version": "1.17.0", "vulns": []}
WEAK = {
    "name": "urllib3",
    "version": "2.0.0",
    "vulns": [{"id": "PYSEC-2099-1", "fix_versions": ["2.9"], "aliases": [], "description": "x"}],
}
UNKNOWN = {"name": "botocore", "skip_reason": "Dependency not found on PyPI"}


def verdict(*libraries: object, error: str = "") -> Verdict:
    """What is made of pip-audit's answer; of an error if there is one."""
    text = "" if error else json.dumps({"dependencies": libraries, "fixes": []})

    def run(words: list[str]) -> "subprocess.CompletedProcess[str]":
        assert words[-1] == str(LOCK)
        return subprocess.CompletedProcess(words, 1, stdout=text, stderr=error)

    return look_up(LOCK, run)


def test_libraries_without_an_advisory_are_checked() -> None:
    """Nothing to say."""
    assert verdict(GOOD) == Verdict()


def test_a_weakness_is_named_with_what_corrects_it() -> None:
    """In one line."""
    assert verdict(GOOD, WEAK).weaknesses == ("urllib3 2.0.0: PYSEC-2099-1, corrected in 2.9",)


def test_what_the_index_does_not_know_is_not_checked() -> None:
    """pip-audit takes it for success; the other libraries are checked all the same."""
    found = verdict(UNKNOWN, WEAK)
    assert found.unchecked == "the index of advisories knows nothing of botocore"
    assert len(found.weaknesses) == 1


@pytest.mark.parametrize(
    ("error", "reason"), [("Traceback\nConnectionError: no route", "no route"), ("", "no library")]
)
def test_no_index_is_said(error: str, reason: str) -> None:
    """No answer, or one about nothing."""
    found = verdict(error=error)
    assert found.unchecked is not None
    assert reason in found.unchecked


@pytest.mark.parametrize(
    ("found", "code", "word"),
    [
        (Verdict(), 0, "no advisory"),
        (Verdict(("a 1: x",)), 1, "WEAK a 1"),
        (Verdict(("a 1: x",), "y"), 1, "NOT CHECKED: y"),
        (Verdict(unchecked="y"), 2, "NOT CHECKED: y"),
    ],
)
def test_the_exit_code_says_whether_it_was_checked(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    found: Verdict,
    code: int,
    word: str,
) -> None:
    """A pipeline must not take silence for safety."""
    monkeypatch.setattr(command, "look_up", lambda _: found)
    assert command.advisories(LOCK) == code
    assert word in capsys.readouterr().out
