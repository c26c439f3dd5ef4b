"""An announcement becomes an association and a result."""

import json
from collections.abc import Sequence

from greengrass_sandbox import CoreDevice
from integration.associator import Results, associated, calls, device_names, document
from integration.conftest import Start

# A wait long enough for a slow machine to get all of a burst announced before the last call.
UNHURRIED = {"batching": {"maxWaitSeconds": 3}}


def announce_in_every_form(core: CoreDevice, names: Sequence[str]) -> dict[str, str]:
    """Announces each device once, in one form or another; returns where its result is due."""
    awaited: dict[str, str] = {}
    for number, name in enumerate(names):
        if number % 4 == 0:
            topic = f"clientdevices/{name}/announce"
            core.publish(topic, b"")
        elif number % 4 == 1:
            topic = f"clientdevices/{name}/announce"
            core.publish(topic, {"thingName": name})
        elif number % 4 == 2:
            topic = "clientdevices/announce"
            core.publish(topic, {"thingName": name})
        else:
            topic = "clientdevices/announce"
            core.publish(topic, json.dumps({"thingNames": [name]}).encode())
        awaited[name] = f"{topic}/status"
    return awaited


def test_a_burst_costs_one_call_per_hundred_and_everybody_hears(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """250 devices at once: 3 calls, all in the cloud's table, each result on its status topic."""
    names = device_names(250)
    core.call(core.cloud.add_things, names)
    start(UNHURRIED)
    awaited = announce_in_every_form(core, names)
    results.wait_for_names("associated", names)
    sizes = [len(call.thing_names) for call in calls(core)]
    assert sizes == [100, 100, 50]
    assert associated(core) == set(names)
    heard = {
        result["thingName"]: message.topic
        for message in results.messages
        for result in document(message)["results"]
    }
    assert heard == awaited


def test_repeats_cost_neither_a_call_nor_a_write(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """The same 250 once more: `already` associated, and the journal untouched."""
    names = device_names(250)
    core.call(core.cloud.add_things, names)
    associator = start(UNHURRIED)
    announce_in_every_form(core, names)
    results.wait_for_names("associated", names)
    # The journal still notes which results were taken; a first repeat comes after that.
    core.publish("clientdevices/announce", {"thingName": names[0]})
    results.wait_for_count("associated", 251)
    associator.wait_until_quiet()
    before = associator.journal_bytes()
    announce_in_every_form(core, names)
    results.wait_for_count("associated", 501)
    associator.wait_until_quiet()
    assert associator.journal_bytes() == before
    assert len(calls(core)) == 3
    assert all(result["already"] for result in results.of("associated")[250:])


def test_results_hand_back_the_announcements_id(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """The `id` of an announcement is in its results; an announcement without one gets none."""
    core.call(core.cloud.add_things, ["with-id", "without-id"])
    start()
    core.publish("clientdevices/announce", {"thingName": "with-id", "id": "request 7"})
    core.publish("clientdevices/announce", {"thingName": "without-id"})
    results.wait_for_names("associated", ["with-id", "without-id"])
    ids = {result["thingName"]: result.get("id") for result in results.all}
    assert ids == {"with-id": "request 7", "without-id": None}


def test_receipts_come_before_the_outcome(core: CoreDevice, start: Start, results: Results) -> None:
    """With receipts on, a device hears `queued` first and `associated` then."""
    core.call(core.cloud.add_things, ["device"])
    start({"results": {"receipts": True}})
    core.publish("clientdevices/announce", {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    assert [result["status"] for result in results.all] == ["queued", "associated"]


def test_a_foreign_message_serves_as_an_announcement(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """A gateway's own join event names the device by template; its status topic has the result."""
    core.call(core.cloud.add_things, ["bulb-0x42"])
    changes = {
        "announcements": {
            "zigbee": {
                "topic": "zigbee/bridge/event",
                "thingName": "bulb-{payload:/data/ieee_address}",
            }
        },
        "accessControl": {
            "aws.greengrass.ipc.pubsub": {
                "zigbee": {
                    "operations": [
                        "aws.greengrass#SubscribeToTopic",
                        "aws.greengrass#PublishToTopic",
                    ],
                    "resources": ["zigbee/bridge/event", "zigbee/bridge/event/status"],
                }
            }
        },
    }
    start(changes)
    watch = core.watch("zigbee/bridge/event/status")
    core.publish(
        "zigbee/bridge/event",
        {"type": "device_joined", "data": {"ieee_address": "0x42", "network": 7}},
    )
    (message,) = watch.wait_for_count(1)
    (result,) = document(message)["results"]
    assert (result["thingName"], result["status"]) == ("bulb-0x42", "associated")
    assert results.all == []
