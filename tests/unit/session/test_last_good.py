import json
import os
from pathlib import Path

import pytest

from client_device_associator.errors import NucleusError
from client_device_associator.session.last_good import LastGood
from client_device_associator.session.settings_in_effect import GIVE_UP_SECONDS
from support.configured import BAD, GOOD, Configured
from support.other_user import change_user, work_folder
from support.values import settings

DEBUG = settings(log_level="DEBUG")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where it is kept."""
    return tmp_path / "last-good.json"


def test_the_last_good_configuration_outlives_the_process(path: Path) -> None:
    """An invalid one at the start is no reason to fall back to the defaults."""
    before = Configured(path)
    before.nucleus.document = {**GOOD, "accessControl": {"secret": "of the nucleus"}}
    before.run_due()
    assert "secret" not in path.read_text()
    after = Configured(path)
    after.nucleus.document = BAD
    assert after.run_due()[0]
    assert after.settings() == DEBUG
    late = Configured(path)
    late.nucleus.refuses_to_read = NucleusError("busy")
    late.clock.seconds = GIVE_UP_SECONDS
    late.run_due()
    assert late.settings() == DEBUG


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"logLevel": 5}', b"[" * 100_000])
def test_a_damaged_last_good_configuration_is_none(path: Path, content: bytes) -> None:
    """As if there had never been one; the next good one replaces it."""
    path.write_bytes(content)
    configured = Configured(path)
    configured.nucleus.document = BAD
    configured.run_due()
    assert configured.settings() == settings()
    configured.change(GOOD)
    assert configured.pass_quiet()
    assert json.loads(path.read_bytes()) == GOOD


def test_a_good_configuration_is_written_once(path: Path) -> None:
    """Flash wears out."""
    configured = Configured(path)
    configured.nucleus.document = GOOD
    configured.run_due()
    written = path.stat().st_ino
    configured.change(GOOD)
    assert configured.pass_quiet()
    again = Configured(path)
    again.nucleus.document = GOOD
    again.run_due()
    assert path.stat().st_ino == written


def test_a_disk_that_cannot_be_written_costs_only_the_safety(tmp_path: Path) -> None:
    """Nothing is raised, and nothing is left half done."""
    last_good = LastGood(tmp_path / "missing" / "last-good.json")
    last_good.keep(GOOD)
    assert last_good.load() == GOOD
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["last-good.json", "last-good.json.new"])
def test_a_fifo_in_its_place_blocks_nothing(path: Path, name: str) -> None:
    """Nothing is known then; the next good configuration takes its place."""
    os.mkfifo(path.with_name(name))
    last_good = LastGood(path)
    assert last_good.load() is None
    last_good.keep(GOOD)
    assert LastGood(path).load() == GOOD


def test_an_unfinished_file_of_another_user_is_replaced() -> None:
    """A deployment may change the user that the component runs as."""
    with work_folder() as folder:
        path = folder / "last-good.json"
        path.write_text("{}")
        path.with_name(f"{path.name}.new").write_text("{")

        def work() -> None:
            LastGood(path).keep(GOOD)
            assert LastGood(path).load() == GOOD

        change_user(folder, work)


def test_without_a_file_there_is_none_however_often_it_is_asked(path: Path) -> None:
    """Nothing is made up the second time."""
    last_good = LastGood(path)
    assert [last_good.load(), last_good.load()] == [None, None]


def test_a_document_that_is_no_object_is_none(path: Path) -> None:
    """A configuration is always an object."""
    path.write_text('["logLevel"]')
    assert LastGood(path).load() is None


def test_the_file_is_read_once(path: Path) -> None:
    """What this process has kept counts, even if the disk did not take it."""
    path.write_text(json.dumps(GOOD))
    last_good = LastGood(path)
    assert last_good.load() == GOOD
    path.write_text("{}")
    assert last_good.load() == GOOD


def test_a_file_that_an_earlier_version_left_is_made_private(path: Path) -> None:
    """It is written again only if the configuration changes."""
    path.write_text("{}")
    path.chmod(0o644)
    LastGood(path).load()
    assert path.stat().st_mode & 0o777 == 0o600
