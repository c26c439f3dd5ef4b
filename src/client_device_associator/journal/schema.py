"""The tables of the journal, and how they came to be."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

APPLICATION_ID = 0x43444131
"""SQLite's mark of whose file this is: "CDA1"."""

_VERSION_1 = """
CREATE TABLE device (
    thing_name TEXT PRIMARY KEY,
    state INTEGER NOT NULL,
    since REAL NOT NULL,
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL,
    told_retrying INTEGER NOT NULL,
    code TEXT,
    message TEXT
) WITHOUT ROWID;
CREATE INDEX device_due ON device (due_at, thing_name) WHERE state = 0;
CREATE INDEX device_settled ON device (since) WHERE state <> 0;
CREATE TABLE waiting (
    thing_name TEXT NOT NULL,
    topic TEXT NOT NULL,
    announcement_id TEXT NOT NULL,
    PRIMARY KEY (thing_name, topic, announcement_id)
) WITHOUT ROWID;
CREATE TABLE owed (
    owed_id INTEGER PRIMARY KEY AUTOINCREMENT,
    send_at REAL NOT NULL,
    refusals INTEGER NOT NULL,
    result TEXT NOT NULL
);
CREATE INDEX owed_next ON owed (send_at, owed_id);
"""

_VERSION_2 = """
ALTER TABLE device ADD COLUMN lane TEXT NOT NULL DEFAULT '';
DROP INDEX device_due;
CREATE INDEX device_due ON device (lane, due_at, thing_name) WHERE state = 0;
"""

# Whatever is associated was associated by this component: no list was read before.
_VERSION_3 = """
ALTER TABLE device ADD COLUMN origin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN heard_on INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN claimed_at REAL;
UPDATE device SET origin = 1 WHERE state = 1;
CREATE INDEX device_claimed ON device (claimed_at) WHERE claimed_at IS NOT NULL;
CREATE INDEX device_leaving ON device (lane, due_at, thing_name) WHERE state = 3;
DROP INDEX device_settled;
CREATE INDEX device_settled ON device (state, since) WHERE state <> 0 AND state <> 3;
CREATE TABLE fact (
    name TEXT PRIMARY KEY,
    value REAL NOT NULL
) WITHOUT ROWID;
ALTER TABLE waiting RENAME TO waiting_before;
CREATE TABLE waiting (
    thing_name TEXT NOT NULL,
    topic TEXT NOT NULL,
    announcement_id TEXT NOT NULL,
    bus TEXT NOT NULL,
    PRIMARY KEY (thing_name, topic, announcement_id, bus)
) WITHOUT ROWID;
INSERT INTO waiting SELECT thing_name, topic, announcement_id, 'local' FROM waiting_before;
DROP TABLE waiting_before;
ALTER TABLE owed ADD COLUMN bus TEXT NOT NULL DEFAULT 'local';
DROP INDEX owed_next;
CREATE INDEX owed_next ON owed (bus, send_at, owed_id);
"""

_VERSION_4 = """
CREATE TABLE trail (
    entry_id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    thing_name TEXT NOT NULL,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
);
"""

MIGRATIONS: Sequence[str] = (_VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4)
"""The script at index N takes a journal from version N to N + 1."""

Schema = frozenset[tuple[object, ...]]


def read_schema(database: sqlite3.Connection) -> Schema:
    """All that is in a database, in the SQL that made it: a letter changed there is damage."""
    return frozenset(database.execute("SELECT type, name, sql FROM sqlite_master"))


def schema_after(migrations: Sequence[str]) -> Schema:
    """What `read_schema` returns after these migrations."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        apply(model, migrations)
        return read_schema(model)


def apply(database: sqlite3.Connection, migrations: Sequence[str]) -> None:
    """Runs migrations, statement by statement, so that they stay in the caller's transaction."""
    for script in migrations:
        for statement in filter(str.strip, script.split(";")):
            database.execute(statement)
