"""Entries of the trail: from decisions, and through the whole component."""

import json
from dataclasses import replace
from typing import Any

import pytest

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.answer import ErrorEntry, Listed, Succeeded, ThingNotFound
from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.depart import depart
from client_device_associator.core.device import Device
from client_device_associator.core.handover import HANDOVER, Claim
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import ROSTER_TOPIC, Result, Status
from client_device_associator.core.silence import SILENT
from client_device_associator.core.trail import TrailEntry, TrailEvent
from client_device_associator.pipeline.events import MessageArrived
from client_device_associator.pipeline.trail import (
    MAX_TEXT_CHARACTERS,
    of_announcements,
    of_answer,
    of_claims,
    of_rejection,
    of_step,
)
from support.gates import Doorkeeper
from support.rig import Rig
from support.values import SHARED, START, failed_call, moment, policy, settings

EVERYBODY = Doorkeeper(admits_everybody=True)
NOW = moment(wall_ahead=60.0)


def entry(name: str, event: TrailEvent, **detail: str | float | bool) -> TrailEntry:
    """An entry of now, by the clock on the wall."""
    return TrailEntry(START + 60, name, event, detail)


def device(name: str, state: DeviceState, **changes: Any) -> Device:  # noqa: ANN401 - the fields of Device
    """A device in a decision."""
    return replace(Device(name, state, START), **changes)


def test_an_announcement_says_where_it_came_from() -> None:
    """What is not there is not noted; the local bus is the rule."""
    plain = Announcement("a", SHARED, lane="shared")
    rich = Announcement("b", "t", "7", is_presence=True, lane="iotCore", bus=Bus.IOT_CORE)
    left = Announcement("c", "l", lane="departures.l", leaves=True)
    assert list(of_announcements(Decision(waiting=(plain, rich, left)), EVERYBODY, NOW)) == [
        entry("a", TrailEvent.ANNOUNCED, topic=SHARED, entry="shared"),
        entry(
            "b",
            TrailEvent.ANNOUNCED,
            topic="t",
            bus="iotCore",
            id="7",
            entry="iotCore",
            presence=True,
        ),
        entry("c", TrailEvent.DEPARTURE_ANNOUNCED, topic="l", entry="departures.l"),
    ]


def test_an_announcement_says_by_which_rule_it_was_admitted() -> None:
    """If there are rules that allow."""
    (noted,) = of_announcements(
        Decision(waiting=(Announcement("a", SHARED),)), Doorkeeper(["b"]), NOW
    )
    assert noted.detail == {"topic": SHARED, "rule": "the list"}
    (noted,) = of_announcements(
        Decision(waiting=(Announcement("b", SHARED),)), Doorkeeper(["b"]), NOW
    )
    assert noted.detail == {"topic": SHARED}


@pytest.mark.parametrize("leaves", [True, False])
def test_the_opposite_ends_what_waited(*, leaves: bool) -> None:
    """Before what is wished for now."""
    last = Announcement("a", SHARED, leaves=leaves)
    superseded, announced = of_announcements(
        Decision(settled=("a",), waiting=(last,)), EVERYBODY, NOW
    )
    assert superseded == entry("a", TrailEvent.SUPERSEDED, byDeparture=leaves)
    assert announced.event in (TrailEvent.ANNOUNCED, TrailEvent.DEPARTURE_ANNOUNCED)


def test_an_answer_is_noted_for_every_device_that_it_changes() -> None:
    """With what the cloud said, and by which it finds the call again."""
    answer = Succeeded(
        (ErrorEntry("b", "ConflictException", "already"), ErrorEntry(None, "x", "y")),
        request_id="r-1",
    )
    devices = (
        device("a", DeviceState.ASSOCIATED),
        device("b", DeviceState.ASSOCIATED),
        device("c", DeviceState.PENDING, attempts=2, code="c", message="m"),
        device("d", DeviceState.FAILED, attempts=10, code="c", message="m" * 1000),
        device("e", DeviceState.LEAVING, code="c", message="m"),
        device("f", DeviceState.LEFT),
    )
    assert list(of_answer(answer, Decision(devices=devices), NOW)) == [
        entry("a", TrailEvent.ASSOCIATED, requestId="r-1"),
        entry("b", TrailEvent.ASSOCIATED, already=True, requestId="r-1"),
        entry("c", TrailEvent.RETRYING, code="c", message="m", attempts=2, requestId="r-1"),
        entry(
            "d",
            TrailEvent.FAILED,
            code="c",
            message="m" * MAX_TEXT_CHARACTERS,
            attempts=10,
            requestId="r-1",
        ),
        entry("e", TrailEvent.RETRYING, code="c", message="m", requestId="r-1"),
        entry("f", TrailEvent.DISASSOCIATED, requestId="r-1"),
    ]


def test_a_thing_that_does_not_exist_was_not_associated_already() -> None:
    """An answer without a request id has none in the trail."""
    decision = Decision(devices=(device("a", DeviceState.LEFT), device("b", DeviceState.LEFT)))
    noted = of_answer(ThingNotFound("a", "c", "m"), decision, NOW)
    assert [one.detail for one in noted] == [{"already": True}, {}]


def test_a_device_with_an_error_is_not_associated_already() -> None:
    """Its entry in the answer says what is wrong with it."""
    decision = Decision(devices=(device("a", DeviceState.FAILED, code="c", message="m"),))
    (noted,) = of_answer(Succeeded((ErrorEntry("a", "c", "m"),)), decision, NOW)
    assert noted.detail == {"code": "c", "message": "m"}


