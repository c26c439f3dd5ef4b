import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from client_device_associator import __version__
from client_device_associator.command.exit_codes import FINE, UNREADABLE
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.result import Result, Status
from client_device_associator.journal.journal import Journal
from client_device_associator.messages.encoding import iso
from client_device_associator.work_files import JOURNAL
from support.commands import NOW, run
from support.journal_files import pending, store
from support.values import START, numbered

TRAIL = (
    "CREATE TABLE trail (entry_id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL,"
    " thing_name TEXT NOT NULL, event TEXT NOT NULL, detail TEXT NOT NULL)"
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A journal with something of each kind."""
    names = numbered(1100)
    with closing(Journal(tmp_path / JOURNAL)) as journal:
        store(
            journal,
            Decision(
                devices=tuple(map(pending, names)),
                waiting=(
                    Announcement(names[0], "t", "an id"),
                    Announcement(names[0], "u", bus=Bus.IOT_CORE),
                ),
                durable=(Result("t", Status.ASSOCIATED, "c"), Result("t", Status.FAILED, "d")),
                facts={"silenceDay": 5.0},
            ),
        )
    return tmp_path


def of_kind(documents: list[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    """The lines of one kind, without saying so each time."""
    return [
        {key: value for key, value in one.items() if key != "kind"}
        for one in documents
        if one["kind"] == kind
    ]


def test_everything_is_exported(site: Path) -> None:
    """Each line is a document that says what it is; the first says of what all of it is."""
    ran = run(site, "export")
    assert ran.exit_code == FINE
    documents = list(ran.documents)
    assert documents[0] == {"kind": "export", "version": __version__, "at": iso(NOW)}
    assert of_kind(documents, "fact") == [{"name": "silenceDay", "value": 5.0}]
    devices = of_kind(documents, "device")
    assert [one["thingName"] for one in devices] == numbered(1100)
    assert devices[0]["dueAt"] == iso(START)
    assert of_kind(documents, "waiting") == [
        {"thingName": "device-00000", "topic": "t", "bus": "local", "id": "an id"},
        {"thingName": "device-00000", "topic": "u", "bus": "iotCore"},
    ]
    assert of_kind(documents, "owed") == [{"bus": "local", "results": 2}]
    assert run(site, "export", "--json").out == ran.out


def test_a_trail_is_exported_if_there_is_one(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order in which it was written."""
    with closing(sqlite3.connect(site / JOURNAL)) as database, database:
        if not list(database.execute("PRAGMA table_info(trail)")):
            database.execute(TRAIL)
        row = "INSERT INTO trail (at, thing_name, event, detail) VALUES (?, ?, ?, ?)"
        database.execute(row, (NOW, "a", "announced", '{"topic": "t"}'))
        database.execute(row, (NOW - 1, "a", "associated", "{}"))
    with closing(sqlite3.connect(site / JOURNAL)) as database:
        tables = frozenset(database.execute("SELECT type, name, sql FROM sqlite_master"))
    monkeypatch.setattr("client_device_associator.journal.reader.schema_after", lambda _: tables)
    assert of_kind(list(run(site, "export").documents), "trail") == [
        {"at": iso(NOW), "thingName": "a", "event": "announced", "detail": {"topic": "t"}},
        {"at": iso(NOW - 1), "thingName": "a", "event": "associated", "detail": {}},
    ]
    with closing(sqlite3.connect(site / JOURNAL)) as database, database:
        database.execute("UPDATE trail SET detail = 'nonsense'")
    ran = run(site, "export")
    assert ran.exit_code == UNREADABLE
    assert "damaged" in ran.errors


def test_nothing_is_printed_of_what_is_no_journal(tmp_path: Path) -> None:
    """Not even the first line."""
    ran = run(tmp_path, "export")
    assert (ran.exit_code, ran.out) == (UNREADABLE, "")
