"""Announcements and results over AWS IoT Core, with a back end on the cloud's side."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from greengrass_sandbox import LITE, Account, CoreDevice, Link, Profile
from integration.associator import (
    NAME,
    PATIENCE_SECONDS,
    Associator,
    Results,
    associated,
    device_names,
    document,
    eventually,
)
from integration.back_end import BackEnd, enrol
from integration.conftest import Start

HERE = "sandbox-core"
LOCAL = "clientdevices/announce"
ENROL, STATUS = f"cores/{HERE}/enrol", f"cores/{HERE}/enrol/status"
FLEET = f"fleet/{HERE}/clientdevices"
ALLOWED = {
    "accessControl": {
        "aws.greengrass.ipc.mqttproxy": {
            f"{NAME}:mqttproxy:enrol": {
                "policyDescription": "A back end enrols devices.",
                "operations": ["aws.greengrass#SubscribeToIoTCore"],
                "resources": ["cores/+/enrol"],
            },
            f"{NAME}:mqttproxy:results": {
                "policyDescription": "And hears what became of them.",
                "operations": ["aws.greengrass#PublishToIoTCore"],
                "resources": ["cores/+/enrol/status", "fleet/+/clientdevices"],
            },
        }
    }
}
ENROLMENT = {"announcements": {"enrol": {"topic": "cores/{coreThingName}/enrol"}}}
WATCHED = {"results": {"all": True, "topic": "fleet/{coreThingName}/clientdevices"}}


@pytest.fixture
def core(tmp_path: Path, profile: Profile, account: Account) -> Iterator[CoreDevice]:
    """A core device of the account."""
    with CoreDevice(tmp_path / HERE, profile=profile, thing_name=HERE, account=account) as core:
        yield core


def changes(iot_core: Mapping[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """What a deployment brings."""
    return {"iotCore": iot_core, **ALLOWED, **more}


def filters(core: CoreDevice) -> list[str]:
    """What the component has subscribed to on AWS IoT Core."""
    return core.call(core.nucleus.iot_core.subscriptions, NAME)


def listens(core: CoreDevice) -> None:
    """Waits until the component hears the back end."""
    eventually(lambda: f"cores/{core.thing_name}/enrol" in filters(core))


def test_a_back_end_enrols_devices_and_hears_of_them(
    core: CoreDevice, account: Account, results: Results, start: Start
) -> None:
    """Where it asked, with its id; on the core device nobody is told."""
    start(changes(ENROLMENT))
    listens(core)
    back_end = BackEnd(account, STATUS)
    core.call(core.cloud.add_things, ["lamp"])
    enrol(account, "lamp", "no name", topic=ENROL)
    back_end.wait_for("associated", "lamp")
    assert associated(core) == {"lamp"}
    assert {(one["thingName"], one["status"], one["id"]) for one in back_end.results} == {
        ("lamp", "associated", "order-1"),
        ("no name", "rejected", "order-1"),
    }
    assert results.all == []


def test_each_core_device_hears_what_is_meant_for_it(
    tmp_path: Path, core: CoreDevice, profile: Profile, account: Account, start: Start
) -> None:
    """One deployment for a fleet, and one place to watch it."""
    with CoreDevice(
        tmp_path / "other", profile=profile, thing_name="other-core", account=account
    ) as other:
        start(changes(ENROLMENT | WATCHED))
        elsewhere = Associator(other, changes(ENROLMENT | WATCHED)).start()
        try:
            listens(core)
            listens(other)
            back_end = BackEnd(account, "fleet/+/clientdevices")
            core.call(core.cloud.add_things, ["lamp", "bulb", "valve"])
            enrol(account, "lamp", topic=ENROL)
            enrol(account, "bulb", topic="cores/other-core/enrol")
            other.publish(LOCAL, {"thingName": "valve"})
            back_end.wait_for("associated", "lamp", "bulb", "valve")
        finally:
            elsewhere.close()
    assert (associated(core), associated(other)) == ({"lamp"}, {"bulb", "valve"})


def test_a_back_end_takes_devices_away(
    core: CoreDevice, account: Account, results: Results, start: Start
) -> None:
    """It hears the result where it asked; the device may be announced again at any time."""
    leave = f"cores/{HERE}/leave"
    access = {
        "accessControl": {
            "aws.greengrass.ipc.mqttproxy": {
                f"{NAME}:mqttproxy:leave": {
                    "policyDescription": "A back end takes devices away.",
                    "operations": [
                        "aws.greengrass#SubscribeToIoTCore",
                        "aws.greengrass#PublishToIoTCore",
                    ],
                    "resources": ["cores/+/leave", "cores/+/leave/status"],
                }
            }
        }
    }
    start({"iotCore": {"departures": {"gone": {"topic": "cores/{coreThingName}/leave"}}}, **access})
    eventually(lambda: leave in filters(core))
    back_end = BackEnd(account, f"{leave}/status")
    core.call(core.cloud.add_things, ["lamp"])
    for times in (1, 2):
        core.publish(LOCAL, {"thingName": "lamp"})
        results.wait_for_count("associated", times)
        enrol(account, "lamp", topic=leave)
        back_end.wait_for_count(times)
    assert {(one["status"], one["id"]) for one in back_end.results} == {
        ("disassociated", "order-1")
    }
    assert associated(core) == set()


def test_results_of_local_announcements_go_there_too(
    core: CoreDevice, account: Account, results: Results, start: Start
) -> None:
    """The announcer hears as always, and so does who watches the fleet."""
    start(changes(WATCHED))
    back_end = BackEnd(account, FLEET)
    core.call(core.cloud.add_things, ["lamp"])
    core.publish(LOCAL, {"thingName": "lamp"})
    core.publish(LOCAL, b"nonsense")
    back_end.wait_for("associated", "lamp")
    results.wait_for_names("associated", ["lamp"])
    eventually(lambda: len(back_end.results) == len(results.all) == 2)
    assert sorted(one["status"] for one in back_end.results) == ["associated", "rejected"]


def test_the_recipe_allows_nothing_there_and_the_log_says_what_to_merge(
    core: CoreDevice, account: Account, launch: Start
) -> None:
    """With exactly that, it works."""
    associator: Associator = launch({"iotCore": ENROLMENT})
    associator.wait_until_running()
    associator.wait_until_log_has(f"cannot subscribe to {ENROL} on AWS IoT Core")
    associator.deploy(_block(associator.log))
    listens(core)
    core.call(core.cloud.add_things, ["lamp"])
    enrol(account, "lamp", topic=ENROL)
    associator.wait_until_log_has(f"does not take result messages on {STATUS} for AWS IoT Core")
    back_end = BackEnd(account, STATUS)
    associator.deploy(_block(associator.log.split("does not take")[1]))
    # A deployment brings accessControl alone: that is no change which the component is told of.
    associator.deploy({"trustSeconds": 1234})
    back_end.wait_for("associated", "lamp")


def _block(log: str) -> dict[str, Any]:
    """The accessControl that a log names."""
    found = re.search(r'\{"accessControl": .*?\}\}\}\}', log)
    assert found is not None, log
    block: dict[str, Any] = json.loads(found[0])
    return block


def test_local_results_do_not_wait_for_a_core_device_that_is_offline(
    core: CoreDevice, account: Account, results: Results, start: Start
) -> None:
    """They come as always; the copies come when it is back, over a kill and a restart."""
    associator: Associator = start(changes(WATCHED))
    back_end = BackEnd(account, FLEET)
    names = device_names(150)
    core.call(core.cloud.add_things, names)
    core.set_iot_core_link(Link.OFFLINE)
    for first in range(0, 150, 50):
        core.publish(LOCAL, json.dumps({"thingNames": names[first : first + 50]}).encode())
    results.wait_for_names("associated", names)
    associator.wait_until_quiet()
    associator.kill()
    associator.start().wait_until_running()
    core.set_iot_core_link(Link.ONLINE)
    back_end.wait_for("associated", *names)


@pytest.mark.parametrize("profile", [LITE], ids=["lite"])
def test_what_waits_for_a_connection_is_bounded(
    core: CoreDevice, account: Account, results: Results, start: Start
) -> None:
    """The newest are kept, and the health says how many were dropped; lite keeps none itself."""
    start(changes(WATCHED, limits={"maxPending": 5}, batching={"maxSize": 1}))
    health = core.watch("clientdevices/associator/health")
    back_end = BackEnd(account, FLEET)
    names = device_names(12)
    core.call(core.cloud.add_things, names)
    core.set_iot_core_link(Link.OFFLINE)
    for name in names:
        core.publish(LOCAL, {"thingName": name})
        results.wait_for_names("associated", [name])

    def dropped(_: object = None) -> int:
        found = [document(one)["counters"] for one in health.messages]
        return max((one["iotCoreResultsDropped"] for one in found), default=0)

    def ask() -> bool:
        core.publish("clientdevices/associator/health/get", b"")
        return dropped() == len(names) - 5

    eventually(ask)
    core.set_iot_core_link(Link.ONLINE)
    back_end.wait_for("associated", *names[-5:])
    assert [one["thingName"] for one in back_end.results] == names[-5:]


def test_a_core_device_that_is_offline_at_first_listens_later(
    core: CoreDevice, account: Account, launch: Start
) -> None:
    """What is local is there at once; a nucleus may refuse the other, or keep us waiting."""
    core.set_iot_core_link(Link.OFFLINE)
    associator: Associator = launch(changes(ENROLMENT))
    associator.wait_until_running()
    associator.wait_until_log_has(f"cannot subscribe to {ENROL} on AWS IoT Core")
    core.set_iot_core_link(Link.ONLINE)
    # A deployment makes it look at once, and not within a minute.
    associator.deploy({"trustSeconds": 1234})
    listens(core)
    core.call(core.cloud.add_things, ["lamp"])
    enrol(account, "lamp", topic=ENROL)
    eventually(lambda: associated(core) == {"lamp"})


def test_a_renewal_leaves_nobody_deaf(core: CoreDevice, account: Account, start: Start) -> None:
    """To close the old subscription does not end the new one at the cloud."""
    start(changes(ENROLMENT, subscriptionRenewalSeconds=1))
    listens(core)
    eventually(lambda: len(filters(core)) == 2)
    eventually(lambda: len(filters(core)) == 1)
    core.call(core.cloud.add_things, ["lamp"])
    enrol(account, "lamp", topic=ENROL)
    eventually(lambda: associated(core) == {"lamp"})


def test_health_shows_what_is_heard_there(core: CoreDevice, start: Start) -> None:
    """With the bus, because a filter may be on both."""
    start(changes(ENROLMENT))
    listens(core)
    health = core.watch("clientdevices/associator/health")
    core.publish("clientdevices/associator/health/get", b"")
    health.wait_for(
        lambda messages: any(
            f"iotCore:{ENROL}" in document(one)["nucleus"]["listening"] for one in messages
        ),
        PATIENCE_SECONDS,
    )
