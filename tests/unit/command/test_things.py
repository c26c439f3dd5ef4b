from pathlib import Path

import pytest

from client_device_associator.command import things
from client_device_associator.command.exit_codes import FINE, UNREADABLE
from support.commands import fill, run
from support.journal_files import pending


def test_the_first_names_that_begin_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of names, and no more than a person reads; none is no error."""
    fill(tmp_path, *map(pending, ("b-1", "a", "b-2", "b-3", "bc", "c")))
    monkeypatch.setattr(things, "MOST", 3)
    assert run(tmp_path, "things", "b").lines == ["b-1", "b-2", "b-3"]
    assert run(tmp_path, "things").lines == ["a", "b-1", "b-2"]
    ran = run(tmp_path, "things", "x")
    assert (ran.exit_code, ran.out) == (FINE, "")
    assert run(tmp_path, "things", "c", "--json").documents == [{"thingName": "c"}]


def test_without_a_journal(tmp_path: Path) -> None:
    """The completion of a shell shows nothing then."""
    assert run(tmp_path, "things", "a").exit_code == UNREADABLE
