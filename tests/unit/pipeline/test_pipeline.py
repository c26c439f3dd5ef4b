"""One turn after the other: the real parts between stand-ins for the ports."""

from pathlib import Path

import pytest

from client_device_associator.cloud.calls import CALL_DEADLINE_SECONDS, WARM_UP_SECONDS
from client_device_associator.cloud.port import CallAnswered, WorkerEnded
from client_device_associator.cloud.worker_process import WorkerProcess
from client_device_associator.core.answer import Succeeded
from client_device_associator.core.backoff import SERVICE
from client_device_associator.core.notices import CallSettled
from client_device_associator.core.result import Status
from client_device_associator.core.rounds import ASKED_SPREAD
from client_device_associator.errors import NotAuthorizedError
from client_device_associator.pipeline.outbox import ACKNOWLEDGE_TIMEOUT_SECONDS
from client_device_associator.reporting.notices import (
    AnnouncementsRejected,
    ResultsDecided,
)
from support.rig import IDLE_SECONDS, Rig, of_kind
from support.values import SHARED, arrived, error_entries, failed_call, policy, settings


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """With the default settings in effect."""
    rig.configure()
    rig.nucleus.published.clear()
    return rig


def test_without_events_there_is_nothing_to_wake_for(rig: Rig) -> None:
    """It costs next to nothing while there is nothing to do."""
    assert rig.turn() is None
    assert rig.worker.started == 0


def test_from_announcement_to_result(rig: Rig) -> None:
    """Stored, called after a second by a worker that is warm by then, answered, published."""
    assert rig.announce("a", "b") == 1
    assert rig.worker.number == 1
    assert rig.worker.calls == []
    rig.clock.seconds = 1
    assert rig.turn() == CALL_DEADLINE_SECONDS
    assert rig.worker.calls == [("a", "b")]
    rig.answer(Succeeded())
    assert rig.results() == [("a", "associated", None), ("b", "associated", None)]
    assert rig.journal.next_send_at() is not None
    rig.turn()
    assert rig.journal.next_send_at() is None


def test_an_idle_worker_is_ended(rig: Rig) -> None:
    """After workerIdleSeconds without a call; the next announcement starts another."""
    rig.call("a")
    rig.answer(Succeeded())
    rig.results()
    rig.pass_turns(rig.turn(), 1 + IDLE_SECONDS)
    assert rig.worker.number == 0
    rig.results()
    assert rig.turn() is None
    rig.announce("b")
    assert rig.worker.number == 2


def test_a_worker_is_started_only_shortly_before_its_call(rig: Rig) -> None:
    """During a long wait there is none, and it is there in time for the next call."""
    rig.call("a")
    rig.answer(failed_call(retry_after=1000))
    longest = 1000 * (1 + ASKED_SPREAD)
    rig.results()
    rig.pass_turns(rig.turn(), 1 + IDLE_SECONDS)
    assert rig.worker.number == 0
    rig.results()
    rig.pass_turns(rig.turn(), 1 + longest - WARM_UP_SECONDS - 0.001)
    assert rig.worker.number == 0
    rig.clock.seconds = 1 + longest - WARM_UP_SECONDS
    assert rig.turn() == pytest.approx(WARM_UP_SECONDS)
    assert rig.worker.number == 2


def test_rejections_are_published_and_reported_together(rig: Rig) -> None:
    """One notice for many of a kind; nothing is stored and no worker started."""
    bad = arrived(b"")
    rig.turn(bad, bad, arrived(b"5"))
    assert rig.results() == [
        (None, "rejected", "notJson"),
        (None, "rejected", "notJson"),
        (None, "rejected", "notAnObject"),
    ]
    reported = of_kind(rig.notices, AnnouncementsRejected)
    assert [one.count for one in reported if isinstance(one, AnnouncementsRejected)] == [2, 1]
    assert rig.journal.pending() == rig.worker.started == 0


