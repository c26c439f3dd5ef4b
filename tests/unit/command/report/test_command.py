"""The command `report`."""

import json
import os
import stat
from contextlib import closing
from pathlib import Path

import pytest

from client_device_associator.command.exit_codes import FINE, UNREADABLE, USAGE, WRONG
from client_device_associator.core.decision import Decision
from client_device_associator.core.trail import TrailEntry, TrailEvent
from client_device_associator.journal.journal import Journal
from client_device_associator.privacy import PRIVATE_FILE
from client_device_associator.work_files import JOURNAL, STATE
from support.commands import run
from support.journal_files import pending
from support.values import START, numbered


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A core device with devices that wait, and a trail that begins before them."""
    names = numbered(1100)
    trail = [TrailEntry(START, name, TrailEvent.ANNOUNCED, {"topic": "t"}) for name in names]
    with closing(Journal(tmp_path / JOURNAL)) as journal, journal.transaction():
        journal.store(Decision(devices=tuple(map(pending, names))))
        journal.trail.add(trail, 10_000)
    (tmp_path / STATE).write_text(json.dumps({"coreDeviceThingName": "hall-2"}))
    return tmp_path


def test_a_page_is_written(site: Path, tmp_path: Path) -> None:
    """With all devices and all of the trail; and where it is, is said."""
    file = tmp_path / "page.html"
    file.write_text("the one of yesterday")
    ran = run(site, "report", "--html", str(file))
    assert (ran.exit_code, ran.out) == (FINE, f"{file}: 1100 devices\n")
    text = file.read_text(encoding="utf-8")
    assert "Client devices of hall-2" in text
    assert ">1100</text>" in text
    assert "and 100 more" in text
    assert sorted(one.name for one in tmp_path.glob("page*")) == ["page.html"]


def test_it_says_so_to_programs_as_well(site: Path, tmp_path: Path) -> None:
    """In one line of JSON."""
    ran = run(site, "report", "--json", "--html", str(tmp_path / "page.html"))
    assert json.loads(ran.out) == {"file": str(tmp_path / "page.html"), "devices": 1100}


def test_it_can_be_piped(site: Path) -> None:
    """Then there is nothing but the page."""
    ran = run(site, "report", "--html", "-")
    assert ran.exit_code == FINE
    assert ran.out.startswith("<!doctype html>")
    assert ran.out.endswith("</html>\n")


def test_a_link_in_its_place_is_not_followed(site: Path, tmp_path: Path) -> None:
    """Root may write to a folder where everybody may."""
    other, file = tmp_path / "other", tmp_path / "page.html"
    other.write_text("of somebody else")
    for name in ("page.html.new", "page.html"):
        (tmp_path / name).symlink_to(other)
    assert run(site, "report", "--html", str(file)).exit_code == FINE
    assert other.read_text() == "of somebody else"
    assert not file.is_symlink()


def test_a_page_is_private(site: Path, tmp_path: Path) -> None:
    """It says what the journal says, which others may not read; whatever the umask is."""
    file = tmp_path / "page.html"
    before = os.umask(0)
    try:
        run(site, "report", "--html", str(file))
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == PRIVATE_FILE


def test_a_page_that_cannot_be_written_is_said(site: Path) -> None:
    """With the reason."""
    ran = run(site, "report", "--html", str(site / "no" / "page.html"))
    assert ran.exit_code == WRONG
    assert "the page cannot be written" in ran.errors


def test_the_file_has_to_be_named(site: Path) -> None:
    """Nothing is written to where nobody looks for it."""
    with pytest.raises(SystemExit) as ended:
        run(site, "report")
    assert ended.value.code == USAGE


def test_without_a_journal_there_is_no_page(tmp_path: Path) -> None:
    """And no file that looks like one."""
    ran = run(tmp_path, "report", "--html", str(tmp_path / "page.html"))
    assert ran.exit_code == UNREADABLE
    assert not (tmp_path / "page.html").exists()
