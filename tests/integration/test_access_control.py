"""What the nucleus refuses: named once, with what to merge, and put right without a restart."""

import json
from typing import Any

import pytest

from greengrass_sandbox import CoreDevice
from integration.associator import NAME, Results, default_configuration, document, eventually
from integration.conftest import Start
from integration.what_operators_do import (
    HealthWatch,
    access,
    block_in,
    is_heard,
    lines_with,
    repeat_until,
)

SHARED = "clientdevices/announce"
GATEWAY: dict[str, Any] = {
    "announcements": {"gateway": {"topic": "gateway/+/joined", "thingName": "{topic:1}"}}
}
MAY_LISTEN = {
    "accessControl": {
        "aws.greengrass.ipc.pubsub": {
            "listen": {
                "operations": ["aws.greengrass#SubscribeToTopic"],
                "resources": ["gateway/*"],
            }
        }
    }
}
NOTHING = {
    "accessControl": {
        "aws.greengrass.ipc.pubsub": {
            f"{NAME}:pubsub:{policy}": {"resources": ["nothing"]}
            for policy in ("subscribe", "publish")
        }
    }
}


@pytest.mark.slow(12)
def test_a_refused_subscription_is_allowed_by_the_block_in_the_log(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """One error for the topic; the others work; its JSON merged, and the topic works."""
    core.call(core.cloud.add_things, ["other", "late"])
    associator = start()
    pid = associator.pid
    health = HealthWatch(core)
    associator.deploy(GATEWAY)
    associator.wait_until_log_has("cannot subscribe to gateway/+/joined")
    core.publish(SHARED, {"thingName": "other"})
    results.wait_for_names("associated", ["other"])
    health.wait_for(lambda one: one["nucleus"]["refused"] == ["gateway/+/joined"])
    associator.deploy({"trustSeconds": 1800})
    associator.wait_until_quiet()
    (line,) = lines_with(associator, "cannot subscribe to gateway/+/joined")
    assert line.startswith("ERROR")
    associator.deploy(block_in(line))
    eventually(lambda: is_heard(core, "gateway/+/joined"))
    heard = core.watch("gateway/+/joined/status")
    core.publish("gateway/late/joined", b"")
    # Its result is refused in turn, for which there is another block.
    associator.wait_until_log_has("does not take result messages on gateway/late/joined/status")
    (line,) = lines_with(associator, "does not take result messages")
    associator.deploy(block_in(line))
    (message,) = heard.wait_for_count(1)
    assert document(message)["results"][0]["thingName"] == "late"
    assert associator.pid == pid
    assert associator.is_alive
    assert len(lines_with(associator, "cannot subscribe")) == 1
    assert len(lines_with(associator, "does not take result messages")) == 1


def test_a_refused_result_topic_is_said_once(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Results of another topic are taken in between: still one line, and nothing is lost."""
    names = [f"device-{number}" for number in range(5)]
    core.call(core.cloud.add_things, names)
    associator = start({**GATEWAY, **MAY_LISTEN})
    heard = core.watch("gateway/+/joined/status")
    for number, name in enumerate(names):
        core.publish(f"gateway/{name}/joined", b"")
        core.publish(SHARED, {"thingName": name})
        results.wait_for_count("associated", number + 1)
    associator.wait_until_log_has("does not take result messages")
    associator.wait_until_quiet()
    lines = lines_with(associator, "does not take result messages")
    associator.deploy(block_in(lines[0]))
    core.publish(SHARED, json.dumps({"thingName": names[0]}).encode())

    def published() -> set[str]:
        return {one["thingName"] for it in heard.messages for one in document(it)["results"]}

    # Transient results (associated already) may be lost; durable ones may not.
    eventually(lambda: "device-0" in published())

    def announce_all() -> None:
        for name in names:
            core.publish(f"gateway/{name}/joined", b"")

    repeat_until(announce_all, lambda: published() == set(names))
    assert len(lines) == 1


def test_everything_refused_is_an_error_that_a_person_can_correct(
    core: CoreDevice, launch: Start, results: Results
) -> None:
    """One line that says so, no exit; it listens as soon as accessControl allows it."""
    core.call(core.cloud.add_things, ["device"])
    associator = launch(NOTHING)
    associator.wait_until_log_has("no topic at all")
    associator.wait_until_quiet()
    assert associator.is_alive
    assert len(lines_with(associator, "no topic at all")) == 1
    assert not lines_with(associator, "cannot subscribe")
    associator.deploy({"accessControl": default_configuration()["accessControl"]})
    associator.wait_until_running()
    core.publish(SHARED, {"thingName": "device"})
    results.wait_for_names("associated", ["device"])


def test_no_state_is_reported(core: CoreDevice, start: Start) -> None:
    """RUNNING is a warning in the classic nucleus's log, and ERRORED ends in BROKEN."""
    core.call(core.nucleus.holding.hold, "UpdateState")
    associator = start()
    associator.deploy(GATEWAY)
    associator.wait_until_log_has("cannot subscribe to gateway/+/joined")
    # A request for it would wait here.
    assert core.call(core.nucleus.holding.waiting, "UpdateState") == 0


def test_a_topic_that_is_allowed_later_needs_no_other_change(
    core: CoreDevice, start: Start
) -> None:
    """AccessControl alone changes, with a policy of the operator's own."""
    associator = start()
    associator.deploy(GATEWAY)
    associator.wait_until_log_has("cannot subscribe to gateway/+/joined")
    associator.deploy({"accessControl": access("gateway/*")})
    eventually(lambda: is_heard(core, "gateway/+/joined"))
