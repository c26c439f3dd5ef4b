"""What is done, said and left alone while the journal fails, and when it recovers."""

import json

import pytest

from client_device_associator.cloud.calls import CALL_DEADLINE_SECONDS
from client_device_associator.core.answer import Succeeded
from client_device_associator.core.backoff import SERVICE
from client_device_associator.errors import NotAuthorizedError, NucleusError
from client_device_associator.pipeline.storage import TRY_AGAIN_SECONDS
from client_device_associator.reporting.notices import JournalUnusable, JournalUsable
from support.rig import Rig, fill_disk, find_results, lose_results, of_kind
from support.values import arrived, failed_call, numbered

LONG_NAMES = [name.ljust(128, "x") for name in numbered(100)]


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """With the default settings in effect."""
    rig.configure()
    rig.nucleus.published.clear()
    return rig


def take_last_result(rig: Rig, error: NucleusError | None = None) -> None:
    """The nucleus takes the last message, or does not, and nothing of that is stored yet."""
    rig.nucleus.published[-1].on_acknowledged(error)
    pipeline = rig.loop._pipeline  # noqa: SLF001 - as at a stop in the middle of several results
    assert pipeline is not None
    for event in rig.inbox.take().events:
        pipeline._outboxes.acknowledged(event)  # type: ignore[arg-type] # noqa: SLF001 - as above


def about_journal(rig: Rig) -> list[type]:
    """What was reported about the journal, in order."""
    kinds = (JournalUnusable, JournalUsable)
    return [type(one) for one in rig.notices if isinstance(one, kinds)]


def test_a_journal_that_fails_is_left_alone_for_a_while(rig: Rig) -> None:
    """Each use of it may wait for a lock; nothing is done on it before its time."""
    rig.announce("a")
    lose_results(rig)
    rig.turn()
    find_results(rig)
    rig.clock.seconds += TRY_AGAIN_SECONDS - 1
    assert rig.turn() == 1
    assert rig.worker.calls == []
    assert about_journal(rig) == [JournalUnusable]


def test_a_call_given_up_as_the_disk_recovers_is_made_again(rig: Rig) -> None:
    """What it means is stored at once, and nothing has to happen for the queue to go on."""
    rig.call("a")
    rig.clock.seconds += CALL_DEADLINE_SECONDS - 1
    lose_results(rig)
    assert rig.turn() == 1
    find_results(rig)
    rig.clock.seconds += 1
    assert rig.turn() == 0
    rig.pass_turns(0, rig.clock.seconds + SERVICE.first)
    assert ("a", "retrying", "WorkerHung") in rig.results()
    assert rig.worker.calls == [("a",)] * 2


def test_a_call_given_up_on_a_full_disk_is_made_again(rig: Rig) -> None:
    """That it has failed cannot be stored; its devices are still pending."""
    rig.announce(*LONG_NAMES)
    rig.pass_turns(rig.turn(), 1)
    fill_disk(rig.journal, full=True)
    rig.clock.seconds += CALL_DEADLINE_SECONDS
    wait = rig.turn()
    assert rig.worker.ends == 1
    fill_disk(rig.journal, full=False)
    rig.pass_turns(wait, rig.clock.seconds + 2 * TRY_AGAIN_SECONDS)
    assert rig.worker.calls == [tuple(LONG_NAMES)] * 2


def test_a_wait_that_cannot_be_stored_is_kept_all_the_same(rig: Rig) -> None:
    """The service has asked for it; a disk that fails is no reason to call sooner."""
    rig.announce(*LONG_NAMES)
    rig.pass_turns(rig.turn(), 1)
    fill_disk(rig.journal, full=True)
    wait = rig.answer(failed_call(retry_after=100))
    fill_disk(rig.journal, full=False)
    rig.pass_turns(wait, 1 + 99)
    assert len(rig.worker.calls) == 1
    rig.pass_turns(rig.turn(), 1 + 111)
    assert len(rig.worker.calls) == 2


def test_an_acknowledgement_that_is_stored_shows_that_the_disk_recovered(rig: Rig) -> None:
    """Though there is nothing else to store; the next try in some seconds need not come first."""
    rig.call("a")
    rig.answer(Succeeded())
    lose_results(rig)
    rig.clock.seconds = 20
    rig.results()
    rig.turn()
    assert about_journal(rig) == [JournalUnusable]
    find_results(rig)
    rig.announce("a")
    assert about_journal(rig) == [JournalUnusable, JournalUsable]
    assert rig.journal.unsent(1e12, 9) == []


def test_whether_it_could_be_stored_is_known_at_the_end(rig: Rig) -> None:
    """On a disk that fails nothing more is taken in."""
    pipeline = rig.loop._pipeline  # noqa: SLF001 - what a stop takes in
    assert pipeline is not None
    payload = json.dumps({"thingNames": LONG_NAMES}).encode()
    announcement = arrived(payload)
    fill_disk(rig.journal, full=True)
    assert not pipeline.take_in([announcement], (), rig.clock.now())
    fill_disk(rig.journal, full=False)
    assert pipeline.take_in([announcement], (), rig.clock.now())


def test_announcers_and_operators_hear_what_is_wrong_with_the_disk(rig: Rig) -> None:
    """In words: what to do, and SQLite's own."""
    fill_disk(rig.journal, full=True)
    rig.announce(*LONG_NAMES)
    assert of_kind(rig.notices, JournalUnusable) == [
        JournalUnusable("cannot write the journal journal: database or disk is full")
    ]
    message = rig.nucleus.published[0].message
    assert isinstance(message, bytes)
    assert b"the core device cannot write to its disk; try again later" in message


@pytest.mark.parametrize("met_by", ["settings", "turn", "end"])
def test_a_journal_that_fails_is_reported_in_words(rig: Rig, met_by: str) -> None:
    """The first part that meets it."""
    rig.call("a")
    rig.answer(Succeeded())
    take_last_result(rig)
    lose_results(rig)
    if met_by == "settings":
        rig.configure()
    elif met_by == "turn":
        rig.turn()
    else:
        rig.loop.end()
    (why,) = [one.why for one in rig.notices if isinstance(one, JournalUnusable)]
    assert why.endswith("the journal journal: no such table: owed")


def test_what_was_refused_is_noted_at_the_end(rig: Rig) -> None:
    """The next process knows when to send it again."""
    rig.call("a")
    rig.answer(Succeeded())
    take_last_result(rig, NotAuthorizedError("no"))
    rig.loop.end()
    assert [one.refusals for one in rig.journal.unsent(1e12, 9)] == [1]
