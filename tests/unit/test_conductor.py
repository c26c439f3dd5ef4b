from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import SHARED, errors, nothing
from client_device_associator.cloud.worker_process import WorkerProcess
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.answer import Accepted
from client_device_associator.core.engine import CALL_DEADLINE_SECONDS
from client_device_associator.core.policy import Policy
from client_device_associator.errors import NotAuthorized
from client_device_associator.pipeline.events import AnswerArrived, MessageArrived, WorkerEnded
from client_device_associator.pipeline.pipeline import WARM_UP_SECONDS
from conducting import IDLE_SECONDS, Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """With the default settings."""
    stage = Stage(tmp_path / "journal")
    yield stage
    stage.journal.close()


def test_without_events_there_is_nothing_to_wake_for(stage: Stage) -> None:
    """It costs next to nothing while there is nothing to do."""
    assert stage.turn() is None
    assert stage.worker.started == 0


def test_from_announcement_to_result(stage: Stage) -> None:
    """Stored, called after a second by a worker that is warm by then, answered, published."""
    assert stage.announce("a", "b") == 1
    assert stage.worker.number == 1
    assert stage.called() == []
    stage.clock.seconds = 1
    assert stage.turn() == CALL_DEADLINE_SECONDS
    assert stage.called() == [("a", "b")]
    stage.answer(Accepted())
    assert stage.results() == [("a", "associated", None), ("b", "associated", None)]
    assert stage.journal.next_send_at() is not None
    assert stage.turn() == IDLE_SECONDS
    assert stage.journal.next_send_at() is None


def test_an_idle_worker_is_ended(stage: Stage) -> None:
    """After workerIdleSeconds without a call; the next announcement starts another."""
    stage.pass_turns(stage.announce("a"), 1)
    stage.answer(Accepted())
    stage.results()
    stage.pass_turns(stage.turn(), 1 + IDLE_SECONDS)
    assert stage.worker.number == 0
    assert stage.turn() is None
    stage.announce("b")
    assert stage.worker.number == 2


def test_a_worker_that_may_not_idle_is_not_started_in_vain(stage: Stage) -> None:
    """With workerIdleSeconds 0 one process makes the call, and ends after it."""
    stage.idle_seconds = 0
    stage.conductor = stage.conducting(stage.worker)
    stage.announce("a")
    stage.clock.seconds = 0.5
    stage.announce("b")
    stage.clock.seconds = 1
    stage.turn()
    assert stage.called() == [("a", "b")]
    assert stage.worker.started == 1
    stage.answer(Accepted())
    assert stage.worker.number == 0


def test_a_worker_is_warmed_up_only_shortly_before(stage: Stage) -> None:
    """During a long wait there is none, and it is there in time for the next call."""
    stage.pass_turns(stage.announce("a"), 1)
    stage.answer(nothing(retry_after=1000))
    stage.results()
    stage.pass_turns(stage.turn(), 1 + IDLE_SECONDS)
    assert stage.worker.number == 0
    wait = stage.turn()
    assert wait == 1000 - IDLE_SECONDS - WARM_UP_SECONDS
    stage.clock.seconds += wait
    assert stage.turn() == WARM_UP_SECONDS
    assert stage.worker.number == 2


