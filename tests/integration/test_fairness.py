"""Who announces much does not keep the others waiting; and rules count until a call leaves."""

import json
from collections.abc import Iterable

import pytest

from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.announcer import SHARED, Answers
from integration.associator import Results, associated, calls, device_names
from integration.conftest import Start
from integration.what_operators_do import repeat_until

CROWD, IN_ONE_MESSAGE = 1500, 500
OWN = "clientdevices/{}/announce"
QUIET = ["quiet-1", "quiet-2"]
REPEATS = 8000
PROBE = "crowd-0000-probe"
"""Refused by each of the stricter rules, and admitted before."""


def announce(core: CoreDevice, names: Iterable[str]) -> None:
    """Announces all of them on the shared topic, in large messages."""
    rest = list(names)
    while rest:
        core.publish(SHARED, json.dumps({"thingNames": rest[:IN_ONE_MESSAGE]}).encode())
        del rest[:IN_ONE_MESSAGE]


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_a_crowd_on_one_topic_does_not_go_before_everybody_else(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Devices that come later on a quiet topic are in the next call, not in the sixteenth.

    The next but one, if a call was on its way when they came.
    """
    crowd = device_names(CROWD, "crowd")
    core.call(core.cloud.add_things, [*crowd, *QUIET])
    outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
    start({"results": {"receipts": True}})
    announce(core, crowd)
    results.wait_for_names("queued", crowd)
    for name in QUIET:
        core.publish(OWN.format(name), b"")
    results.wait_for_names("queued", QUIET)
    core.call(core.cloud.remove_fault, outage)
    results.wait_for_names("associated", [*crowd, *QUIET])
    first, second, *others = calls(core)
    assert set(QUIET) <= {*first.thing_names, *second.thing_names}
    assert len(others) >= CROWD // 100 - 2


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_a_full_queue_keeps_places_for_a_quiet_topic(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """While the cloud is out of reach and one topic announces more than may wait."""
    crowd = device_names(200, "crowd")
    core.call(core.cloud.add_things, [*crowd, *QUIET])
    outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
    start({"limits": {"maxPending": 100}, "results": {"receipts": True}})
    core.publish(OWN.format(QUIET[0]), b"")
    results.wait_for_names("queued", QUIET[:1])
    announce(core, crowd)
    results.wait_for_count("rejected", 104)
    core.publish(OWN.format(QUIET[1]), b"")
    results.wait_for_names("queued", QUIET)
    core.call(core.cloud.remove_fault, outage)
    results.wait_for_names("associated", QUIET)


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_a_device_that_never_stops_turns_nobody_away(core: CoreDevice, start: Start) -> None:
    """Ten others announce on the same topic in the midst of thousands of its messages."""
    others = device_names(10, "other")
    core.call(core.cloud.add_things, ["noisy", *others])
    start()
    answers = Answers(core, "clientdevices/announce/status")

    async def pour() -> None:
        for number in range(REPEATS):
            payload = json.dumps({"thingName": "noisy", "id": f"{number}"}).encode()
            await core.nucleus.publish(SHARED, payload)
            if number % (REPEATS // len(others)) == 0:
                name = others[number * len(others) // REPEATS]
                await core.nucleus.publish(SHARED, json.dumps({"thingName": name}).encode())

    core.call(pour)
    answers.wait_for(lambda: set(others) <= answers.names.get("associated", set()))
    answers.read()
    assert not set(others) & answers.names.get("rejected", set())


@pytest.mark.parametrize(
    ("change", "admitted"),
    [
        ({"admission": {"deny": {"old": "crowd-0000*"}}}, range(10, 250)),
        ({"admission": {"allow": {"new": {"regex": "crowd-001[0-9]{2}"}}}}, range(100, 200)),
        ({"announcements": {"shared": {"allow": {"none": "nobody-*"}}}}, range(0)),
    ],
)
def test_rules_that_become_stricter_count_for_those_who_wait(
    core: CoreDevice, start: Start, results: Results, change: dict[str, object], admitted: range
) -> None:
    """Nobody whom they refuse is in a later call; they are told, and the others are associated."""
    crowd = device_names(250, "crowd")
    core.call(core.cloud.add_things, crowd)
    outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
    associator = start({"results": {"receipts": True}})
    for first in range(0, len(crowd), 40):
        payload = json.dumps({"thingNames": crowd[first : first + 40]}).encode()
        core.publish(SHARED, payload)
    results.wait_for_names("queued", crowd)
    associator.deploy(change)
    # One that waits already is not looked at before its call leaves.
    repeat_until(
        lambda: core.publish(SHARED, {"thingName": PROBE}),
        lambda: PROBE in results.names("rejected"),
    )
    # A call that left before the change may be under way until the first of them is refused.
    results.wait_for_names("rejected", [crowd[0]])
    core.call(core.cloud.remove_fault, outage)
    welcome = {crowd[number] for number in admitted}
    results.wait_for_names("associated", welcome)
    results.wait_for_names("rejected", {*crowd, PROBE} - welcome)
    assert associated(core) == welcome
    assert {name for call in calls(core) for name in call.thing_names} == welcome
    assert {one["code"] for one in results.of("rejected")} <= {"notAdmitted"}
