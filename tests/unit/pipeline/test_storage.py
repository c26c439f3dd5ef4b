"""A journal that cannot be used for a while."""

from pathlib import Path

import pytest

from client_device_associator.cloud.calls import CALL_DEADLINE_SECONDS
from client_device_associator.core.answer import Succeeded
from client_device_associator.errors import NotAuthorizedError
from client_device_associator.pipeline.events import StopRequested
from client_device_associator.pipeline.storage import TRY_AGAIN_SECONDS
from client_device_associator.reporting.notices import (
    JournalSetAside,
    JournalUnusable,
    JournalUsable,
)
from support.damage import damage
from support.journal_files import connection
from support.rig import Rig, fill_disk, find_results, lose_results
from support.values import numbered

LONG_NAMES = [name.ljust(128, "x") for name in numbered(100)]


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """With the default settings in effect."""
    rig.configure()
    rig.nucleus.published.clear()
    return rig


def about_journal(rig: Rig) -> list[type]:
    """What was reported about the journal, in order."""
    kinds = (JournalUnusable, JournalUsable)
    return [type(one) for one in rig.notices if isinstance(one, kinds)]


def test_a_full_disk_rejects_and_recovers(rig: Rig) -> None:
    """Announcements are answered `storage`, reported once; with room they are taken."""
    fill_disk(rig.journal, full=True)
    for _ in range(2):
        rig.announce(*LONG_NAMES)
        assert {(status, code) for _, status, code in rig.results()} == {("rejected", "storage")}
    assert about_journal(rig) == [JournalUnusable]
    fill_disk(rig.journal, full=False)
    wait = rig.announce(*LONG_NAMES)
    assert rig.results() == []
    assert rig.journal.pending() == 100
    rig.pass_turns(wait, 10)
    assert rig.worker.calls == [tuple(LONG_NAMES)]
    assert about_journal(rig) == [JournalUnusable, JournalUsable]


def test_an_answer_that_cannot_be_stored_is_asked_for_again(rig: Rig) -> None:
    """Nothing is sent that is not on disk; the call is made again when there is room."""
    rig.announce(*LONG_NAMES)
    fill_disk(rig.journal, full=True)
    wait = rig.answer(Succeeded())
    assert rig.results() == []
    assert wait is not None
    fill_disk(rig.journal, full=False)
    rig.pass_turns(wait, rig.clock.seconds + TRY_AGAIN_SECONDS)
    assert rig.worker.calls == [tuple(LONG_NAMES)] * 2
    rig.answer(Succeeded())
    assert [status for _, status, _ in rig.results()] == ["associated"] * 100


def test_no_call_is_made_while_nothing_can_be_stored(rig: Rig) -> None:
    """Its answer would be lost; the journal is tried by writing to it, every few seconds."""
    rig.announce("a")
    lose_results(rig)
    wait = rig.turn()
    assert wait == TRY_AGAIN_SECONDS
    rig.pass_turns(wait, 100)
    assert rig.worker.calls == []
    find_results(rig)
    rig.pass_turns(rig.turn(), rig.clock.seconds + TRY_AGAIN_SECONDS)
    assert rig.worker.calls == [("a",)]


def test_a_call_that_hangs_is_given_up_all_the_same(rig: Rig) -> None:
    """The disk fails meanwhile: the worker does not stay for that."""
    rig.call("a")
    lose_results(rig)
    wait = rig.turn()
    assert wait is not None
    rig.pass_turns(wait, rig.clock.seconds + CALL_DEADLINE_SECONDS)
    assert rig.worker.ends == 1
    assert rig.worker.calls == [("a",)]


def test_a_journal_that_cannot_be_read_is_tried_again(rig: Rig) -> None:
    """The component stays, reports it once, and goes on when it can be read."""
    lose_results(rig)
    assert rig.turn() == TRY_AGAIN_SECONDS
    assert rig.turn() == TRY_AGAIN_SECONDS
    assert about_journal(rig) == [JournalUnusable]
    find_results(rig)
    rig.announce("a")
    assert rig.worker.number == 1