def test_rejections_are_published_and_logged_together(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """One line for many of a kind; nothing is stored and no worker started."""
    bad = MessageArrived(None, SHARED, b"")
    stage.turn(bad, bad, MessageArrived(None, SHARED, b"5"))
    assert stage.results() == [
        (None, "rejected", "notJson"),
        (None, "rejected", "notJson"),
        (None, "rejected", "notAnObject"),
    ]
    assert [record.message[:30] for record in caplog.records] == [
        "rejected 2 announcement(s) on ",
        "rejected 1 announcement(s) on ",
    ]
    assert stage.journal.pending() == stage.worker.started == 0


def test_turned_away_topics_are_told_once_each(stage: Stage) -> None:
    """A flood is answered, but not one by one."""
    stage.turn(turned_away=("x", "x", "y"))
    assert [one.topic for one in stage.nucleus.published] == ["x/status", "y/status"]
    assert stage.results() == [(None, "rejected", "overloaded")] * 2


def test_a_dead_worker_costs_a_retry(stage: Stage) -> None:
    """Its call comes to nothing, and another process makes the next."""
    stage.pass_turns(stage.announce("a"), 1)
    stage.turn(WorkerEnded(1, "ended with exit code -9"))
    assert stage.results() == [("a", "retrying", "WorkerEnded")]
    stage.clock.seconds += 1
    stage.turn()
    assert stage.called() == [("a",)] * 2
    assert stage.worker.number == 2


def test_a_worker_that_dies_without_a_call_is_replaced(stage: Stage) -> None:
    """Nobody is told anything, and the call is made in time."""
    stage.announce("a")
    stage.turn(WorkerEnded(1, "ended with exit code 1"))
    assert stage.results() == []
    stage.clock.seconds = 1
    stage.turn()
    assert stage.called() == [("a",)]
    assert stage.worker.number == 2


def test_of_an_earlier_worker_nothing_is_heard(stage: Stage) -> None:
    """Its end comes late and means nothing to the one that runs now."""
    stage.pass_turns(stage.announce("a"), 1)
    stage.turn(WorkerEnded(7, "ended"))
    assert stage.worker.number == 1
    assert stage.results() == []


def test_a_late_answer_does_not_hide_the_call_in_flight(stage: Stage) -> None:
    """The answer of a worker that was ended is ignored; when its successor dies, that is seen."""
    stage.pass_turns(stage.announce("a"), 1)
    first = stage.worker.calls[-1]
    stage.clock.seconds += CALL_DEADLINE_SECONDS
    stage.turn()
    stage.clock.seconds += 1
    stage.turn()
    assert len(stage.called()) == 2
    stage.turn(AnswerArrived(first.call_id, Accepted()))
    wait = stage.turn(WorkerEnded(stage.worker.number, "ended with exit code -9"))
    assert wait is not None
    stage.pass_turns(wait, stage.clock.seconds + 10)
    assert len(stage.called()) == 3


def test_a_hung_worker_is_ended_at_its_deadline(stage: Stage) -> None:
    """And the batch goes again."""
    stage.pass_turns(stage.announce("a"), 1)
    stage.clock.seconds += CALL_DEADLINE_SECONDS
    assert stage.turn() == 0
    assert stage.worker.ends == 1
    stage.pass_turns(stage.turn(), stage.clock.seconds + 1)
    assert ("a", "retrying", "WorkerHung") in stage.results()
    assert stage.called() == [("a",)] * 2


def test_a_worker_that_cannot_be_started_costs_a_retry(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No memory for another process: that is known at once, not after a call's deadline."""
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    worker = WorkerProcess("core-1", stage.events.append)
    stage.conductor = stage.conducting(worker)
    stage.pass_turns(stage.announce("a"), 1)
    stage.turn()
    assert [(name, status) for name, status, _ in stage.results()] == [("a", "retrying")]


def test_refused_results_are_said_and_kept(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Until the nucleus takes one."""
    stage.pass_turns(stage.announce("a"), 1)
    stage.answer(Accepted())
    (message,) = stage.nucleus.published
    message.on_taken(NotAuthorized("no"))
    stage.turn()
    assert "aws.greengrass#PublishToTopic" in caplog.text
    assert len(stage.journal.owed(1e12, 9)) == 1


def test_errors_of_devices_are_logged(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """What the engine notices reaches the operator."""
    stage.pass_turns(stage.announce("a"), 1)
    stage.answer(errors(("a", "Oops")))
    assert "client device a is not associated: Oops" in caplog.text


def test_closing_notes_what_was_taken(stage: Stage) -> None:
    """The worker is ended and no result that was taken is sent again."""
    stage.pass_turns(stage.announce("a"), 1)
    stage.answer(Accepted())
    stage.results()
    for event in stage.events:
        stage.conductor.turn([event], [])
    stage.conductor.close()
    assert stage.worker.number == 0
    assert stage.journal.next_send_at() is None


def test_other_settings_count_for_what_comes(stage: Stage) -> None:
    """Batches, results and the worker's rest follow them; the call in flight goes on as it was."""
    stage.pass_turns(stage.announce("a"), 1)
    stage.conductor.reconfigured(
        Settings(
            results_topic="elsewhere",
            policy=Policy(max_wait_seconds=7, receipts=True),
            worker_idle_seconds=3,
        )
    )
    stage.answer(Accepted())
    (message,) = stage.nucleus.published
    assert message.topic == "elsewhere"
    assert stage.results() == [("a", "associated", None)]
    assert stage.turn() == 3
    wait = stage.announce("b")
    assert stage.results() == [("b", "queued", None)]
    assert wait is not None
    stage.pass_turns(wait, stage.clock.seconds + 7)
    assert stage.called() == [("a",), ("b",)]