def test_decided_results_are_counted_when_they_are_stored(rig: Rig) -> None:
    """Durable and transient ones, by their status."""
    rig.call("a", "b", "!")
    rig.answer(error_entries(("b", "Oops")))
    counted = [one.statuses for one in rig.notices if isinstance(one, ResultsDecided)]
    assert counted == [
        {Status.REJECTED: 1},
        {Status.ASSOCIATED: 1, Status.RETRYING: 1},
    ]


def test_a_worker_that_ends_costs_a_retry(rig: Rig) -> None:
    """Its call has failed, and another process makes the next."""
    rig.call("a")
    rig.turn(WorkerEnded(1, "ended with exit code -9"))
    assert rig.results() == [("a", "retrying", "WorkerEnded")]
    rig.clock.seconds += SERVICE.first
    rig.turn()
    assert rig.worker.calls == [("a",)] * 2
    assert rig.worker.number == 2


def test_a_worker_that_ends_without_a_call_is_replaced(rig: Rig) -> None:
    """There is no result, and the call is made in time."""
    rig.announce("a")
    rig.turn(WorkerEnded(1, "ended with exit code 1"))
    assert rig.results() == []
    rig.clock.seconds = 1
    rig.turn()
    assert rig.worker.calls == [("a",)]
    assert rig.worker.number == 2


def test_a_late_answer_does_not_hide_the_call_in_flight(rig: Rig) -> None:
    """The answer of a worker that was ended is ignored; when its successor ends, that is seen."""
    rig.call("a")
    rig.clock.seconds += CALL_DEADLINE_SECONDS
    rig.turn()
    rig.clock.seconds += SERVICE.first
    rig.turn()
    assert len(rig.worker.calls) == 2
    rig.turn(CallAnswered(1, Succeeded()))
    wait = rig.turn(WorkerEnded(rig.worker.number, "ended with exit code -9"))
    assert wait is not None
    rig.pass_turns(wait, rig.clock.seconds + 10)
    assert len(rig.worker.calls) == 3


def test_a_hung_worker_is_ended_at_its_deadline(rig: Rig) -> None:
    """And the batch goes again."""
    rig.call("a")
    rig.clock.seconds += CALL_DEADLINE_SECONDS
    assert rig.turn() == 0
    assert rig.worker.ends == 1
    rig.pass_turns(rig.turn(), rig.clock.seconds + SERVICE.first)
    assert ("a", "retrying", "WorkerHung") in rig.results()
    assert rig.worker.calls == [("a",)] * 2


def test_a_worker_that_cannot_be_started_costs_a_retry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No memory for another process: that is known at once, not after a call's deadline."""
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    rig = Rig(tmp_path, lambda rig: WorkerProcess("core-1", rig.inbox.put))
    rig.configure()
    rig.call("a")
    rig.turn()
    assert [(name, status) for name, status, _ in rig.results()] == [("a", "retrying")]
    rig.close()


def test_refused_results_are_kept(rig: Rig) -> None:
    """Until the nucleus takes them."""
    rig.call("a")
    rig.answer(Succeeded())
    (message,) = rig.nucleus.published
    message.on_acknowledged(NotAuthorizedError("no"))
    rig.turn()
    assert len(rig.journal.unsent(1e12, 9)) == 1
    rig.nucleus.published.clear()
    rig.turn()
    assert rig.results() == []


def test_refused_results_are_sent_when_accesscontrol_may_have_changed(rig: Rig) -> None:
    """With the next settings, not only after the minutes that they would wait otherwise."""
    rig.call("a")
    rig.answer(Succeeded())
    (message,) = rig.nucleus.published
    message.on_acknowledged(NotAuthorizedError("no"))
    rig.nucleus.published.clear()
    rig.turn()
    rig.configure()
    assert rig.results() == [("a", "associated", None)]


