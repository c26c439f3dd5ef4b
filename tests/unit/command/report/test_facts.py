"""What the page shows, from devices and the trail."""

from client_device_associator.command.report.facts import (
    MAX_DEVICES,
    MAX_NAMED,
    Facts,
    gather,
)
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.trail import TrailEntry, TrailEvent
from support.values import START, numbered


def happened(*events: tuple[float, str, str]) -> list[TrailEntry]:
    """A trail of these: seconds, device, event."""
    return [
        TrailEntry(START + seconds, name, TrailEvent(event), {}) for seconds, name, event in events
    ]


def queue_of(facts: Facts) -> list[tuple[float, int]]:
    """How many waited, by seconds after the start."""
    return [(at - START, number) for at, number in facts.queue]


def test_devices_are_counted_by_state() -> None:
    """All of them, however many are listed."""
    devices = [Device(name, DeviceState.ASSOCIATED, START) for name in numbered(MAX_DEVICES + 5)]
    facts = gather([*devices, Device("z", DeviceState.LEFT, START)], [])
    assert facts.counts == {DeviceState.ASSOCIATED: MAX_DEVICES + 5, DeviceState.LEFT: 1}
    assert facts.listed == devices[:MAX_DEVICES]


def test_those_that_need_a_person_come_first() -> None:
    """They are grouped by what is wrong, most of them first, and some are named."""
    names = numbered(MAX_NAMED + 1, "held")
    devices = [
        Device("a", DeviceState.ASSOCIATED, START),
        Device("given-up", DeviceState.FAILED, START, code="ResourceNotFoundException"),
        *(Device(name, DeviceState.PENDING, START, code="AccessDenied") for name in names),
        Device("waits", DeviceState.PENDING, START),
    ]
    facts = gather(devices, [])
    assert [one.thing_name for one in facts.listed] == ["given-up", *names, "a", "waits"]
    held, given_up = facts.troubles
    assert (held.count, held.who) == (MAX_NAMED + 1, tuple(names[:MAX_NAMED]))
    assert "AccessDenied" in held.what
    assert given_up.who == ("given-up",)
    assert "ResourceNotFoundException" in given_up.what
    assert "retry" in given_up.remedy


def test_the_queue_is_followed_through_the_trail() -> None:
    """A device waits once, however often it is announced meanwhile."""
    trail = happened(
        (0, "a", "announced"),
        (1, "a", "announced"),
        (2, "b", "departureAnnounced"),
        (3, "a", "associated"),
        (4, "c", "claimed"),
        (5, "b", "failed"),
    )
    assert queue_of(gather([], trail)) == [(0, 1), (2, 2), (3, 1), (5, 0)]


def test_a_trail_that_begins_in_the_middle_ends_with_what_is_there() -> None:
    """Those that began to wait before it are counted back from now."""
    devices = [Device(name, DeviceState.PENDING, START) for name in ("old", "older", "new")]
    trail = happened((0, "gone", "associated"), (1, "new", "announced"))
    assert queue_of(gather(devices, trail)) == [(1, 3)]


def test_answers_and_refusals_are_counted() -> None:
    """By what the cloud has said, and by the rule or else the code; most often first."""
    trail = [
        TrailEntry(START, "a", TrailEvent.FAILED, {"code": "Oops"}),
        TrailEntry(START, "a", TrailEvent.ASSOCIATED, {}),
        TrailEntry(START, "b", TrailEvent.ASSOCIATED, {}),
        TrailEntry(
            START, "c", TrailEvent.REJECTED, {"code": "notAdmitted", "rule": "the rule 'x'"}
        ),
        TrailEntry(START, "d", TrailEvent.REJECTED, {"code": "notJson"}),
        TrailEntry(START, "e", TrailEvent.REJECTED, {"code": "notJson"}),
    ]
    facts = gather([], trail)
    assert list(facts.answers.items()) == [("associated", 2), ("failed: Oops", 1)]
    assert list(facts.refusals.items()) == [
        ("rejected: notJson", 2),
        ("rejected: the rule 'x'", 1),
    ]
