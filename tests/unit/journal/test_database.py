import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.decision import Decision
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.errors import JournalError
from client_device_associator.journal.database import Database
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.set_aside import SetAside
from support.damage import damage, garbage, overwrite
from support.journal_files import connection, pending, store
from support.values import START, announcements, numbered


@pytest.mark.parametrize("writing", [True, False], ids=["writing", "reading"])
def test_damage_that_appears_while_it_is_open_costs_one_error(
    path: Path,
    writing: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """The damaged one is set aside, and a new one works at the next use."""
    reported: list[SetAside] = []
    journal = Journal(path, reported.append)
    store(journal, Decision(tuple(map(pending, numbered(300)))))
    damage(path, journal)

    def use() -> None:
        if writing:
            store(journal, Decision((pending("b"),)))
        else:
            journal.pending()

    with pytest.raises(JournalError, match="malformed"):
        use()
    (aside,) = reported
    assert "malformed" in aside.why
    assert aside.path.name.startswith("journal.sqlite3.damaged-")
    assert journal.pending() == 0
    store(journal, Decision((pending("b"),)))
    assert journal.devices(["b"]) == {"b": pending("b")}
    assert reported == [aside]
    journal.close()


def test_damage_found_by_a_read_within_a_transaction_ends_it(path: Path) -> None:
    """Nothing of the transaction gets into the new journal."""
    journal = Journal(path)
    store(journal, Decision(tuple(map(pending, numbered(300)))))
    damage(path, journal)

    def decide() -> None:
        with journal.transaction():
            journal.devices(numbered(300))

    with pytest.raises(JournalError, match="cannot read the journal"):
        decide()
    assert journal.pending() == 0
    journal.close()


def test_a_damaged_journal_that_cannot_be_renamed_is_an_error_of_ours(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only file system: it stays where it is, and each use says so."""
    reported: list[SetAside] = []
    journal = Journal(path, reported.append)
    store(journal, Decision(tuple(map(pending, numbered(300)))))
    damage(path, journal)

    def refuse(_self: Path, _target: Path) -> Path:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        for _ in range(2):
            with pytest.raises(JournalError):
                journal.pending()
    assert reported == []
    assert journal.pending() == 0
    assert len(reported) == 1
    journal.close()


def rows(count: int) -> Decision:
    """A decision that puts something into every table."""
    names = numbered(count)
    return Decision(
        tuple(map(pending, names)),
        tuple(announcements(names)),
        durable=tuple(Result("t", Status.ASSOCIATED, name, message="x" * 50) for name in names),
    )


def replace_in_file(path: Path, old: bytes, new: bytes) -> None:
    """Flips bytes somewhere in the middle of the file, as a failing flash does."""
    content = path.read_bytes()
    assert old in content
    assert len(old) == len(new)
    path.write_bytes(content.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"status"', b'"statu\xff"'), (b'"status"', b'!status"'), (b'"associated"', b'"assoCiated"')],
    ids=["no UTF-8", "no JSON", "no status"],
)
def test_a_result_that_cannot_be_read_back_is_damage(path: Path, old: bytes, new: bytes) -> None:
    """Flipped bits within a text leave a sound database; the process must not die of them."""
    reported: list[SetAside] = []
    journal = Journal(path, reported.append)
    store(journal, rows(5))
    journal.close()
    replace_in_file(path, old, new)
    with pytest.raises(JournalError):
        journal.unsent(START, 10)
    store(journal, rows(1))
    assert len(journal.unsent(START, 10)) == 1
    assert len(reported) == 1
    journal.close()


@pytest.mark.parametrize("value", [7, "x", None])
def test_a_device_that_cannot_be_read_back_is_damage(path: Path, value: object) -> None:
    """The same for a state that there is not."""
    reported: list[SetAside] = []
    journal = Journal(path, reported.append)
    store(journal, rows(1))
    # The column forbids NULL; flipped bits ask nobody.
    for statement in (
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, 'state INTEGER NOT NULL', 'state INTEGER')",
        "PRAGMA writable_schema = RESET",
    ):
        connection(journal).execute(statement)
    connection(journal).execute("UPDATE device SET state = ?", (value,))
    with pytest.raises(JournalError):
        journal.devices(numbered(1))
    store(journal, rows(1))
    assert journal.devices(numbered(1)).keys() == set(numbered(1))
    assert len(reported) == 1
    journal.close()


def test_a_journal_without_its_tables_is_damage(path: Path) -> None:
    """Ours by its mark and of our version, but not what that version is made of."""
    reported: list[SetAside] = []
    journal = Journal(path, reported.append)
    store(journal, rows(1))
    connection(journal).execute("DROP TABLE owed")
    journal.close()
    with suppress(JournalError):
        journal.unsent(START, 1)
    store(journal, rows(1))
    assert len(journal.unsent(START, 10)) == 1
    assert len(reported) == 1
    journal.close()


@given(st.data())
def test_no_damage_to_the_file_keeps_it_from_working(data: st.DataObject) -> None:
    """Whatever bytes are written wherever into it: nothing but JournalError, and it recovers."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "journal"
        journal = Journal(path)
        store(journal, rows(60))
        journal.close()
        size = path.stat().st_size
        start = data.draw(st.integers(0, size - 1) | st.integers(0, 120), label="start")
        length = data.draw(st.sampled_from([1, 4, 40, 4096, size]), label="length")
        if data.draw(st.booleans(), label="truncate"):
            os.truncate(path, start)
        else:
            byte = data.draw(st.binary(min_size=1, max_size=1), label="byte")
            content = garbage(length) if length > 4 else byte * length
            overwrite(path, start, content[: size - start])
        try:
            assert attempt_until_stored(journal) <= 3
        finally:
            journal.close()


def attempt_until_stored(journal: Journal) -> int:
    """Uses everything of a journal as the component does, until all goes well; counts tries."""
    for number in range(1, 5):
        try:
            journal.recover(START, 300)
            journal.devices(numbered(60))
            journal.waiting(numbered(60))
            journal.due(DeviceState.PENDING, START, 100)
            journal.next_due_at(DeviceState.PENDING)
            journal.unsent(START, 100)
            journal.next_send_at()
            store(journal, rows(1))
            with journal.transaction():
                journal.sent([one.result_id for one in journal.unsent(START, 100)])
        except JournalError:
            continue
        return number
    return 99


def test_the_second_to_find_damage_leaves_the_new_journal_alone(tmp_path: Path) -> None:
    """An orphan still reads the file that the live process has set aside, and finds it bad, too."""
    path = tmp_path / "journal"
    live, orphan = Journal(path), Journal(path)
    store(live, rows(60))
    assert orphan.pending() == 60
    damaged = sqlite3.DatabaseError("database disk image is malformed")
    live._database._failed("read", damaged)  # noqa: SLF001 - as if a page had gone bad
    store(live, rows(5))
    orphan._database._failed("read", damaged)  # noqa: SLF001 - the same page
    assert live.pending() == 5
    assert orphan.pending() == 5
    live.close()
    orphan.close()


@pytest.mark.parametrize("gone", [Path.unlink, lambda path: path.rename(f"{path}.damaged")])
def test_a_journal_that_was_taken_away_is_begun_anew(
    path: Path, gone: Callable[[Path], object]
) -> None:
    """What goes on into a file without its name is on no disk that a restart would find."""
    reported: list[SetAside] = []
    journal = Journal(path, reported.append)
    store(journal, rows(3))
    gone(path)
    store(journal, rows(2))
    assert len(reported) == 1
    journal.close()
    after = Journal(path)
    assert after.pending() == 2
    after.close()


@given(st.integers(0, 120), st.integers(1, 12))
def test_rows_are_inserted_whatever_their_number(count: int, length: int) -> None:
    """Many at a time, in order, and none twice."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "journal.sqlite3", lambda _: None)
        columns = ", ".join(f"c{number}" for number in range(length))
        rows = [tuple(f"{row} {column}" for column in range(length)) for row in range(count)]
        with database.transaction():
            database.write(f"CREATE TABLE many (number INTEGER PRIMARY KEY, {columns})")
            database.insert_all(f"INSERT INTO many ({columns})", iter(rows))
        found = database.read(f"SELECT {columns} FROM many ORDER BY number")  # noqa: S608 - ours
        assert found == rows
        database.close()


@given(st.lists(st.integers(0, 1200), max_size=1200, unique=True))
def test_a_statement_is_run_for_each_key_once(keys: list[int]) -> None:
    """However many there are; and what stands before the keys is the same for all."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "journal.sqlite3", lambda _: None)
        with database.transaction():
            database.write("CREATE TABLE many (number INTEGER PRIMARY KEY, count INTEGER)")
            database.insert_all("INSERT INTO many", [(number, 0) for number in range(1201)])
            database.write_for("UPDATE many SET count = count + ? WHERE number IN ({})", keys, 5)
        found = database.read("SELECT number FROM many WHERE count = 5 ORDER BY number")
        others = database.read("SELECT COUNT(*) FROM many WHERE count <> 0")
        assert ([number for (number,) in found], others) == (sorted(keys), [(len(keys),)])
        database.close()
