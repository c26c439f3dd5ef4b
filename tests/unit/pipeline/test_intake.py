from dataclasses import replace

import pytest

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.core.admission.gate import Refusal
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.bus import Bus
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.messages.topic import MAX_TOPIC_BYTES
from client_device_associator.pipeline.events import MessageArrived, Origin
from client_device_associator.pipeline.intake import (
    NOTICES_AT_ONCE,
    NOTICES_PER_SECOND,
    REJECTIONS_AT_ONCE,
    REJECTIONS_PER_SECOND,
)
from client_device_associator.reporting.metric_notices import AnnouncementsRead
from client_device_associator.reporting.notices import (
    ResultsDecided,
)
from support.gates import Doorkeeper
from support.intake_desk import IntakeDesk
from support.values import SHARED, arrived, moment

BAD = arrived(b"")


@pytest.fixture
def desk() -> IntakeDesk:
    """Nothing has come."""
    return IntakeDesk()


def test_takes_announcements_in_order(desk: IntakeDesk) -> None:
    """Of all messages, read by their templates."""
    found = desk.read(
        arrived(b'{"thingName": "a", "id": "7"}'),
        arrived(b"", "clientdevices/b/announce", "{topic:1}"),
        arrived({"thingNames": ["c"]}),
    )
    assert [(one.thing_name, one.announcement_id) for one in found] == [
        ("a", "7"),
        ("b", None),
        ("c", None),
    ]
    assert (desk.results, desk.notices) == ([], [AnnouncementsRead(3, 0)])


@pytest.mark.parametrize("payload", [b'{"thingName": "a"}', b'{"thingNames": ["a"]}'])
def test_an_announcement_is_no_presence(desk: IntakeDesk, payload: bytes) -> None:
    """Be it the usual one, which is read in another way."""
    assert [(one.thing_name, one.is_presence) for one in desk.read(arrived(payload))] == [
        ("a", False)
    ]


def test_arrivals_and_departures_are_counted_apart(desk: IntakeDesk) -> None:
    """Those that are read and admitted; of what is refused, how much for which reason."""
    leaving = arrived(b"", "a/left", "{topic:0}")
    leaving = replace(leaving, source=replace(leaving.source, leaves=True))
    desk.read(arrived(b'{"thingNames": ["a", "!", 5, "b"]}'), leaving, BAD, BAD)
    assert desk.notices[0] == AnnouncementsRead(2, 1)
    (decided,) = (one for one in desk.notices if isinstance(one, ResultsDecided))
    assert decided.rejections == {"notJson": 2, "invalidThingName": 1, "wrongType": 1}


def test_what_is_none_is_rejected_counted_and_reported(desk: IntakeDesk) -> None:
    """One notice for each kind; the good ones are taken all the same."""
    good = arrived(b'{"thingNames": ["a", "!", 5]}')
    assert [one.thing_name for one in desk.read(BAD, good, BAD)] == ["a"]
    assert [one.code for one in desk.results] == [
        "notJson",
        "invalidThingName",
        "wrongType",
        "notJson",
    ]
    assert desk.rejected == 4
    assert [(one.topic, one.code, one.count) for one in desk.reported] == [
        (SHARED, "notJson", 2),
        (SHARED, "invalidThingName", 1),
        (SHARED, "wrongType", 1),
    ]
    assert desk.reported[0].message == "the payload is not JSON"


def test_topics_that_overflowed_get_one_rejection_each(desk: IntakeDesk) -> None:
    """With the reason and the words that say: later."""
    assert desk.read(overflow=(Origin("x"), Origin("y"), Origin("x"))) == []
    assert [(one.topic, one.status, one.code) for one in desk.results] == [
        ("x", Status.REJECTED, "overloaded"),
        ("y", Status.REJECTED, "overloaded"),
    ]
    assert {one.message for one in desk.results} == {
        "too many announcements at once; try again later"
    }


