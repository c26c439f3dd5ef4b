import os
import sys
from pathlib import Path

import pytest

from client_device_associator.command.errors import CommandError
from client_device_associator.command.exit_codes import UNREADABLE
from client_device_associator.command.work_directory import USUAL_PLACES, WorkDirectory, find
from client_device_associator.work_files import JOURNAL, LAST_GOOD, STATE
from support.other_user import act_as_another_user, work_folder


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The current directory, that of the virtual environment, and two usual ones."""
    folders = [tmp_path / name for name in ("here", "venv's", "classic", "lite")]
    for folder in folders:
        folder.mkdir()
    monkeypatch.setattr(sys, "prefix", str(folders[1] / "venv"))
    return folders


@pytest.mark.parametrize("file", [JOURNAL, STATE])
def test_the_first_that_has_something_is_found(places: list[Path], file: Path) -> None:
    """Here, beside the environment, and the usual ones, in this order."""
    for place in reversed(places):
        (place / file).touch()
        assert find(None, places[0], places[2:]).path == place


def test_a_directory_that_is_named_is_taken(places: list[Path]) -> None:
    """Even if there is nothing in it: it is said what is missing there."""
    (places[0] / JOURNAL).touch()
    assert find(str(places[3]), places[0], places[2:]).path == places[3]


def test_none_is_found(places: list[Path]) -> None:
    """It is said where was looked, and how to name one."""
    with pytest.raises(CommandError, match="--directory") as raised:
        find(None, places[0], places[2:])
    assert raised.value.exit_code == UNREADABLE
    assert all(str(place) in str(raised.value) for place in places)


def test_usual_places_are_those_of_both_nuclei() -> None:
    """The default root folders."""
    assert [str(place) for place in USUAL_PLACES] == [
        "/greengrass/v2/work/community.greengrass.ClientDeviceAssociator",
        "/var/lib/greengrass/work/community.greengrass.ClientDeviceAssociator",
    ]


def test_a_place_for_other_eyes_is_passed_over() -> None:
    """The classic nucleus closes its folder to other users."""
    with work_folder() as folder:
        closed = folder / "closed"
        closed.mkdir()
        (closed / JOURNAL).touch()
        closed.chmod(0o700 if os.geteuid() == 0 else 0)

        def look() -> None:
            with pytest.raises(CommandError):
                find(None, folder, [closed])

        act_as_another_user(look)
        closed.chmod(0o700)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"[]", b'{"a":', b"\xff", b"[" * 100_000])
def test_what_is_no_document_counts_as_none(tmp_path: Path, content: bytes) -> None:
    """A flash that fails can put anything into a file."""
    (tmp_path / STATE).write_bytes(content)
    assert WorkDirectory(tmp_path).state() is None


def test_documents_are_read(tmp_path: Path) -> None:
    """Each by its name; what is no file is none, and would block if it was opened."""
    directory = WorkDirectory(tmp_path)
    assert (directory.state(), directory.configuration()) == (None, None)
    (tmp_path / STATE).write_text('{"a": 1}')
    (tmp_path / LAST_GOOD).write_text('{"b": 2}')
    assert (directory.state(), directory.configuration()) == ({"a": 1}, {"b": 2})
    (tmp_path / STATE).unlink()
    os.mkfifo(tmp_path / STATE)
    assert directory.state() is None
