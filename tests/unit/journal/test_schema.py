import sqlite3
from contextlib import closing

import pytest

from client_device_associator.journal.schema import (
    APPLICATION_ID,
    MIGRATIONS,
    apply,
    read_schema,
    schema_after,
)

SECOND = "ALTER TABLE device ADD COLUMN more TEXT;"


def test_migrations_lead_to_their_schema() -> None:
    """What a new journal has is what is compared with an old one."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        apply(database, MIGRATIONS)
        assert read_schema(database) == schema_after(MIGRATIONS)


def test_the_tables_are_those_of_version_1() -> None:
    """Journals on core devices have them: a change is a migration, never an edit."""
    names = {name for kind, name, _ in schema_after(MIGRATIONS[:1]) if kind == "table"}
    assert names - {"sqlite_sequence"} == {"device", "waiting", "owed"}


def test_the_mark_of_a_journal_never_changes() -> None:
    """Every journal on a core device has it; with another one they would count as foreign."""
    assert APPLICATION_ID.to_bytes(4, "big") == b"CDA1"


def test_a_letter_that_differs_is_another_schema() -> None:
    """Damage is seen in the SQL that made a table."""
    changed = MIGRATIONS[0].replace("due_at REAL", "due_at TEXT", 1)
    assert schema_after([changed]) != schema_after(MIGRATIONS[:1])


def test_an_older_journal_comes_to_the_same_schema() -> None:
    """Step by step, with the same result as all steps at once."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        apply(database, MIGRATIONS)
        before = read_schema(database)
        apply(database, [SECOND])
        assert read_schema(database) == schema_after([*MIGRATIONS, SECOND]) != before


def test_migrations_stay_in_the_transaction_of_the_caller() -> None:
    """A migration that fails half way leaves the journal as it was."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.execute("BEGIN")
        with pytest.raises(sqlite3.OperationalError):
            apply(database, [*MIGRATIONS, "CREATE TABLE device (a);"])
        assert database.in_transaction
        database.execute("ROLLBACK")
        assert read_schema(database) == frozenset()
