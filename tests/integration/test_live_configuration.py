"""Configuration that changes while the component runs: in effect within seconds, no restart."""

import itertools
from collections.abc import Mapping
from typing import Any

import psutil
import pytest

from greengrass_sandbox import CoreDevice
from integration.associator import (
    NAME,
    Associator,
    Results,
    calls,
    device_names,
    document,
    eventually,
)
from integration.conftest import Start
from integration.what_operators_do import (
    HealthWatch,
    access,
    is_heard,
    lines_with,
    repeat_until,
)

SHARED = "clientdevices/announce"
RECEIPTS = {"results": {"receipts": True}}
"""Also a sign that can be seen from outside: the deployment's other values are in effect too."""

GATEWAY = {"announcements": {"gateway": {"topic": "gateway/joined", "thingName": "{payload:/who}"}}}
GATEWAY_ACCESS = {"accessControl": access("gateway/*", "other/*")}


def deploy_and_wait(
    core: CoreDevice, associator: Associator, results: Results, changes: Mapping[str, Any]
) -> None:
    """Deploys changes together with receipts, and waits until they are in effect."""
    associator.deploy({**changes, **RECEIPTS})
    numbers = itertools.count()

    def announce() -> None:
        name = f"sign-{next(numbers)}"
        core.call(core.cloud.add_things, [name])
        core.publish(SHARED, {"thingName": name})

    repeat_until(announce, lambda: bool(results.of("queued")))


def test_topics_come_change_and_go(core: CoreDevice, start: Start, results: Results) -> None:
    """A topic that is added, changed and removed by deployments; the others are left alone."""
    core.call(core.cloud.add_things, ["added", "changed", "steady"])
    associator = start(GATEWAY_ACCESS)
    pid = associator.pid
    heard = core.watch("+/joined/status")
    associator.deploy(GATEWAY)
    eventually(lambda: is_heard(core, "gateway/joined"))
    core.publish("gateway/joined", {"who": "added"})
    (first,) = heard.wait_for_count(1)
    assert (first.topic, document(first)["results"][0]["thingName"]) == (
        "gateway/joined/status",
        "added",
    )
    associator.deploy({"announcements": {"gateway": {"topic": "other/joined"}}})
    eventually(lambda: is_heard(core, "other/joined") and not is_heard(core, "gateway/joined"))
    core.publish("other/joined", {"who": "changed"})
    assert heard.wait_for_count(2)[1].topic == "other/joined/status"
    associator.deploy({"announcements": {"gateway": None}})
    eventually(lambda: not is_heard(core, "other/joined"))
    core.publish(SHARED, {"thingName": "steady"})
    results.wait_for_names("associated", ["steady"])
    assert associator.is_alive
    assert associator.pid == pid
    assert associator.log.count("client device associator ") == 1


def test_an_entry_that_a_deployment_resets_is_removed(core: CoreDevice, start: Start) -> None:
    """A RESET of an entry that the recipe lacks takes it away, as null does.

    Lite reports no removal: the next renewal finds it.
    """
    associator = start({**GATEWAY_ACCESS, "subscriptionRenewalSeconds": 1})
    associator.deploy(GATEWAY)
    eventually(lambda: is_heard(core, "gateway/joined"))
    core.call(core.nucleus.merge_configuration, NAME, {}, ["/announcements/gateway"])
    eventually(lambda: not is_heard(core, "gateway/joined"))
    assert is_heard(core, SHARED)


def test_a_template_that_changes_names_other_devices(core: CoreDevice, start: Start) -> None:
    """The same topic with another thingName: the next message is read in the new way."""
    core.call(core.cloud.add_things, ["x", "bulb-x"])
    associator = start({**GATEWAY, **GATEWAY_ACCESS})
    heard = core.watch("gateway/joined/status")
    associator.deploy({"announcements": {"gateway": {"thingName": "bulb-{payload:/who}"}}})

    def named() -> set[str]:
        return {
            one["thingName"] for message in heard.messages for one in document(message)["results"]
        }

    repeat_until(lambda: core.publish("gateway/joined", {"who": "x"}), lambda: "bulb-x" in named())
    assert is_heard(core, "gateway/joined")


def test_results_move_to_another_topic(core: CoreDevice, start: Start) -> None:
    """results.topic is obeyed without a restart; announcements are heard all the time."""
    core.call(core.cloud.add_things, ["device"])
    associator = start()
    moved = core.watch("fleet/sandbox-core/associations")
    associator.deploy(
        {
            "results": {"topic": "fleet/{coreThingName}/associations"},
            "accessControl": access("fleet/*"),
        }
    )
    repeat_until(
        lambda: core.publish(SHARED, {"thingName": "device"}), lambda: bool(moved.messages)
    )
    assert document(moved.messages[0])["results"][0]["thingName"] == "device"


