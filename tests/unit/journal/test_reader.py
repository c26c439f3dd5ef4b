import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from client_device_associator.errors import JournalError, JournalVersionError
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.reader import JournalReader
from client_device_associator.journal.schema import MIGRATIONS
from support.damage import garbage, overwrite
from support.journal_files import NEXT_VERSION, PAGE_BYTES, fill, pending, store_devices
from support.other_user import act_as_another_user, work_folder
from support.values import numbered

COUNT = "SELECT COUNT(*) FROM device"


def count(path: Path) -> int:
    """How many devices a reader finds."""
    with closing(JournalReader(path)) as reader:
        ((found,),) = reader.read(COUNT)
        return int(found)


def why_not(path: Path) -> str:
    """Why a reader finds none."""
    with closing(JournalReader(path)) as reader, pytest.raises(JournalError) as raised:
        reader.read(COUNT)
    return str(raised.value)


def files(path: Path) -> dict[str, bytes]:
    """All that is beside the journal, and itself."""
    return {one.name: one.read_bytes() for one in path.parent.iterdir()}


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A journal that a kill has left: all of it is in the log."""
    path, left = tmp_path / "at work" / "journal", tmp_path / "left" / "journal"
    path.parent.mkdir()
    journal = Journal(path)
    store_devices(journal, [pending(name) for name in numbered(7)])
    shutil.copytree(path.parent, left.parent)
    journal.close()
    return left


@pytest.fixture
def readable() -> Iterator[Path]:
    """A journal in a folder where everybody may look and nobody but its owner may write."""
    with work_folder() as folder:
        yield folder / "journal"


def for_all_to_read(path: Path) -> None:
    """Everybody may read the files, and only read."""
    path.parent.chmod(0o555)
    for one in path.parent.iterdir():
        one.chmod(0o444)


def test_reads_what_is_written_at_the_same_time(path: Path, journal: Journal) -> None:
    """Each query sees the last commit, also of a journal whose rows are in the log alone."""
    store_devices(journal, [pending("first")])
    with closing(JournalReader(path)) as reader:
        assert reader.read(COUNT) == [(1,)]
        store_devices(journal, [pending("second")])
        assert reader.read(COUNT) == [(2,)]


def test_a_reader_does_not_keep_the_log_from_being_emptied(path: Path, journal: Journal) -> None:
    """A listing that waits for its reader for an hour would fill the disk."""
    store_devices(journal, [pending("first")])
    with closing(JournalReader(path)) as reader:
        reader.read(COUNT)
        with closing(sqlite3.connect(path, timeout=0)) as other:
            assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)


@pytest.mark.parametrize("state", ["ended", "killed", "at work"])
def test_reading_changes_nothing(tmp_path: Path, killed: Path, state: str) -> None:
    """No byte of any file, whatever the component does; and no file is made."""
    ended, at_work = tmp_path / "ended" / "journal", tmp_path / "at work" / "journal"
    ended.parent.mkdir()
    fill(ended, 7)
    with closing(Journal(at_work)) as journal:
        assert journal.pending() == 7
        path = {"ended": ended, "killed": killed, "at work": at_work}[state]
        before = files(path)
        assert count(path) == 7
        assert files(path) == before


def test_one_who_may_only_read_can(readable: Path) -> None:
    """While the component works, after a kill, and after its end: as another user."""
    path = readable
    with closing(Journal(path)) as journal:
        store_devices(journal, [pending(name) for name in numbered(7)])
        for_all_to_read(path)
        act_as_another_user(lambda: assert_equal(count(path), 7))
        kept = files(path)
    path.parent.chmod(0o755)
    assert list(files(path)) == [path.name]
    for_all_to_read(path)
    act_as_another_user(lambda: assert_equal(count(path), 7))
    path.parent.chmod(0o755)
    path.chmod(0o644)
    for name, content in kept.items():
        path.with_name(name).write_bytes(content)
    for_all_to_read(path)
    act_as_another_user(lambda: assert_equal(count(path), 7))


def test_a_copy_without_the_index_is_read(killed: Path) -> None:
    """Somebody may have taken the journal and its log elsewhere, to look at them."""
    killed.with_name("journal-shm").unlink()
    assert count(killed) == 7


def test_a_component_that_begins_to_work_is_noticed(path: Path) -> None:
    """Nothing of the file as it was is shown after that; and its end does no harm either."""
    fill(path, 7)
    with closing(JournalReader(path)) as reader:
        assert reader.read(COUNT) == [(7,)]
        with closing(Journal(path)) as journal:
            store_devices(journal, [pending("more")])
            assert reader.read(COUNT) == [(8,)]
        assert reader.read(COUNT) == [(8,)]


def test_a_component_that_came_and_went_is_noticed(path: Path) -> None:
    """There is no log again, and the file is another one."""
    fill(path, 7)
    with closing(JournalReader(path)) as reader:
        reader.read(COUNT)
        with closing(Journal(path)) as journal:
            store_devices(journal, [pending("more")])
        assert reader.read(COUNT) == [(8,)]


def test_a_journal_that_is_replaced_is_looked_for_again(path: Path) -> None:
    """The component puts one aside and begins another, and for a moment there is none."""
    fill(path, 7)
    away = path.with_name("away")

    class Late(JournalReader):
        def _opened(self) -> sqlite3.Connection:
            if away.exists():
                away.rename(path)
            else:
                path.rename(away)
            return super()._opened()

    with closing(Late(path)) as reader:
        assert reader.read(COUNT) == [(7,)]


def test_a_file_that_changes_all_the_time_is_given_up(path: Path) -> None:
    """With a word, and not with a wrong answer."""
    fill(path, 1)

    class Unsteady(JournalReader):
        def _state(self) -> tuple[int, ...] | None:
            self._turn: int = getattr(self, "_turn", 0) + 1
            return (self._turn,)

    with closing(Unsteady(path)) as reader, pytest.raises(JournalError, match="try again"):
        reader.read(COUNT)


def test_many_keys(path: Path) -> None:
    """More than SQLite takes at once."""
    fill(path, 1200)
    names = [f"device-{index}" for index in range(1300)]
    with closing(JournalReader(path)) as reader:
        query = "SELECT thing_name FROM device WHERE thing_name IN ({})"
        assert {name for (name,) in reader.read_for(query, names)} == set(names[:1200])


def test_no_journal(path: Path) -> None:
    """Nothing is made in its place."""
    assert "there is no journal" in why_not(path)
    assert files(path) == {}


def test_a_journal_that_is_still_empty(path: Path) -> None:
    """A file of no bytes, and a database without tables."""
    path.touch()
    assert "is empty" in why_not(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 0")
        database.execute("VACUUM")
    assert path.stat().st_size > 0
    assert "is empty" in why_not(path)


def test_a_journal_for_other_eyes(readable: Path) -> None:
    """It is said who may read it."""
    fill(readable, 1)
    readable.chmod(0o600 if os.geteuid() == 0 else 0)
    act_as_another_user(lambda: assert_in("may not read", why_not(readable)))
    readable.parent.chmod(0o700 if os.geteuid() == 0 else 0)
    act_as_another_user(lambda: assert_in("may not read", why_not(readable)))
    readable.parent.chmod(0o755)


def test_a_log_for_other_eyes(readable: Path) -> None:
    """Its rows would be missing without a word."""
    with closing(Journal(readable)) as journal:
        store_devices(journal, [pending("first")])
        readable.chmod(0o644)
        log = readable.with_name("journal-wal")
        log.chmod(0o600 if os.geteuid() == 0 else 0)
        act_as_another_user(lambda: assert_in("may not read", why_not(readable)))
        log.chmod(0o600)


@pytest.mark.parametrize(
    ("migrations", "word"), [(NEXT_VERSION, "use the"), (MIGRATIONS[:2], "brought up to date")]
)
def test_another_version(path: Path, migrations: tuple[str, ...], word: str) -> None:
    """It is left as it is, and said which of both is newer."""
    fill(path, 1, migrations)
    before = files(path)
    with closing(JournalReader(path)) as reader, pytest.raises(JournalVersionError, match=word):
        reader.read(COUNT)
    assert files(path) == before


def test_another_programs_database(path: Path) -> None:
    """Whatever is in it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE device (thing_name TEXT)")
    assert "another program" in why_not(path)


def test_a_damaged_journal_stays_where_it_is(path: Path) -> None:
    """To put it aside is for the component to do."""
    fill(path)
    overwrite(path, PAGE_BYTES, garbage(path.stat().st_size - PAGE_BYTES))
    before = files(path)
    assert "is damaged" in why_not(path)
    assert files(path) == before
    path.write_bytes(garbage(5000))
    assert "is damaged" in why_not(path)


def test_tables_that_somebody_has_changed(path: Path) -> None:
    """A column more, and the rows mean something else."""
    fill(path, 1)
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE owed ADD COLUMN more TEXT")
    assert "its tables are not those" in why_not(path)


def test_no_file_at_all(path: Path) -> None:
    """To open a FIFO would wait for ever."""
    os.mkfifo(path)
    assert "no regular file" in why_not(path)
    path.unlink()
    path.mkdir()
    assert "no regular file" in why_not(path)


def assert_equal(found: object, expected: object) -> None:
    """For the child process of another user."""
    assert found == expected


def assert_in(part: str, text: str) -> None:
    """The same for a part of a text."""
    assert part in text
