"""Nothing that is announced can harm the component, and every mistake is answered once."""

import json

import pytest

from greengrass_sandbox import CoreDevice
from integration.associator import Results, associated
from integration.conftest import Start

SHARED = "clientdevices/announce"
TOO_LONG = "x" * 129

BAD = {
    "empty payload": (SHARED, b"", "notJson"),
    "not JSON": (SHARED, b"{thingName: device}", "notJson"),
    "not UTF-8": (SHARED, b"\xff\xfe\x00", "notJson"),
    "no object": (SHARED, b'["device"]', "notAnObject"),
    "no name": (SHARED, b"{}", "noThingName"),
    "a number for a name": (SHARED, b'{"thingName": 5}', "wrongType"),
    "a string for a list": (SHARED, b'{"thingNames": "device"}', "wrongType"),
    "a name of no character": (SHARED, b'{"thingName": ""}', "invalidThingName"),
    "a name of 129": (SHARED, json.dumps({"thingName": TOO_LONG}).encode(), "invalidThingName"),
    "illegal characters": (SHARED, b'{"thingName": "a b/#+\\n"}', "invalidThingName"),
    "a trailing newline": (SHARED, b'{"thingName": "device\\n"}', "invalidThingName"),
    "an id of another type": (SHARED, b'{"thingName": "device", "id": 7}', "invalidId"),
    "another's name on an own topic": (
        "clientdevices/device/announce",
        b'{"thingName": "somebody-else"}',
        "otherThingName",
    ),
    "an impossible own topic": ("clientdevices/a b/announce", b"", "invalidThingName"),
}


def test_each_mistake_is_answered_once_and_nothing_breaks(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """One rejection with its reason for each bad message, and the next good one is served."""
    core.call(core.cloud.add_things, ["good"])
    associator = start()
    for topic, payload, _ in BAD.values():
        core.publish(topic, payload)
    rejections = results.wait_for_count("rejected", len(BAD))
    core.publish(SHARED, {"thingName": "good"})
    results.wait_for_names("associated", ["good"])
    assert sorted(one["code"] for one in rejections) == sorted(code for *_, code in BAD.values())
    assert len(results.of("rejected")) == len(BAD)
    assert all(one["message"] for one in rejections)
    assert associated(core) == {"good"}
    assert associator.is_alive


def test_good_names_beside_bad_ones_are_taken(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """In one message with three mistakes the two good names are associated."""
    core.call(core.cloud.add_things, ["good-1", "good-2"])
    start()
    names = ["good-1", "", "no good", 5, "good-2"]
    core.publish(SHARED, {"thingNames": names, "id": "mixed"})
    results.wait_for_names("associated", ["good-1", "good-2"])
    rejections = results.wait_for_count("rejected", 3)
    assert len(rejections) == 3
    assert {one["id"] for one in results.all} == {"mixed"}


@pytest.mark.parametrize("profile", [pytest.param("classic", id="classic")], indirect=True)
def test_ten_thousand_names_are_one_rejection(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """A message that only the classic nucleus passes on is refused as a whole."""
    core.call(core.cloud.add_things, ["good"])
    start()
    core.publish(SHARED, json.dumps({"thingNames": [f"n{i}" for i in range(10_000)]}).encode())
    core.publish(SHARED, {"thingName": "good"})
    results.wait_for_names("associated", ["good"])
    assert [one["code"] for one in results.of("rejected")] == ["tooManyNames"]
