import sqlite3
from pathlib import Path

import pytest

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.errors import JournalError
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.schema import APPLICATION_ID, MIGRATIONS
from client_device_associator.journal.send_order import RANK_0
from client_device_associator.journal.set_aside import SetAside
from support.journal_files import connection, pending, store
from support.values import START, announcements, numbered


def keep(journal: Journal, count: int) -> list[Result]:
    """Stores so many durable results."""
    results = [Result("t", Status.ASSOCIATED, name) for name in numbered(count)]
    store(journal, Decision(durable=tuple(results)))
    return results


def test_a_new_journal_is_marked_as_ours_and_synced(journal: Journal, path: Path) -> None:
    """Every commit reaches the disk, and the file says what it is."""
    assert journal.pending() == 0
    assert journal.next_due_at(DeviceState.PENDING) is None
    assert journal.next_send_at() is None
    pragma = connection(journal).execute
    assert pragma("PRAGMA synchronous").fetchone() == (2,)
    assert pragma("PRAGMA journal_mode").fetchone() == ("wal",)
    assert pragma("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert pragma("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert path.exists()


def test_everything_is_there_after_a_restart(journal: Journal, path: Path) -> None:
    """Devices, announcements and results kept come back as they were stored."""
    device = Device("a", DeviceState.FAILED, START, START + 1, 3, True, "code", "é")  # noqa: FBT003 - the fields in order
    waiting = announcements(["b"]) + announcements(["b"], "other", "7")
    result = Result("t", Status.RETRYING, "a", False, "c", "m", 2, 1.5, "7")  # noqa: FBT003 - the fields in order
    store(journal, Decision((device, pending("b")), tuple(waiting), durable=(result,)))
    journal.close()
    again = Journal(path)
    assert again.devices(["a", "b", "c"]) == {"a": device, "b": pending("b")}
    assert set(again.waiting(["a", "b"])["b"]) == set(waiting)
    (kept,) = again.unsent(START, 10)
    assert (kept.result, kept.refusals) == (result, 0)
    assert again.pending() == 1
    again.close()


def test_a_transaction_that_raises_stores_nothing(journal: Journal) -> None:
    """Whatever the exception, all of it is undone, and the journal goes on."""

    def break_off() -> None:
        with journal.transaction():
            journal.store(Decision((pending("a"),)))
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert journal.pending() == 0
    store(journal, Decision((pending("a"),)))
    assert journal.pending() == 1


def test_a_full_disk_is_a_journal_error(journal: Journal) -> None:
    """Nothing is stored, what was before is there, and with room it goes on."""
    store(journal, Decision((pending("a"),)))
    connection(journal).execute("PRAGMA max_page_count = 1")
    big = Result("t", Status.FAILED, "a", message="x" * 100_000)
    with pytest.raises(JournalError, match="cannot write the journal"), journal.transaction():
        journal.store(Decision((pending("b"),), durable=(big,)))
    assert journal.devices(["a", "b"]).keys() == {"a"}
    connection(journal).execute("PRAGMA max_page_count = 1000000")
    store(journal, Decision((pending("b"),), durable=(big,)))
    assert journal.pending() == 2


def test_a_journal_that_cannot_be_opened_is_a_journal_error(tmp_path: Path) -> None:
    """A directory in its place: each use says so, and the first after it has gone goes well."""
    place = tmp_path / "journal"
    place.mkdir()
    journal = Journal(place, lambda aside: pytest.fail(f"{aside} was set aside"))
    for _ in range(2):
        with pytest.raises(JournalError, match=r"cannot read the journal .*is a directory"):
            journal.pending()
        with pytest.raises(JournalError, match=r"cannot write the journal .*is a directory"):
            store(journal, Decision((pending("a"),)))
    place.rmdir()
    store(journal, Decision((pending("a"),)))
    assert journal.pending() == 1
    journal.close()


def test_a_file_that_is_no_database_gives_way_to_a_journal(tmp_path: Path) -> None:
    """It is damaged beyond reading: it is set aside as it was, and reported once."""
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"this is no database" * 1000)
    reported: list[SetAside] = []
    journal = Journal(damaged, reported.append)
    assert reported == []
    store(journal, Decision((pending("a"),)))
    assert journal.pending() == 1
    (aside,) = reported
    assert aside.path.read_bytes() == b"this is no database" * 1000
    journal.close()


def test_a_new_journal_does_not_touch_the_disk_before_it_is_used(tmp_path: Path) -> None:
    """Naming it cannot fail; it may be closed any number of times, and used again after that."""
    journal = Journal(tmp_path / "none" / "journal")
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="cannot read the journal"):
        journal.next_due_at(DeviceState.PENDING)
    (tmp_path / "none").mkdir()
    assert journal.next_due_at(DeviceState.PENDING) is None
    journal.close()
    assert journal.next_send_at() is None
    journal.close()