def test_a_claim_says_whose_it_is() -> None:
    """Only of devices that it changes; the last one of two."""
    claims = [Claim("a", "core-2", 1.0), Claim("b", "core-2", 2.0), Claim("a", "core-3", 3.0)]
    decision = Decision(devices=(device("a", DeviceState.ASSOCIATED, claimed_at=START),))
    assert list(of_claims(claims, decision, NOW)) == [
        entry("a", TrailEvent.CLAIMED, coreDeviceThingName="core-3", heardAt=3.0)
    ]


def test_what_is_refused_before_its_call_says_why() -> None:
    """The rules became stricter while it waited."""
    refused = device("a", DeviceState.FAILED, code="notAdmitted", message="no rule", attempts=2)
    assert list(of_step(Decision(devices=(refused,), settled=("a", "gone")), NOW)) == [
        entry("a", TrailEvent.REFUSED, code="notAdmitted", message="no rule")
    ]


@pytest.mark.parametrize(
    ("why", "event"), [(HANDOVER, TrailEvent.HANDED_OVER), (SILENT, TrailEvent.SILENT)]
)
def test_a_departure_that_nobody_announced_says_why(why: str, event: TrailEvent) -> None:
    """The component has found out by itself."""
    decision = depart([device("a", DeviceState.ASSOCIATED)], why, NOW)
    assert list(of_step(decision, NOW)) == [entry("a", event)]


def test_a_list_says_who_appeared_and_who_vanished() -> None:
    """Those of a first list have not appeared: they are not in its results."""
    decision = Decision(
        devices=(device("a", DeviceState.ASSOCIATED), device("c", DeviceState.PENDING)),
        forgotten=("b",),
        durable=(
            Result(ROSTER_TOPIC, Status.APPEARED, "a"),
            Result(ROSTER_TOPIC, Status.VANISHED, "b"),
            Result(ROSTER_TOPIC, Status.VANISHED, "c"),
            Result(SHARED, Status.FAILED, "d"),
        ),
    )
    assert list(of_step(decision, NOW)) == [
        entry("a", TrailEvent.APPEARED),
        entry("b", TrailEvent.VANISHED),
        entry("c", TrailEvent.RESTORED),
    ]
    first = replace(decision, durable=(), devices=decision.devices[:1])
    assert list(of_step(first, NOW)) == []


def test_a_rejection_says_where_and_why() -> None:
    """Also if nobody was named."""
    result = Result(SHARED, Status.REJECTED, "a", code="notAdmitted", message="no rule")
    detail = {"topic": SHARED, "code": "notAdmitted", "message": "no rule"}
    assert of_rejection(result, NOW) == entry("a", TrailEvent.REJECTED, **detail)
    nameless = replace(result, thing_name=None, bus=Bus.IOT_CORE)
    assert of_rejection(nameless, NOW) == entry("", TrailEvent.REJECTED, bus="iotCore", **detail)


def events(rig: Rig, name: str) -> list[str]:
    """What has happened to a device, oldest first."""
    return [one.event.value for one in reversed(rig.journal.trail.of(name, 100))]


def test_the_whole_way_of_a_device_is_on_the_trail(rig: Rig) -> None:
    """From its announcement over a call that failed to its association."""
    rig.configure()
    rig.call("lamp")
    rig.pass_turns(rig.answer(replace(failed_call(), request_id="r-1")), 400)
    rig.answer(Succeeded(request_id="r-2"))
    associated, retrying, announced = rig.journal.trail.of("lamp", 10)
    assert announced.detail == {"topic": SHARED, "entry": "shared"}
    assert retrying.event is TrailEvent.RETRYING
    assert (retrying.detail["code"], retrying.detail["requestId"]) == ("UNAVAILABLE", "r-1")
    assert associated.detail == {"requestId": "r-2"}
    assert associated.at == rig.clock.now().wall


def test_repeats_and_further_failures_leave_nothing(rig: Rig) -> None:
    """They store nothing: not of a device that waits, and not of one that is associated."""
    rig.configure()
    rig.call("lamp")
    for _ in range(3):
        rig.announce("lamp")
        before = len(rig.worker.calls)
        rig.answer(failed_call())
        while len(rig.worker.calls) == before:
            rig.results()
            rig.clock.seconds += 1
            rig.turn()
    assert events(rig, "lamp") == ["announced", "retrying"]
    rig.answer(Succeeded())
    rig.announce("lamp")
    assert events(rig, "lamp") == ["announced", "retrying", "associated"]


def test_a_list_leaves_its_entries(rig: Rig) -> None:
    """What was decided without an event is noted with what it stores."""
    rig.configure(settings(policy=policy(reconcile_seconds=3600.0)))
    for names in (("bell",), ("bell", "lamp")):
        before = len(rig.worker.calls)
        while len(rig.worker.calls) == before:
            rig.clock.seconds += 60
            rig.turn()
        rig.pass_turns(rig.answer(Listed(names)), rig.clock.seconds + 1)
    assert events(rig, "lamp") == ["appeared"]
    assert events(rig, "bell") == []


def test_the_last_word_is_noted_after_what_it_ends(rig: Rig) -> None:
    """In one message or in two."""
    leaving = replace(settings().announcement_topics[0], key="l", topic_filter="l", leaves=True)
    topics = (*settings().announcement_topics, leaving)
    rig.configure(settings(policy=policy(), announcement_topics=topics))
    rig.announce("lamp")
    rig.turn(MessageArrived(leaving, "l", json.dumps({"thingName": "lamp"}).encode()))
    assert events(rig, "lamp") == ["announced", "superseded", "departureAnnounced"]
