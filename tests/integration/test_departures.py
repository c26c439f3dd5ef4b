"""Devices that leave: disassociated, in batches, and the last word counts."""

import json
from typing import Any

import pytest

from greengrass_sandbox import DISASSOCIATE, CoreDevice, Fault, FaultKind
from integration.announcer import SHARED
from integration.associator import Results, associated, calls, device_names
from integration.conftest import Start
from integration.what_operators_do import access

LEAVE = "clientdevices/leave"
OWN = "clientdevices/{}/leave"
LEAVING: dict[str, Any] = {
    "departures": {
        "topics": {
            "shared": {"topic": LEAVE},
            "own": {"topic": "clientdevices/+/leave", "thingName": "{topic:1}"},
        }
    },
    "accessControl": access("clientdevices/*"),
    "reconcile": {"intervalHours": 0},
}


def say(core: CoreDevice, topic: str, names: list[str], announcement_id: str = "") -> None:
    """Announces these, or says that they leave."""
    core.publish(topic, json.dumps({"thingNames": names, "id": announcement_id}).encode())


def departures(core: CoreDevice) -> list[tuple[str, ...]]:
    """The thing names in each call that disassociates."""
    return [one.thing_names for one in core.cloud.calls if one.operation == DISASSOCIATE]


def test_devices_that_leave_are_disassociated(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """A burst costs as few calls as an announcement's, and each gets its result."""
    names = list(device_names(150))
    core.call(core.cloud.add_things, names)
    start(LEAVING)
    for first in range(0, 150, 40):
        say(core, SHARED, names[first : first + 40])
    results.wait_for_names("associated", names)
    for first in range(0, 150, 40):
        say(core, LEAVE, names[first : first + 40], "bye")
    results.wait_for_names("disassociated", names)
    assert associated(core) == set()
    assert sorted(map(len, departures(core))) == [50, 100]
    left = results.of("disassociated")
    assert {one["id"] for one in left} == {"bye"}
    assert len(left) == 150
    # Once more, it is known already, and costs no call.
    say(core, LEAVE, names[:1])
    results.wait_for_count("disassociated", 151)
    assert results.of("disassociated")[-1]["already"] is True
    assert len(departures(core)) == 2


def test_a_device_s_own_topic_says_who_leaves(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """As with announcements, whatever the payload; and a device that comes back is associated."""
    core.call(core.cloud.add_things, ["lamp"])
    start(LEAVING)
    for times in (1, 2):
        core.publish("clientdevices/lamp/announce", b"")
        results.wait_for_count("associated", times)
        core.publish(OWN.format("lamp"), b"")
        results.wait_for_count("disassociated", times)
    core.publish("clientdevices/lamp/announce", b"")
    results.wait_for_count("associated", 3)
    assert associated(core) == {"lamp"}
    assert len(departures(core)) == 2


@pytest.mark.parametrize("last", ["announce", "leave"])
def test_the_last_word_counts_over_an_outage_and_a_kill(
    core: CoreDevice, start: Start, results: Results, last: str
) -> None:
    """What was wished for before is given up, and those who wished for it hear that."""
    core.call(core.cloud.add_things, ["lamp"])
    outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
    associator = start({**LEAVING, "results": {"receipts": True}})
    words = ["leave", "announce", "leave"] if last == "leave" else ["announce", "leave", "announce"]
    for number, word in enumerate(words):
        say(core, f"clientdevices/{word}", ["lamp"], str(number))
        results.wait_for_count("queued", number + 1)
    associator.kill()
    core.call(core.cloud.remove_fault, outage)
    associator.start().wait_until_running()
    outcome = "associated" if last == "announce" else "disassociated"
    results.wait_for_names(outcome, ["lamp"])
    results.wait_for_count("failed", 2)
    # At least once, for the kill may have come before it was stored that they were sent.
    assert {(one["id"], one["code"]) for one in results.of("failed")} == {
        ("0", "superseded"),
        ("1", "superseded"),
    }
    assert {one["id"] for one in results.of(outcome)} == {"2"}
    assert associated(core) == ({"lamp"} if last == "announce" else set())


def test_without_the_permission_announcements_go_on(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """The log has the statement to add, and the devices wait."""
    core.call(core.cloud.add_things, ["lamp", "fan"])
    core.call(core.cloud.set_denied, denied=True, operations=[DISASSOCIATE])
    associator = start(LEAVING)
    say(core, SHARED, ["lamp"])
    results.wait_for_names("associated", ["lamp"])
    say(core, LEAVE, ["lamp"])
    results.wait_for_names("retrying", ["lamp"])
    associator.wait_until_log_has('"greengrass:BatchDisassociateClientDeviceFromCoreDevice"')
    say(core, SHARED, ["fan"])
    results.wait_for_names("associated", ["fan"])
    assert associated(core) == {"lamp", "fan"}


def test_the_rules_hold_for_departures_too(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Of the topic, and for all."""
    core.call(core.cloud.add_things, ["lamp", "fan"])
    strict = {
        **LEAVING,
        "departures": {
            "topics": {"shared": {"topic": LEAVE, "deny": {"lamps": "lamp*"}}},
        },
    }
    start(strict)
    say(core, SHARED, ["lamp", "fan"])
    results.wait_for_names("associated", ["lamp", "fan"])
    say(core, LEAVE, ["lamp", "fan"])
    results.wait_for_names("disassociated", ["fan"])
    assert results.names("rejected") == {"lamp"}
    assert associated(core) == {"lamp"}
    assert len(calls(core)) == 1
