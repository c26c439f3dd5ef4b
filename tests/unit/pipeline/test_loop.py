"""From the first settings to the end."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from client_device_associator.core.answer import Succeeded
from client_device_associator.core.instant import Instant
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline.events import (
    Event,
    HealthRequested,
    NoticeGiven,
    NucleusLost,
    Origin,
    SettingsInEffect,
    StopRequested,
)
from client_device_associator.pipeline.inbox import MAX_GATHERED
from client_device_associator.pipeline.loop import (
    EXIT_FAILED,
    EXIT_STOPPED,
    STORE_SENT_SECONDS,
    TAKE_IN_SECONDS,
)
from client_device_associator.pipeline.pipeline import Pipeline
from client_device_associator.reporting.notices import (
    IdleWorkerEnded,
    Stopping,
)
from support.rig import Rig
from support.values import SHARED, START, arrived, settings

LATE = arrived(b'{"thingName": "late"}')


@pytest.fixture(autouse=True)
def _untouched_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log stays with the test."""
    monkeypatch.setattr("client_device_associator.pipeline.loop.configure", lambda _: None)


def stored(directory: Path) -> set[str]:
    """Which of the devices that these tests announce are on disk."""
    journal = Journal(directory / "journal")
    names = {*journal.devices(["late", *map(str, range(1000))])}
    journal.close()
    return names


@pytest.mark.parametrize(
    ("event", "exit_code", "reason"),
    [
        (StopRequested(START), EXIT_STOPPED, "SIGTERM has come, from the nucleus or from a person"),
        (NucleusLost(), EXIT_FAILED, "the connection to the nucleus is lost"),
    ],
)
def test_ends_with_a_code_that_says_why(
    rig: Rig, event: Event, exit_code: int, reason: str
) -> None:
    """A lost nucleus has its successor start another process; before and after the settings.

    The log says why in words.
    """
    for first in ((), (SettingsInEffect(settings()),)):
        for one in (*first, event):
            rig.inbox.put(one)
        assert rig.loop.turn() == exit_code
        assert rig.notices[-1] == Stopping(reason)


@pytest.mark.parametrize("event", [StopRequested(START), NucleusLost()])
def test_what_was_delivered_last_is_kept_for_the_next_process(
    rig: Rig, tmp_path: Path, event: Event
) -> None:
    """An announcement that comes together with the end is on disk all the same."""
    rig.configure()
    rig.inbox.offer(LATE)
    rig.inbox.put(event)
    assert rig.loop.turn() is not None
    assert stored(tmp_path) == {"late"}


def test_an_answer_that_comes_with_the_end_is_stored(rig: Rig) -> None:
    """It need not be asked for again."""
    rig.configure()
    rig.call("a")
    rig.answer(Succeeded())
    rig.nucleus.published.clear()
    rig.inbox.put(StopRequested(rig.clock.steady()))
    rig.loop.turn()
    assert rig.journal.pending() == 0


