import json
from typing import Any

import pytest

from client_device_associator.configuration.reader import Problem
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import (
    CallSettled,
    CallsFailing,
    CallsSucceeding,
    DeviceDelayed,
    DeviceFailed,
)
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Status
from client_device_associator.messages.encoding import iso
from client_device_associator.reporting.health import (
    ON_CHANGE_SECONDS,
    ON_REQUEST_SECONDS,
    Health,
)
from client_device_associator.reporting.metric_notices import CallEnded
from client_device_associator.reporting.notices import (
    ConfigurationAccepted,
    ConfigurationRejected,
    JournalUnusable,
    JournalUsable,
    ListeningChanged,
    Notice,
    ResultsDecided,
)
from support.fakes import FakeClock
from support.values import START

SETTLED = CallSettled(1, 0, 0, 0, 0)


class Watched:
    """A component's health, and what it has published."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.figures = {"pending": 0}
        self.clock = FakeClock()
        self.health = Health("core-1", "1.2.3", self.messages.append, self.clock.now)

    def report(self, *notices: Notice) -> None:
        """Reports notices."""
        for notice in notices:
            self.health(notice)

    def run_due(self) -> float | None:
        """Publishes if that is due; the seconds until the next time."""
        wake_at = self.health.run_due(lambda: self.figures)
        return None if wake_at is None else round(wake_at - self.clock.steady(), 3)

    def last(self) -> dict[str, Any]:
        """The last message."""
        document = json.loads(self.messages[-1])
        assert isinstance(document, dict)
        return document

    def requested(self) -> dict[str, Any]:
        """What is published when somebody asks, long after the last message."""
        self.clock.seconds += 100
        self.health.request()
        before = len(self.messages)
        assert self.run_due() is None
        assert len(self.messages) == before + 1
        return self.last()


@pytest.fixture
def watched() -> Watched:
    """Nothing has happened yet but that it listens."""
    watched = Watched()
    watched.report(ListeningChanged(("a", "b/+"), ()))
    return watched


def test_publishes_at_the_start(watched: Watched) -> None:
    """Everything there is to know, and then nothing until something changes."""
    assert watched.run_due() is None
    assert watched.last() == {
        "coreDeviceThingName": "core-1",
        "version": "1.2.3",
        "startedAt": iso(START),
        "nucleus": {"listening": ["a", "b/+"], "refused": [], "since": iso(START)},
        "cloud": {"state": "notCalledYet"},
        "roster": {"state": "notComparedYet"},
        "journal": {"state": "ok"},
        "configuration": {"state": "inForce", "problems": []},
        "counters": {"pending": 0},
        "timestamp": iso(START),
    }
    watched.clock.seconds = 1e6
    assert watched.run_due() is None
    assert len(watched.messages) == 1


def test_a_request_is_answered(watched: Watched) -> None:
    """Once, with what is counted by now."""
    watched.run_due()
    watched.report(ResultsDecided({Status.QUEUED: 3}), ResultsDecided({Status.QUEUED: 1}))
    watched.figures = {"pending": 7}
    document = watched.requested()
    assert document["counters"] == {"queued": 4, "pending": 7}
    assert document["timestamp"] == iso(START + 100)
    assert document["startedAt"] == iso(START)
    assert watched.run_due() is None
    assert len(watched.messages) == 2


def test_requests_are_answered_together(watched: Watched) -> None:
    """No more often than they may be, and none is forgotten."""
    watched.run_due()
    sent_at: list[float] = []
    for tick in range(101):
        watched.clock.seconds = tick / 20
        watched.health.request()
        before = len(watched.messages)
        watched.run_due()
        if len(watched.messages) > before:
            sent_at.append(watched.clock.seconds)
    assert sent_at == [ON_REQUEST_SECONDS * number for number in range(1, 6)]
    watched.health.request()
    watched.clock.seconds = 5.5
    assert watched.run_due() == 0.5
    watched.clock.seconds = 6
    assert watched.run_due() is None
    assert len(watched.messages) == 7


def test_changes_are_published_now_and_then(watched: Watched) -> None:
    """A state that changes all the time is not published each time; its last is, in the end."""
    watched.run_due()
    for tick in range(1, 100):
        watched.clock.seconds = tick / 10
        watched.report(ListeningChanged((str(tick),), ()))
        assert watched.run_due() == round(ON_CHANGE_SECONDS - watched.clock.seconds, 3)
    watched.clock.seconds = ON_CHANGE_SECONDS
    watched.report(ListeningChanged(("last",), ()))
    assert watched.run_due() is None
    assert len(watched.messages) == 2
    assert watched.last()["nucleus"]["listening"] == ["last"]


def test_a_state_that_came_back_is_no_change(watched: Watched) -> None:
    """What is over before it could be published is not published."""
    watched.run_due()
    watched.clock.seconds = 1
    watched.report(JournalUnusable("disk full"))
    assert watched.run_due() == ON_CHANGE_SECONDS - 1
    watched.clock.seconds = 2
    watched.report(JournalUsable())
    assert watched.run_due() is None


def test_counters_alone_are_no_change(watched: Watched) -> None:
    """They change all the time."""
    watched.run_due()
    watched.report(ResultsDecided({Status.ASSOCIATED: 1}))
    watched.figures = {"pending": 9}
    watched.clock.seconds = 1000
    assert watched.run_due() is None
    assert len(watched.messages) == 1


def test_a_request_does_not_wait_for_the_pause_after_a_change(watched: Watched) -> None:
    """It has its own, shorter one."""
    watched.run_due()
    watched.clock.seconds = 2
    watched.health.request()
    watched.report(ListeningChanged((), ()))
    assert watched.run_due() is None
    assert len(watched.messages) == 2


def test_figures_are_only_collected_for_a_message(watched: Watched) -> None:
    """They cost a query of the journal."""
    watched.run_due()

    def collect() -> dict[str, int]:
        pytest.fail("nothing is published")

    assert watched.health.run_due(collect) is None


def test_results_and_devices_in_trouble_are_counted(watched: Watched) -> None:
    """By their status."""
    watched.report(
        ResultsDecided({Status.ASSOCIATED: 2, Status.FAILED: 1}),
        ResultsDecided({Status.REJECTED: 1}),
        DeviceFailed("a", "c", "m"),
        DeviceDelayed("b", "c", "m"),
        SETTLED,
        SETTLED,
    )
    assert watched.requested()["counters"] == {
        "associated": 2,
        "failed": 1,
        "rejected": 1,
        "deviceTroubles": 2,
        "calls": 2,
        "pending": 0,
    }


def test_the_cloud_is_as_the_last_call_found_it(watched: Watched) -> None:
    """Since when, and with the service's own words while calls fail."""
    watched.clock.seconds = 1
    watched.report(SETTLED)
    watched.clock.seconds = 2
    watched.report(SETTLED)
    assert watched.requested()["cloud"] == {"state": "reachable", "since": iso(START + 1)}
    since = watched.clock.now().wall
    watched.report(CallsFailing(FailureCause.THROTTLED, "Slow", "down " * 1000, 9))
    watched.clock.seconds += 1
    watched.report(DeviceDelayed("a", "c", "m"))
    failing = watched.requested()["cloud"]
    assert (failing["state"], failing["code"], failing["since"]) == (
        "throttled",
        "Slow",
        iso(since),
    )
    assert failing["message"] == ("down " * 1000)[:500]
    since = watched.clock.now().wall
    watched.report(CallsSucceeding())
    watched.clock.seconds += 1
    watched.report(SETTLED)
    assert watched.requested()["cloud"] == {"state": "reachable", "since": iso(since)}