def test_the_end_stores_what_was_taken(rig: Rig) -> None:
    """The worker is ended and no result that was taken is sent again."""
    rig.call("a")
    rig.answer(Succeeded())
    rig.turn()
    rig.results()
    batch = rig.inbox.take()
    pipeline = rig.loop._pipeline  # noqa: SLF001 - what a stop takes in
    assert pipeline is not None
    for event in batch.events:
        pipeline.take_in([event], (), rig.clock.now())
    rig.loop.end()
    assert rig.worker.number == 0
    assert rig.journal.next_send_at() is None


def test_other_settings_count_for_what_comes(rig: Rig) -> None:
    """Batches, results and the worker's rest follow them; the call in flight goes on as it was."""
    rig.call("a")
    rig.configure(
        settings(
            results_topic="elsewhere",
            policy=policy(max_wait_seconds=7, receipts=True),
            worker_idle_seconds=3,
        )
    )
    rig.answer(Succeeded())
    (message,) = rig.nucleus.published
    assert message.topic == "elsewhere"
    assert rig.results() == [("a", "associated", None)]
    assert rig.turn() == 3
    wait = rig.announce("b")
    assert rig.results() == [("b", "queued", None)]
    assert wait is not None
    rig.pass_turns(wait, rig.clock.seconds + 7)
    assert rig.worker.calls == [("a",), ("b",)]


def test_figures_are_those_of_journal_and_outbox(rig: Rig) -> None:
    """What waits and what was dropped."""
    rig.announce("a", "b")
    pipeline = rig.loop._pipeline  # noqa: SLF001 - its figures go into the health message
    assert pipeline is not None
    assert pipeline.figures() == {"pending": 2, "resultsDropped": 0, "iotCoreResultsDropped": 0}


def test_an_answer_counts_though_its_worker_ends_at_once(rig: Rig) -> None:
    """Both may come together."""
    rig.call("a")
    rig.turn(CallAnswered(1, Succeeded()), WorkerEnded(1, "ended with exit code -9"))
    assert rig.results() == [("a", "associated", None)]


def test_what_was_taken_is_stored_together(rig: Rig) -> None:
    """A commit for each message would wear the flash: the others are waited for."""
    rig.call("a")
    rig.turn(arrived(b"", "own/b/announce", "{topic:1}"))
    rig.answer(Succeeded())
    rig.turn()
    rig.pass_turns(rig.turn(), rig.clock.seconds + 1)
    rig.answer(Succeeded())
    first, second = rig.nucleus.published
    first.on_acknowledged(None)
    rig.turn()
    assert len(rig.journal.unsent(1e12, 9)) == 2
    second.on_acknowledged(None)
    rig.turn()
    assert rig.journal.unsent(1e12, 9) == []


def test_rejections_are_no_receipts(rig: Rig) -> None:
    """Each is counted as what it is, and only rejections are reported to operators."""
    rig.configure(settings(policy=policy(receipts=True, max_pending=1)))
    rig.notices.clear()
    rig.announce("a", "b")
    assert sorted(rig.results()) == [("a", "queued", None), ("b", "rejected", "overloaded")]
    counted = [one.statuses for one in rig.notices if isinstance(one, ResultsDecided)]
    assert counted == [{Status.REJECTED: 1}, {Status.QUEUED: 1}]
    assert of_kind(rig.notices, AnnouncementsRejected) == [
        AnnouncementsRejected(
            SHARED, "overloaded", "too many devices are waiting already; try again later", 1
        )
    ]


def test_what_the_core_notices_is_reported(rig: Rig) -> None:
    """Once it is on disk, in its own words."""
    rig.call("a")
    rig.answer(Succeeded())
    assert of_kind(rig.notices, CallSettled) == [
        CallSettled(done=1, already=0, delayed=0, refused=0, bisected=0)
    ]


def test_an_acknowledgement_is_not_waited_for_without_end(rig: Rig) -> None:
    """The next turn comes when the nucleus has had its time."""
    rig.call("a")
    rig.clock.seconds = 40
    rig.answer(Succeeded())
    rig.clock.seconds += ACKNOWLEDGE_TIMEOUT_SECONDS / 2
    assert rig.turn() == ACKNOWLEDGE_TIMEOUT_SECONDS / 2
