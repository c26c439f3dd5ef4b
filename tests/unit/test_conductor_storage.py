import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import errors, numbered
from client_device_associator.core.answer import Accepted
from client_device_associator.errors import NotAuthorized
from client_device_associator.pipeline.pipeline import STORE_AGAIN_SECONDS
from client_device_associator.reporting.health import Surroundings
from conducting import Stage, fill_disk
from damage import damage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """With the default settings."""
    stage = Stage(tmp_path / "journal")
    yield stage
    stage.journal.close()


def test_a_full_disk_rejects_and_recovers(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Announcements are answered `storage`, the trouble said once; with room they are taken."""
    caplog.set_level(logging.INFO, "client_device_associator")
    fill_disk(stage, full=True)
    names = [name.ljust(128, "x") for name in numbered(100)]
    for _ in range(2):
        stage.announce(*names)
        assert {(status, code) for _, status, code in stage.results()} == {("rejected", "storage")}
    (error, *others) = caplog.records
    assert error.levelname == "ERROR"
    assert "cannot write the journal" in error.message
    assert all("rejected 100 announcement(s)" in record.message for record in others)
    caplog.clear()
    fill_disk(stage, full=False)
    wait = stage.announce(*names)
    assert stage.results() == []
    assert stage.journal.pending() == 100
    stage.pass_turns(wait, 10)
    assert stage.called() == [tuple(names)]
    assert caplog.records[0].message == "the journal can be written again"


def test_an_outcome_that_cannot_be_stored_is_asked_for_again(stage: Stage) -> None:
    """Nothing is told that is not on disk; the call is made again when there is room."""
    names = [name.ljust(128, "x") for name in numbered(100)]
    stage.announce(*names)
    fill_disk(stage, full=True)
    wait = stage.answer(Accepted())
    assert stage.results() == []
    assert wait is not None
    fill_disk(stage, full=False)
    stage.pass_turns(wait, stage.clock.seconds + STORE_AGAIN_SECONDS)
    assert stage.called() == [tuple(names)] * 2
    stage.answer(Accepted())
    assert [status for _, status, _ in stage.results()] == ["associated"] * 100


def test_a_journal_that_cannot_be_read_is_tried_again(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """The component stays, says so once, and goes on when it can be read."""
    stage.journal._db.execute("ALTER TABLE owed RENAME TO away")  # noqa: SLF001 - damage easily undone
    assert stage.turn() == STORE_AGAIN_SECONDS
    assert stage.turn() == STORE_AGAIN_SECONDS
    assert len(caplog.records) == 1
    stage.journal._db.execute("ALTER TABLE away RENAME TO owed")  # noqa: SLF001 - as above
    stage.announce("a")
    assert stage.worker.number == 1


def test_closing_with_a_full_disk_still_closes(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said, and the results are sent again by the next process."""
    stage.announce("a")
    stage.journal._db.execute("ALTER TABLE owed RENAME TO away")  # noqa: SLF001 - damage
    stage.conductor._outbox._taken.append(1)  # noqa: SLF001 - something to note
    stage.conductor.close()
    assert stage.worker.number == 0
    assert "cannot write the journal" in caplog.text


def journal_state(stage: Stage) -> object:
    """What the health says of the journal when it is asked."""
    stage.health.asked()
    stage.clock.seconds += 60
    stage.health.tend(Surroundings([], [], []), stage.clock.now())
    return json.loads(stage.told_health[-1])["journal"]


def test_health_tells_of_a_journal_that_cannot_be_written(stage: Stage) -> None:
    """With the reason, and as long as it is so."""
    assert journal_state(stage) == {"state": "ok"}
    fill_disk(stage, full=True)
    stage.announce(*(name.ljust(128, "x") for name in numbered(100)))
    found = journal_state(stage)
    assert isinstance(found, dict)
    assert found["state"] == "unusable"
    assert "cannot write the journal" in found["message"]
    fill_disk(stage, full=False)
    stage.announce("a")
    assert journal_state(stage) == {"state": "ok"}


def test_health_tells_that_the_journal_is_back_without_an_announcement(stage: Stage) -> None:
    """A lock or a read error that has passed is over, though nobody announces anything."""
    stage.journal._db.execute("ALTER TABLE owed RENAME TO away")  # noqa: SLF001 - damage easily undone
    wait = stage.turn()
    assert wait == STORE_AGAIN_SECONDS
    stage.journal._db.execute("ALTER TABLE away RENAME TO owed")  # noqa: SLF001 - as above
    stage.clock.seconds += wait
    stage.turn()
    assert journal_state(stage) == {"state": "ok"}


def test_health_counts_what_becomes_of_devices(stage: Stage) -> None:
    """Every result that was decided on, whether owed or only told, and the calls."""
    stage.pass_turns(stage.announce("a", "b", "!"), 1)
    stage.answer(errors(("b", "Oops")))
    stage.health.asked()
    stage.clock.seconds += 60
    stage.health.tend(Surroundings([], [], []), stage.clock.now())
    counters = json.loads(stage.told_health[-1])["counters"]
    assert counters == {
        "associated": 1,
        "retrying": 1,
        "rejected": 1,
        "calls": 1,
        "deviceTroubles": 1,
    }


def test_figures_are_those_of_journal_and_outbox(stage: Stage) -> None:
    """What waits and what was dropped; only the latter if the journal cannot be read."""
    stage.announce("a", "b")
    assert stage.conductor.figures() == {"pending": 2, "resultsDropped": 0}
    stage.journal._db.execute("ALTER TABLE device RENAME TO away")  # noqa: SLF001 - damage
    assert stage.conductor.figures() == {"resultsDropped": 0}


def test_refused_results_are_sent_when_accesscontrol_may_have_changed(stage: Stage) -> None:
    """Not only after the minutes that they would wait otherwise."""
    stage.pass_turns(stage.announce("a"), 1)
    stage.answer(Accepted())
    (message,) = stage.nucleus.published
    message.on_taken(NotAuthorized("no"))
    stage.nucleus.published.clear()
    stage.turn()
    stage.conductor.try_refused()
    stage.turn()
    assert stage.results() == [("a", "associated", None)]


def test_refused_results_cannot_be_sent_from_a_journal_that_cannot_be_written(
    stage: Stage,
) -> None:
    """That is met again by the next turn, and said there."""
    stage.journal._db.execute("ALTER TABLE owed RENAME TO away")  # noqa: SLF001 - damage
    stage.conductor.try_refused()
    assert stage.turn() == STORE_AGAIN_SECONDS
    assert stage.health.tend(Surroundings([], [], []), stage.clock.now()) is None
    assert json.loads(stage.told_health[-1])["journal"]["state"] == "unusable"


def test_a_journal_locked_at_the_start_is_taken_up_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An orphan may hold it: what it holds is made ready as soon as it lets go."""
    monkeypatch.setattr("client_device_associator.journal.file.LOCK_TIMEOUT_SECONDS", 0.0)
    path = tmp_path / "journal"
    first = Stage(path)
    first.pass_turns(first.announce("a"), 1)
    first.answer(Accepted())
    (message,) = first.nucleus.published
    message.on_taken(NotAuthorized("no"))
    first.turn()
    second = Stage(path)
    orphan = first.journal._db  # noqa: SLF001 - the orphan's lock
    orphan.execute("BEGIN IMMEDIATE")
    assert second.turn() == STORE_AGAIN_SECONDS
    orphan.execute("ROLLBACK")
    second.clock.seconds = STORE_AGAIN_SECONDS
    second.turn()
    assert second.results() == [("a", "associated", None)]
    first.journal.close()
    second.journal.close()


def test_a_damaged_journal_costs_no_more_than_what_was_in_it(
    stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One announcement is rejected at most, and the next is stored in a new journal."""
    stage.announce("old")
    damage(tmp_path / "journal", stage.journal)
    stage.announce("a")
    stage.results()
    wait = stage.announce("b")
    assert stage.journal.devices(["b"]).keys() == {"b"}
    assert wait is not None
    stage.pass_turns(wait, stage.clock.seconds + 120)
    assert "b" in {name for names in stage.called() for name in names}
    assert "cannot" in caplog.text