def test_the_end_takes_in_no_longer_than_it_may(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow disk some of what has come is left out: a stop has to be over in time."""
    rig.configure()
    take_in = Pipeline.take_in

    def slow(
        pipeline: Pipeline, events: Sequence[Event], overflow: Sequence[Origin], now: Instant
    ) -> bool:
        rig.clock.seconds += 0.4
        rig.inbox.offer(arrived(b'{"thingName": "late"}'))
        return take_in(pipeline, events, overflow, now)

    monkeypatch.setattr(Pipeline, "take_in", slow)
    rig.inbox.offer(LATE)
    rig.inbox.put(StopRequested(rig.clock.steady()))
    before = rig.clock.seconds
    assert rig.loop.turn() == EXIT_STOPPED
    assert rig.clock.seconds - before <= TAKE_IN_SECONDS + 0.4
    assert stored(tmp_path) == {"late"}


def test_the_time_of_a_stop_begins_when_it_is_asked_for(rig: Rig, tmp_path: Path) -> None:
    """A turn that was under way may have used it up: then nothing more is started."""
    rig.configure()
    rig.inbox.offer(LATE)
    rig.inbox.put(StopRequested(rig.clock.steady() - TAKE_IN_SECONDS))
    assert rig.loop.turn() == EXIT_STOPPED
    assert stored(tmp_path) == set()


@pytest.mark.parametrize(("late", "kept"), [(STORE_SENT_SECONDS, 1), (0.0, 0)])
def test_what_was_sent_is_stored_if_there_is_time(rig: Rig, late: float, kept: int) -> None:
    """Otherwise the next process sends it again, which is harmless."""
    rig.configure()
    rig.call("a")
    rig.answer(Succeeded())
    rig.inbox.put(StopRequested(rig.clock.steady() - late))
    (published,) = [one for one in rig.nucleus.published if one.topic == f"{SHARED}/status"]
    rig.loop.turn()
    pipeline = rig.loop._pipeline  # noqa: SLF001 - its loop handles no more events
    assert pipeline is not None
    published.on_acknowledged(None)
    (acknowledged,) = rig.inbox.take().events
    pipeline._outboxes.acknowledged(acknowledged)  # type: ignore[arg-type] # noqa: SLF001 - as above
    rig.loop.end()
    assert len(rig.journal.unsent(2 * START, 10)) == kept


def test_the_end_does_not_wait_for_a_journal_that_fails(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try may take as long as a lock is waited for."""
    rig.configure()
    tries = 0

    def fail(
        _pipeline: Pipeline, _events: Sequence[Event], _overflow: Sequence[Origin], _now: Instant
    ) -> bool:
        nonlocal tries
        tries += 1
        rig.inbox.offer(LATE)
        return False

    monkeypatch.setattr(Pipeline, "take_in", fail)
    rig.inbox.offer(LATE)
    rig.inbox.put(StopRequested(rig.clock.steady()))
    assert rig.loop.turn() == EXIT_STOPPED
    assert tries == 1


def test_nothing_is_done_before_the_settings_are_known(rig: Rig) -> None:
    """What an earlier process has left may have another topic by now."""
    rig.inbox.put(HealthRequested())
    assert rig.loop.turn() is None
    assert rig.loop.wake_at is None
    assert rig.nucleus.published == []
    assert rig.worker.started == 0


def test_health_is_published_when_it_is_requested(rig: Rig) -> None:
    """With what is counted in pipeline and inbox."""
    rig.configure()
    rig.nucleus.published.clear()
    rig.clock.seconds = 100
    rig.turn(HealthRequested())
    (message,) = rig.nucleus.published
    assert message.topic == "clientdevices/associator/health"
    assert isinstance(message.message, bytes)
    assert json.loads(message.message)["counters"] == {
        "pending": 0,
        "resultsDropped": 0,
        "iotCoreResultsDropped": 0,
        "turnedAway": 0,
        "unreadable": 0,
    }


def test_all_that_was_delivered_is_taken_in_at_the_end(rig: Rig, tmp_path: Path) -> None:
    """More than fits into a commit, and behind messages of which there is nothing to store."""
    rig.configure()
    for _ in range(MAX_GATHERED):
        rig.inbox.offer(arrived(b""))
    for number in range(MAX_GATHERED):
        rig.inbox.offer(arrived(b'{"thingName": "%d"}' % number))
    rig.inbox.offer(LATE)
    rig.inbox.put(NucleusLost())
    assert rig.loop.turn() == EXIT_FAILED
    assert stored(tmp_path) == {"late", *map(str, range(MAX_GATHERED))}


def test_notices_of_other_threads_are_reported_here(rig: Rig) -> None:
    """Log and health belong to the main thread."""
    rig.turn(NoticeGiven(IdleWorkerEnded("ended")))
    assert rig.notices == [IdleWorkerEnded("ended")]


def test_a_topic_that_overflowed_is_answered(rig: Rig) -> None:
    """Once, however many messages there were."""
    rig.configure()
    rig.nucleus.published.clear()
    rig.inbox._overflow.extend(map(Origin, "xxy"))  # noqa: SLF001 - a flood in short
    rig.turn()
    assert [one.topic for one in rig.nucleus.published] == ["x/status", "y/status"]
    assert rig.results() == [(None, "rejected", "overloaded")] * 2


def test_runs_until_it_is_told_to_stop(rig: Rig) -> None:
    """Turn after turn; between them it waits for events."""
    rig.inbox.put(SettingsInEffect(settings()))
    rig.inbox.offer(LATE)
    turns = 0
    wait = rig.inbox.wait

    def stop_at_the_third(until: float | None) -> None:
        nonlocal turns
        turns += 1
        if turns == 3:
            rig.inbox.put(StopRequested(rig.clock.steady()))
        wait(rig.clock.steady() if until is not None else until)

    rig.inbox.wait = stop_at_the_third  # type: ignore[method-assign] # looks on
    assert rig.loop.run() == EXIT_STOPPED
    assert turns == 3
