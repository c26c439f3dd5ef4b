"""Traffic that says that a device is there, and departures, at the intake."""

from dataclasses import replace

import pytest

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.pipeline.events import MessageArrived, Origin
from client_device_associator.pipeline.intake import (
    PRESENCE_AFTER_DEPARTURE_SECONDS,
    PRESENCE_AGAIN_SECONDS,
)
from client_device_associator.reporting.notices import (
    PresenceRejected,
)
from support.gates import Doorkeeper
from support.intake_desk import IntakeDesk
from support.values import arrived, moment, template


@pytest.fixture
def desk() -> IntakeDesk:
    """Nothing has come."""
    return IntakeDesk()


def seen_on(topic: str) -> MessageArrived:
    """A message that says that a device is there."""
    source = AnnouncementTopic("t", "t/+", template("{topic:1}"), is_presence=True)
    return MessageArrived(source, topic, b"not read")


def test_presence_is_an_announcement_that_nobody_made(desk: IntakeDesk) -> None:
    """It is marked as such."""
    (announcement,) = desk.read(seen_on("t/a"))
    assert announcement.is_presence
    assert announcement == Announcement("a", "t/a")


def test_presence_is_rejected_without_an_answer(desk: IntakeDesk) -> None:
    """It is reported for each reason, with how many there were."""
    desk.intake.gate = Doorkeeper(["b", "c"])
    messages = [seen_on(f"t/{name}") for name in ("b", "no name", "c")]
    assert desk.read(*messages, seen_on("t"), seconds=5) == []
    assert (desk.results, desk.noted_at) == ([], {moment(5)})
    assert [one.thing_name for one in desk.noted] == ["b", "no name", "c", None]
    assert desk.notices == [
        PresenceRejected("t/c", Reason.NOT_ADMITTED.value, "not today", 2),
        PresenceRejected(
            "t/no name",
            Reason.INVALID_THING_NAME.value,
            "a thing name consists of letters, digits, ':', '_' and '-'",
            1,
        ),
        PresenceRejected("t", Reason.NO_THING_NAME.value, "the topic has no level 1", 1),
    ]


def test_presence_that_overflowed_is_not_answered(desk: IntakeDesk) -> None:
    """It is counted and reported as other presence that cannot be taken; the rest is answered."""
    desk.read(overflow=(Origin("t/a", is_presence=True), Origin("x"), Origin("t/a")))
    assert [one.topic for one in desk.results] == ["x", "t/a"]
    assert desk.rejected == 2
    (presence,) = (one for one in desk.notices if isinstance(one, PresenceRejected))
    assert (presence.topic, presence.code, presence.count) == ("t/a", "overloaded", 1)


@pytest.mark.parametrize(
    ("reason", "is_for_now"),
    [(Reason.OVERLOADED, True), (Reason.STORAGE, True), (Reason.NOT_ADMITTED, False)],
)
def test_presence_that_could_not_be_stored_is_looked_at_again_soon(
    desk: IntakeDesk, reason: Reason, *, is_for_now: bool
) -> None:
    """Not with the device's next message, but long before its trust is over."""
    assert desk.seen.is_new("a", 3600)
    result = Result("t/a", Status.REJECTED, "a", code=reason.value)
    desk.intake.leave_unanswered([result], moment())
    desk.now = PRESENCE_AGAIN_SECONDS - 1
    assert not desk.seen.is_new("a", 3600)
    desk.now = PRESENCE_AGAIN_SECONDS
    assert desk.seen.is_new("a", 3600) is is_for_now


def test_who_has_left_may_come_back_but_not_at_once(desk: IntakeDesk) -> None:
    """What it has sent just before is still on its way."""
    assert desk.seen.is_new("a", 3600)
    leaving = arrived(b"", "a/left", "{topic:0}")
    desk.read(replace(leaving, source=replace(leaving.source, leaves=True)))
    desk.now = PRESENCE_AFTER_DEPARTURE_SECONDS - 1
    assert not desk.seen.is_new("a", 3600)
    desk.now = PRESENCE_AFTER_DEPARTURE_SECONDS
    assert desk.seen.is_new("a", 3600)