def test_recovery_needs_no_announcement(rig: Rig) -> None:
    """A lock or a read error that has passed is over, though nobody announces anything."""
    lose_results(rig)
    wait = rig.turn()
    assert wait == TRY_AGAIN_SECONDS
    find_results(rig)
    rig.clock.seconds += wait
    rig.turn()
    assert about_journal(rig) == [JournalUnusable, JournalUsable]


def test_the_end_with_an_unusable_journal_is_an_end(rig: Rig) -> None:
    """It is reported, and the results are sent again by the next process."""
    rig.call("a")
    rig.answer(Succeeded())
    rig.results()
    lose_results(rig)
    rig.inbox.put(StopRequested(rig.clock.steady()))
    assert rig.loop.turn() is not None
    rig.loop.end()
    assert rig.worker.number == 0
    assert about_journal(rig) == [JournalUnusable]
    find_results(rig)
    assert len(rig.journal.unsent(1e12, 9)) == 1


def test_what_was_taken_is_noted_at_the_end(rig: Rig) -> None:
    """Unless the disk fails just then, which is reported."""
    rig.call("a")
    rig.answer(Succeeded())
    rig.results()
    outbox_events = rig.inbox.take().events
    pipeline = rig.loop._pipeline  # noqa: SLF001 - as at a stop in the middle of several results
    assert pipeline is not None
    pipeline._outboxes.acknowledged(outbox_events[0])  # type: ignore[arg-type] # noqa: SLF001 - as above
    lose_results(rig)
    rig.loop.end()
    assert about_journal(rig) == [JournalUnusable]


def test_figures_of_an_unusable_journal_are_left_out(rig: Rig) -> None:
    """The health message goes out all the same."""
    rig.journal.close()
    (rig.directory / "journal").rename(rig.directory / "elsewhere")
    (rig.directory / "journal").mkdir()
    pipeline = rig.loop._pipeline  # noqa: SLF001 - its figures go into the health message
    assert pipeline is not None
    assert pipeline.figures() == {"resultsDropped": 0, "iotCoreResultsDropped": 0}


def test_new_settings_come_into_effect_with_an_unusable_journal(rig: Rig) -> None:
    """Refused results cannot be sent from it now; the next turn meets that again."""
    lose_results(rig)
    assert rig.configure() == TRY_AGAIN_SECONDS
    assert about_journal(rig) == [JournalUnusable]


def test_a_journal_locked_at_the_start_is_recovered_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An orphan may hold it: what is in it is prepared as soon as the lock is gone."""
    monkeypatch.setattr("client_device_associator.journal.file.LOCK_TIMEOUT_SECONDS", 0.0)
    first = Rig(tmp_path)
    first.configure()
    first.nucleus.published.clear()
    first.call("a")
    first.answer(Succeeded())
    (message,) = first.nucleus.published
    message.on_acknowledged(NotAuthorizedError("no"))
    first.turn()
    second = Rig(tmp_path)
    orphan = connection(first.journal)
    orphan.execute("BEGIN IMMEDIATE")
    assert second.configure() == TRY_AGAIN_SECONDS
    orphan.execute("ROLLBACK")
    second.nucleus.published.clear()
    second.clock.seconds = TRY_AGAIN_SECONDS
    second.turn()
    assert second.results() == [("a", "associated", None)]
    first.close()
    second.close()


def test_a_damaged_journal_costs_no_more_than_what_was_in_it(rig: Rig, tmp_path: Path) -> None:
    """One announcement is rejected at most, and the next is stored in a new journal."""
    rig.announce("old")
    damage(tmp_path / "journal", rig.journal)
    rig.announce("a")
    rig.results()
    wait = rig.announce("b")
    assert rig.journal.devices(["b"]).keys() == {"b"}
    assert wait is not None
    rig.pass_turns(wait, rig.clock.seconds + 120)
    assert "b" in {name for names in rig.worker.calls for name in names}
    assert sum(isinstance(one, JournalSetAside) for one in rig.notices) == 1