def test_a_lock_that_does_not_end_is_a_journal_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is set aside for it, and with the lock gone everything is there."""
    monkeypatch.setattr("client_device_associator.journal.file.LOCK_TIMEOUT_SECONDS", 0.0)
    journal = Journal(path, lambda aside: pytest.fail(f"{aside} was set aside"))
    store(journal, Decision((pending("a"),)))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="locked"):
        store(journal, Decision((pending("b"),)))
    assert journal.pending() == 1
    other.execute("ROLLBACK")
    other.close()
    store(journal, Decision((pending("b"),)))
    assert journal.pending() == 2
    journal.close()


def test_a_journal_that_cannot_be_read_is_a_journal_error(journal: Journal) -> None:
    """What SQLite raises does not get out."""
    connection(journal).execute("DROP TABLE device")
    with pytest.raises(JournalError, match="cannot read the journal"):
        journal.pending()


def test_two_processes_may_share_it_for_a_moment(journal: Journal, path: Path) -> None:
    """An orphan of an earlier nucleus sees and does no harm."""
    orphan = Journal(path)
    store(journal, Decision((pending("a"),)))
    store(orphan, Decision((pending("b"),)))
    assert journal.pending() == orphan.pending() == 2
    orphan.close()


def test_more_names_than_a_query_takes(journal: Journal) -> None:
    """Old versions of SQLite take 999 parameters."""
    names = numbered(2500)
    store(journal, Decision(tuple(map(pending, names)), tuple(announcements(names))))
    assert list(journal.devices(names)) == names
    assert len(journal.waiting(names)) == 2500
    assert journal.pending() == 2500


def test_those_longest_due_come_first(journal: Journal) -> None:
    """Only pending devices whose time has come, up to the limit."""
    store(
        journal,
        Decision(
            (
                pending("late", START + 5),
                pending("b", START - 1),
                pending("a", START - 1),
                pending("first", START - 9),
                pending("now", START),
                Device("done", DeviceState.ASSOCIATED, START),
            )
        ),
    )
    assert journal.due(DeviceState.PENDING, START, 10) == ["first", "a", "b", "now"]
    assert journal.due(DeviceState.PENDING, START, 2) == ["first", "a"]
    assert journal.next_due_at(DeviceState.PENDING) == START - 9


def test_settled_announcements_are_gone(journal: Journal) -> None:
    """All of that device's, and nobody else's."""
    both = announcements(["a"]) + announcements(["a"], announcement_id="7") + announcements(["b"])
    store(journal, Decision(waiting=tuple(both)))
    store(journal, Decision(settled=("a",)))
    assert journal.waiting(["a", "b"]) == {"b": announcements(["b"])}


def test_the_same_announcement_is_kept_once(journal: Journal) -> None:
    """Twice the same is no error."""
    for _ in range(2):
        store(journal, Decision(waiting=tuple(announcements(["a"]))))
    assert journal.waiting(["a"]) == {"a": [Announcement("a", "clientdevices/announce")]}


def test_old_devices_are_forgotten_a_few_at_a_time(journal: Journal) -> None:
    """Never pending ones, and never so many that a commit gets long."""
    old = [Device(name, DeviceState.ASSOCIATED, START - 100) for name in numbered(500)]
    young = Device("young", DeviceState.FAILED, START)
    waiting = Device("waiting", DeviceState.PENDING, START - 100)
    store(journal, Decision((*old, young, waiting)))
    left = []
    for _ in range(4):
        store(journal, Decision(forget_before=START - 50))
        left.append(len(journal.devices([*numbered(500), "young", "waiting"])))
    assert left == [302, 102, 2, 2]


def test_results_are_kept_until_they_are_sent(journal: Journal) -> None:
    """In the order in which they came about."""
    results = keep(journal, 5)
    kept = journal.unsent(START, 3)
    assert [one.result for one in kept] == results[:3]
    with journal.transaction():
        journal.sent([one.result_id for one in kept])
    assert [one.result for one in journal.unsent(START, 9)] == results[3:]


def test_refused_results_come_later(journal: Journal) -> None:
    """They let others go first, and remember how often they were refused."""
    keep(journal, 2)
    first, second = journal.unsent(START, 9)
    with journal.transaction():
        journal.send_later([first.result_id], START + 5)
    assert journal.unsent(START + 4, 9) == [second]
    assert journal.next_send_at() == RANK_0 + 1
    later = journal.unsent(START + 5, 9)
    assert [(one.result_id, one.refusals) for one in later] == [
        (second.result_id, 0),
        (first.result_id, 1),
    ]


def test_refused_results_are_bounded(journal: Journal) -> None:
    """The oldest are dropped; those that were never refused are kept."""
    keep(journal, 6)
    ids = [one.result_id for one in journal.unsent(START, 9)]
    with journal.transaction():
        journal.send_later(ids[:5], START)
        assert journal.drop_refused(3) == 2
        assert journal.drop_refused(3) == 0
    assert sorted(one.result_id for one in journal.unsent(START, 9)) == ids[2:]


def test_a_new_process_takes_up_what_is_left(journal: Journal) -> None:
    """Refused results go now, and no device waits longer than any should."""
    keep(journal, 1)
    (kept,) = journal.unsent(START, 9)
    store(journal, Decision((pending("soon", START + 5), pending("mad", START + 1e9))))
    with journal.transaction():
        journal.send_later([kept.result_id], START + 1e9)
    journal.recover(START, 300)
    assert len(journal.unsent(START, 9)) == 1
    devices = journal.devices(["soon", "mad"])
    assert {name: one.due_at - START for name, one in devices.items()} == {"soon": 5, "mad": 300}


def test_storing_nothing_writes_nothing(journal: Journal, path: Path) -> None:
    """A transaction without a change leaves the files as they are."""
    assert journal.pending() == 0
    wal = path.with_name(path.name + "-wal")
    before = wal.stat().st_size
    store(journal, Decision())
    journal.recover(START, 300)
    assert wal.stat().st_size == before
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT COUNT(*) FROM device").fetchone() == (0,)
    other.close()


def test_a_number_without_bound_is_damage(journal: Journal) -> None:
    """A flash that fails can make one of any; it is an error of the journal and no other."""
    keep(journal, 1)
    connection(journal).execute("UPDATE owed SET refusals = 9e999")
    with pytest.raises(JournalError, match="cannot read the journal"):
        journal.unsent(START, 10)
