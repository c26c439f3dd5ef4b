import logging
from pathlib import Path

import pytest

from builders import SHARED, moment
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.result import Result, Status
from client_device_associator.journal.journal import Journal
from client_device_associator.messages.announcement import Announcement
from client_device_associator.messages.template import parse_template
from client_device_associator.pipeline.events import Event, HealthAsked, MessageArrived
from client_device_associator.pipeline.intake import (
    LINES_AT_ONCE,
    LINES_PER_SECOND,
    REJECTIONS_AT_ONCE,
    REJECTIONS_PER_SECOND,
    Reception,
)
from client_device_associator.pipeline.outbox import Outbox
from client_device_associator.reporting.health import Health
from client_device_associator.reporting.operator_log import OperatorLog
from fakes import FakeNucleus


class Heard(Health):
    """Health that shows what it counted."""

    def __init__(self) -> None:
        super().__init__("core-1", lambda _: None, dict, moment())
        self.rejections = 0

    def told(self, results: "list[Result] | tuple[Result, ...]") -> None:  # type: ignore[override] # what is handed in here
        """Counts them."""
        assert all(one.status is Status.REJECTED for one in results)
        self.rejections += len(results)


class Told(Outbox):
    """An outbox that keeps what it is told."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            journal=Journal(path),
            nucleus=FakeNucleus(),
            settings=Settings(),
            core_thing_name="core-1",
            post=lambda _: None,
            log=OperatorLog("core-1", "eu-central-1"),
        )
        self.results: list[Result] = []

    def tell(self, results: "list[Result] | tuple[Result, ...]") -> None:  # type: ignore[override] # what is handed in here
        """Keeps them."""
        self.results.extend(results)


class Desk:
    """A reception and what came of it."""

    def __init__(self, path: Path) -> None:
        self.outbox = Told(path)
        self.health = Heard()
        self.reception = Reception(self.outbox, OperatorLog("core-1", "eu-central-1"), self.health)

    def read(
        self, *events: Event, turned_away: tuple[str, ...] = (), seconds: float = 0.0
    ) -> list[Announcement]:
        """Reads events at a second."""
        return self.reception.read(events, turned_away, moment(seconds))


@pytest.fixture
def desk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Desk:
    """With every line of the log heard."""
    caplog.set_level(logging.DEBUG, "client_device_associator")
    return Desk(tmp_path / "journal")


BAD = MessageArrived(None, SHARED, b"")


def test_takes_announcements_in_order(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Of all messages, read by their templates; other events mean nothing here."""
    own = MessageArrived(parse_template("{topic:1}"), "clientdevices/b/announce", b"")
    found = desk.read(
        MessageArrived(None, SHARED, b'{"thingName": "a", "id": "7"}'),
        HealthAsked(),
        own,
        MessageArrived(None, SHARED, {"thingNames": ["c"]}),
    )
    assert [(one.thing_name, one.announcement_id) for one in found] == [
        ("a", "7"),
        ("b", None),
        ("c", None),
    ]
    assert desk.outbox.results == []
    assert (desk.health.rejections, caplog.text) == (0, "")


def test_what_is_none_is_rejected_counted_and_said(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """One line for each kind; the good ones are taken all the same."""
    good = MessageArrived(None, SHARED, b'{"thingNames": ["a", "!", 5]}')
    assert [one.thing_name for one in desk.read(BAD, good, BAD)] == ["a"]
    assert [one.code for one in desk.outbox.results] == [
        "notJson",
        "invalidThingName",
        "wrongType",
        "notJson",
    ]
    assert desk.health.rejections == 4
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "rejected 2 announcement(s) on clientdevices/announce",
        "rejected 1 announcement(s) on clientdevices/announce",
        "rejected 1 announcement(s) on clientdevices/announce",
    ]


def test_those_turned_away_are_told_so_once_a_topic(desk: Desk) -> None:
    """By the reason that says: later."""
    assert desk.read(turned_away=("x", "y", "x")) == []
    assert desk.outbox.results == [
        Result(topic, Status.REJECTED, code="overloaded", message=desk.outbox.results[0].message)
        for topic in ("x", "y")
    ]


def test_a_flood_of_rejections_is_answered_in_moderation(desk: Desk) -> None:
    """A burst, then a steady rate; all of them are counted."""
    desk.read(*[BAD] * (REJECTIONS_AT_ONCE + 500))
    assert len(desk.outbox.results) == REJECTIONS_AT_ONCE
    assert desk.health.rejections == REJECTIONS_AT_ONCE + 500
    for second in range(1, 11):
        desk.read(*[BAD] * 1000, seconds=second)
    assert len(desk.outbox.results) == REJECTIONS_AT_ONCE + 10 * REJECTIONS_PER_SECOND
    desk.outbox.results.clear()
    desk.read(*[BAD] * 3000, seconds=10_000)
    assert len(desk.outbox.results) == REJECTIONS_AT_ONCE


def test_rejections_by_others_share_the_bound(desk: Desk) -> None:
    """A full queue or disk turns away as many as bad messages do."""
    overloaded = [Result(SHARED, Status.REJECTED, "a", code="overloaded")] * REJECTIONS_AT_ONCE
    desk.reception.reject(overloaded, moment())
    desk.read(BAD)
    assert desk.outbox.results == overloaded
    assert desk.health.rejections == REJECTIONS_AT_ONCE + 1


def test_the_log_is_not_flooded(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A line for each of a few kinds, then one now and then, however many topics there are."""
    messages = [MessageArrived(None, f"topic/{number}", b"") for number in range(500)]
    desk.read(*messages)
    assert len(caplog.records) == LINES_AT_ONCE
    seconds = 0.0
    for _ in range(100):
        seconds += 1
        desk.read(*messages[:50], seconds=seconds)
    assert len(caplog.records) <= LINES_AT_ONCE + 100 * LINES_PER_SECOND
    assert len(caplog.records) >= LINES_AT_ONCE + 100 * LINES_PER_SECOND - 1


def test_nothing_rejected_is_nothing_said(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """No line and no count of nought."""
    desk.reception.reject([], moment())
    assert (desk.outbox.results, desk.health.rejections, caplog.text) == ([], 0, "")