def test_receipts_and_batch_size_change_live(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Batches of at most ten from the deployment on, and receipts."""
    names = device_names(30)
    core.call(core.cloud.add_things, names)
    associator = start({"batching": {"maxWaitSeconds": 0.3}})
    deploy_and_wait(core, associator, results, {"batching": {"maxSize": 10}})
    core.publish(SHARED, {"thingNames": names[:15]})
    core.publish(SHARED, {"thingNames": names[15:]})
    results.wait_for_names("associated", names)
    concerned = [call.thing_names for call in calls(core) if set(call.thing_names) & set(names)]
    assert max(map(len, concerned)) == 10
    assert set(names) <= results.names("queued")


def test_the_log_level_changes_live(core: CoreDevice, start: Start, results: Results) -> None:
    """At ERROR a call is not mentioned; back at INFO it is."""
    core.call(core.cloud.add_things, ["quiet"])
    associator = start()
    deploy_and_wait(core, associator, results, {"logLevel": "ERROR"})
    associator.wait_until_quiet()
    before = associator.log
    core.publish(SHARED, {"thingName": "quiet"})
    results.wait_for_names("associated", ["quiet"])
    associator.wait_until_quiet()
    assert associator.log == before
    associator.deploy({"logLevel": "INFO"})
    fresh = iter(device_names(1000, "loud"))
    repeat_until(
        lambda: core.publish(SHARED, {"thingName": next(fresh)}),
        lambda: (
            len(lines_with(associator, "call to the cloud answered"))
            > before.count("call to the cloud answered")
        ),
    )


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_the_workers_rest_changes_live(core: CoreDevice, start: Start, results: Results) -> None:
    """A worker that would have stayed for a minute goes when workerIdleSeconds says so."""
    core.call(core.cloud.add_things, ["device"])
    associator = start()
    core.publish(SHARED, {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    assert psutil.Process(associator.pid).children()
    associator.deploy({"workerIdleSeconds": 0.5})
    eventually(lambda: not psutil.Process(associator.pid).children())
    core.publish(SHARED, {"thingName": "unknown"})
    results.wait_for_names("retrying", ["unknown"])


def test_bad_configuration_keeps_the_last_good_one(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Every problem is in the log and in the health; the settings of before stay in effect."""
    names = device_names(20)
    core.call(core.cloud.add_things, names)
    associator = start({**RECEIPTS, "batching": {"maxSize": 7, "maxWaitSeconds": 0.2}})
    health = HealthWatch(core)
    associator.deploy(
        {
            "batching": {"maxSize": 3, "maxWaitSeconds": "soon"},
            "limits": {"maxPending": 0},
            "results": {"receipts": False},
            "announcements": {"own": {"topic": "clientdevices/#/announce"}},
        }
    )
    pointers = ["/batching/maxWaitSeconds", "/limits/maxPending", "/announcements/own/topic"]
    associator.wait_until_log_has("3 problem(s)")
    (line,) = lines_with(associator, "the configuration is rejected")
    assert all(pointer in line for pointer in pointers)
    state = health.wait_for(lambda one: one["configuration"]["state"] == "refused")
    problems = state["configuration"]["problems"]
    assert len(problems) == 3
    assert all(any(pointer in one for one in problems) for pointer in pointers)
    core.publish(SHARED, {"thingNames": names})
    results.wait_for_names("associated", names)
    assert max(len(call.thing_names) for call in calls(core)) == 7
    assert results.names("queued") == set(names)
    assert is_heard(core, "clientdevices/+/announce")


def test_a_good_configuration_takes_over_from_a_bad_one(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Put right, the document is in effect at once: the log and the health say so."""
    associator = start()
    health = HealthWatch(core)
    associator.deploy({"batching": {"maxSize": 0}})
    associator.wait_until_log_has("the configuration is rejected")
    health.wait_for(lambda one: one["configuration"]["state"] == "refused")
    deploy_and_wait(core, associator, results, {"batching": {"maxSize": 50}})
    associator.wait_until_log_has("the configuration is valid again")
    state = health.wait_for(lambda one: one["configuration"]["state"] == "inForce")
    assert state["configuration"]["problems"] == []
    assert len(lines_with(associator, "the configuration is valid again")) == 1


def test_a_bad_configuration_at_the_start_runs_with_the_defaults(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """The component comes up, hears the default topics, and says what is wrong."""
    core.call(core.cloud.add_things, ["device"])
    associator = start({"trustSeconds": "for ever"})
    core.publish(SHARED, {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    (line,) = lines_with(associator, "the configuration is rejected")
    assert "/trustSeconds: found 'for ever'" in line


@pytest.mark.parametrize("profile", ["lite"], indirect=True)
def test_lites_strings_are_numbers_and_booleans(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """A recipe's scalars are strings on lite, a deployment's are not; both mean the same."""
    names = device_names(12)
    core.call(core.cloud.add_things, names)
    associator = start({**RECEIPTS, "batching": {"maxSize": 6, "maxWaitSeconds": 0.2}})
    found = core.call(core.nucleus.configuration, NAME)
    assert (found["results"]["receipts"], found["batching"]["maxSize"]) == ("true", "6")
    core.publish(SHARED, {"thingNames": names})
    results.wait_for_names("associated", names)
    assert max(len(call.thing_names) for call in calls(core)) == 6
    assert results.names("queued") == set(names)
    assert "configuration is rejected" not in associator.log
    associator.deploy({"results": {"receipts": "maybe"}})
    associator.wait_until_log_has("/results/receipts: found 'maybe'")


def test_many_changes_at_once_are_one(start: Start) -> None:
    """Twenty bad documents in a row within the quiet time are complained about once."""
    associator = start()
    for number in range(20):
        associator.deploy({"trustSeconds": f"bad {number}"})
    associator.wait_until_log_has("found 'bad 19'")
    assert len(lines_with(associator, "the configuration is rejected")) < 5