def test_a_journal_that_fails_is_published_and_its_recovery_too(watched: Watched) -> None:
    """As changes, without a request."""
    watched.run_due()
    watched.report(JournalUnusable("disk full"))
    watched.clock.seconds = 10
    watched.run_due()
    assert watched.last()["journal"] == {"state": "unusable", "message": "disk full"}
    watched.report(JournalUsable())
    watched.clock.seconds = 20
    watched.run_due()
    assert watched.last()["journal"] == {"state": "ok"}
    assert len(watched.messages) == 3


def test_a_rejected_configuration_is_published(watched: Watched) -> None:
    """With its problems, until it is valid again."""
    watched.report(
        ListeningChanged(("a",), ("b",)), ConfigurationRejected((Problem("/x", "1", "2"),))
    )
    document = watched.requested()
    assert document["configuration"] == {
        "state": "refused",
        "problems": ["/x: found 1, expected 2"],
    }
    assert document["nucleus"]["refused"] == ["b"]
    watched.report(ConfigurationAccepted())
    assert watched.requested()["configuration"] == {"state": "inForce", "problems": []}


def test_it_listens_since_the_topics_have_changed(watched: Watched) -> None:
    """What is refused besides changes nothing about that."""
    watched.clock.seconds = 60
    watched.report(ListeningChanged(("a", "b/+"), ("c",)))
    assert watched.requested()["nucleus"]["since"] == iso(START)
    watched.report(ListeningChanged(("a",), ("c",)))
    assert watched.requested()["nucleus"]["since"] != iso(START)


def test_the_last_call(watched: Watched) -> None:
    """Told whenever somebody asks; it is no state: not every call is published, or written."""
    watched.run_due()
    published = len(watched.messages)
    call = CallEnded(FailureCause.THROTTLED, Operation.DISASSOCIATE, 2, "Slow: down", "req-1")
    watched.report(call)
    watched.clock.seconds = 1000
    assert watched.run_due() is None
    assert len(watched.messages) == published
    assert watched.health.document({"pending": 3})["lastCall"] == {
        "at": iso(START),
        "operation": "disassociate",
        "devices": 2,
        "answer": "throttled",
        "message": "Slow: down",
        "requestId": "req-1",
    }
    assert watched.health.document({"pending": 3})["counters"] == {"pending": 3}
    watched.report(CallEnded(None, names=1))
    last = watched.requested()["lastCall"]
    assert last == {
        "at": iso(START + 1000),
        "operation": "associate",
        "devices": 1,
        "answer": "answered",
    }