def test_what_came_over_iot_core_is_answered_there(desk: IntakeDesk) -> None:
    """Announcements, rejections and overflow; the log says where it came from."""
    source = AnnouncementTopic("iotCore.a", "cloud", bus=Bus.IOT_CORE)
    (lamp,) = desk.read(
        MessageArrived(source, "cloud", b'{"thingNames": ["lamp", "la mp"]}'),
        overflow=(Origin("full", Bus.IOT_CORE), Origin("full")),
    )
    assert (lamp.bus, lamp.lane) == (Bus.IOT_CORE, "iotCore.a")
    assert [(one.topic, one.bus) for one in desk.results] == [
        ("cloud", Bus.IOT_CORE),
        ("full", Bus.IOT_CORE),
        ("full", Bus.LOCAL),
    ]
    assert [one.topic for one in desk.reported] == ["iotCore:cloud", "iotCore:full", "full"]


def test_a_flood_of_rejections_is_answered_within_limits(desk: IntakeDesk) -> None:
    """A burst, then a steady rate; all of them are counted."""
    desk.read(*[BAD] * (REJECTIONS_AT_ONCE + 500))
    assert len(desk.results) == REJECTIONS_AT_ONCE
    assert desk.rejected == REJECTIONS_AT_ONCE + 500
    for second in range(1, 11):
        desk.read(*[BAD] * 1000, seconds=second)
    assert len(desk.results) == REJECTIONS_AT_ONCE + 10 * REJECTIONS_PER_SECOND
    desk.results.clear()
    desk.read(*[BAD] * 3000, seconds=10_000)
    assert len(desk.results) == REJECTIONS_AT_ONCE


def test_rejections_by_others_share_the_limit(desk: IntakeDesk) -> None:
    """A full queue or disk rejects as much as bad messages do."""
    overloaded = [Result(SHARED, Status.REJECTED, "a", code="overloaded")] * REJECTIONS_AT_ONCE
    desk.intake.reject(overloaded, moment())
    desk.read(BAD)
    assert desk.results == overloaded
    assert desk.rejected == REJECTIONS_AT_ONCE + 1


def test_the_log_is_not_flooded(desk: IntakeDesk) -> None:
    """A notice for each of a few kinds, then one now and then, however many topics there are."""
    messages = [arrived(b"", f"topic/{number}") for number in range(500)]
    desk.read(*messages)
    assert len(desk.reported) == NOTICES_AT_ONCE
    seconds = 0.0
    for _ in range(100):
        seconds += 1
        desk.read(*messages[:50], seconds=seconds)
    expected = NOTICES_AT_ONCE + 100 * NOTICES_PER_SECOND
    assert expected - 1 <= len(desk.reported) <= expected


def test_nothing_rejected_is_nothing_reported(desk: IntakeDesk) -> None:
    """No notice and no count of nought."""
    desk.intake.reject([], moment())
    assert (desk.results, desk.notices) == ([], [])


def test_who_is_not_admitted_is_rejected_by_name(desk: IntakeDesk) -> None:
    """The others of the same message are taken."""
    desk.intake.gate = Doorkeeper(["b"])
    taken = desk.read(arrived(b'{"thingNames": ["a", "b", "!"], "id": "7"}'))
    assert [one.thing_name for one in taken] == ["a"]
    assert [(one.thing_name, one.code) for one in desk.results] == [
        ("!", Reason.INVALID_THING_NAME.value),
        ("b", Reason.NOT_ADMITTED.value),
    ]
    refused = desk.results[1]
    assert (refused.message, refused.announcement_id) == ("not today", "7")
    assert refused.status is Status.REJECTED


def test_who_is_admitted_may_depend_on_the_lane(desk: IntakeDesk) -> None:
    """The rules of an entry are for what comes by it."""

    class Lanes(Doorkeeper):
        def why_not(self, announcement: Announcement, source: str | None = None) -> Refusal | None:
            return Refusal(Reason.NOT_ADMITTED, f"{announcement.thing_name} by {source}")

    desk.intake.gate = Lanes()
    assert desk.read(arrived(b"", "t/a", "{topic:1}")) == []
    assert [one.message for one in desk.results] == ["a by of a test"]


def test_a_topic_that_is_too_long_is_rejected_whatever_it_brings(desk: IntakeDesk) -> None:
    """Also if the payload is the usual one."""
    source = AnnouncementTopic("t", "t/#")
    long = "t/" + "x" * MAX_TOPIC_BYTES
    usual = b'{"thingName": "a"}'
    taken = desk.read(MessageArrived(source, long, usual), MessageArrived(source, "t/x", usual))
    assert [one.topic for one in taken] == ["t/x"]
    assert [one.code for one in desk.results] == [Reason.TOO_LARGE.value]
