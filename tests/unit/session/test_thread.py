"""A thread of its own around the session."""

import queue
from collections.abc import Callable
from pathlib import Path

import pytest

from client_device_associator.clock import SystemClock
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.pipeline.recently_seen import RecentlySeen
from client_device_associator.reporting.notices import DefectFound
from client_device_associator.session.events import SessionEvent
from client_device_associator.session.last_good import LastGood
from client_device_associator.session.session import Session
from client_device_associator.session.thread import SessionThread
from support.fakes import FakeNucleus

SOON = 10.0
"""Far longer than anything here takes."""


class Watched:
    """A session's thread on the real clock, and what it does."""

    def __init__(self, directory: Path) -> None:
        self.nucleus = FakeNucleus(document={"deploymentVeto": True})
        self.nucleus.on_subscribe = self._subscribed
        self.nucleus.answer_validation = self._answered  # type: ignore[method-assign] # looks on
        self.done: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._clock = SystemClock()
        self._last_good = LastGood(directory / "last-good.json")
        self._inbox = Inbox(lambda: self._clock.now().steady)
        self.thread = SessionThread(self._build, self._clock, self.done.put)

    def _build(self, post: Callable[[SessionEvent], None]) -> Session:
        return Session(
            nucleus=self.nucleus,
            inbox=self._inbox,
            post=post,
            clock=self._clock,
            last_good=self._last_good,
            seen=RecentlySeen(lambda: self._clock.now().steady),
            core_thing_name="core-1",
        )

    def _subscribed(self, topic_filter: str) -> None:
        if topic_filter == HEALTH_REQUEST_TOPIC:
            self.done.put("subscribed")

    def _answered(self, deployment_id: str, objection: str | None) -> None:
        assert objection is None
        self.done.put(deployment_id)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """It has not started."""
    return Watched(tmp_path)


def test_runs_until_it_is_stopped(watched: Watched) -> None:
    """And hands on what the nucleus reports."""
    watched.thread.start()
    assert watched.done.get(timeout=SOON) == "subscribed"
    watched.nucleus.validations[0].on_requested("deployment-1", {})
    assert watched.done.get(timeout=SOON) == "deployment-1"
    watched.thread.stop()
    assert not watched.thread._thread.is_alive()  # noqa: SLF001 - nothing is left behind


def test_a_defect_costs_a_session_and_is_reported(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its streams are closed and another one is built, however often that happens."""
    monkeypatch.setattr("client_device_associator.session.thread.AFTER_DEFECT_SECONDS", 0.01)
    defect = ZeroDivisionError("x")
    watched.nucleus.refuses_to_read = defect
    watched.thread.start()
    for _ in range(2):
        assert watched.done.get(timeout=SOON) == DefectFound(defect)
    watched.nucleus.refuses_to_read = None
    while watched.done.get(timeout=SOON) != "subscribed":
        pass
    assert [one.closed for one in watched.nucleus.watches][:-1] == [True] * (
        len(watched.nucleus.watches) - 1
    )
    assert not watched.nucleus.watches[-1].closed
    watched.thread.stop()


def test_stops_in_the_pause_after_a_defect(watched: Watched) -> None:
    """Half a minute is longer than a stop may take."""
    watched.nucleus.refuses_to_read = ZeroDivisionError("x")
    watched.thread.start()
    watched.done.get(timeout=SOON)
    watched.nucleus.watches[0].on_changed()
    watched.thread.stop()
    assert not watched.thread._thread.is_alive()  # noqa: SLF001 - nothing is left behind
