"""The component publishes how it is: when it is asked, and when something changes."""

import threading
import time

import pytest

from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.associator import Results, device_names
from integration.conftest import Start
from integration.what_operators_do import HEALTH, HEALTH_REQUEST, HealthWatch, repeat_until

SHARED = "clientdevices/announce"
MOST_BYTES = 7000


def test_health_is_published_on_request(core: CoreDevice, start: Start, results: Results) -> None:
    """Counters and the state of nucleus, cloud, journal and configuration."""
    names = device_names(5)
    core.call(core.cloud.add_things, names)
    start()
    health = HealthWatch(core)
    core.publish(SHARED, {"thingNames": names})
    core.publish(SHARED, b"nonsense")
    results.wait_for_names("associated", names)
    results.wait_for_count("rejected", 1)
    repeat_until(health.ask, lambda: health.all[-1]["cloud"]["state"] == "reachable")
    state = health.ask()
    assert state["coreDeviceThingName"] == "sandbox-core"
    assert set(state["nucleus"]["listening"]) >= {SHARED, "clientdevices/+/announce"}
    assert state["nucleus"]["refused"] == []
    assert state["journal"]["state"] == "ok"
    assert state["configuration"] == {"state": "inForce", "problems": []}
    counters = state["counters"]
    assert (counters["associated"], counters["rejected"], counters["calls"]) == (5, 1, 1)
    assert counters["pending"] == 0


@pytest.mark.slow(21)
@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_a_lost_cloud_is_published_without_a_request(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Lost, with code and time; and back."""
    core.call(core.cloud.add_things, ["device"])
    start()
    health = HealthWatch(core)
    outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
    core.publish(SHARED, {"thingName": "device"})
    lost = health.wait_for(lambda one: one["cloud"]["state"] == "unavailable")
    assert lost["cloud"]["code"] == "EndpointConnectionError"
    assert lost["cloud"]["since"].endswith("Z")
    assert lost["counters"]["pending"] == 1
    core.call(core.cloud.remove_fault, outage)
    results.wait_for_names("associated", ["device"])
    health.wait_for(lambda one: one["cloud"]["state"] == "reachable")


def test_requests_are_answered_at_a_bounded_rate(core: CoreDevice, start: Start) -> None:
    """A flood of requests gets about one answer a second, and a request after it is answered."""
    associator = start()
    health = HealthWatch(core)
    began = time.monotonic()
    for _ in range(300):
        core.publish(HEALTH_REQUEST, b"")
    health.ask()
    associator.wait_until_quiet()
    assert len(health.all) <= time.monotonic() - began + 3
    assert health.ask()["journal"]["state"] == "ok"


@pytest.mark.slow(10)
@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_states_that_flap_are_published_at_a_bounded_rate(core: CoreDevice, start: Start) -> None:
    """A configuration that changes from good to bad and back all the time is no flood."""
    associator = start()
    health = HealthWatch(core)
    began = time.monotonic()
    for number in range(7):
        associator.deploy({"trustSeconds": f"bad {number}" if number % 2 == 0 else number})
        # Longer than the quiet time, so that each is read by itself.
        threading.Event().wait(0.8)
    health.wait_for(lambda one: one["configuration"]["state"] == "refused")
    assert len(health.all) <= 2 + (time.monotonic() - began) / 10


@pytest.mark.parametrize("profile", ["lite"], indirect=True)
def test_health_fits_lite_whatever_is_wrong(core: CoreDevice, start: Start) -> None:
    """Dozens of refused topics of full length: the message is cut, and the connection lives."""
    topics = {
        f"entry-{number}": {"topic": f"{number}/{'x' * 200}", "thingName": "{topic:1}"}
        for number in range(20)
    }
    associator = start()
    watch = core.watch(HEALTH)
    associator.deploy({"announcements": topics, "results": {"topic": "refused/{thingName}"}})
    associator.wait_until_log_has("19/xxx")
    repeat_until(
        lambda: core.publish(HEALTH_REQUEST, b""),
        lambda: any(
            b"and 10 more" in message.payload
            for message in watch.messages
            if isinstance(message.payload, bytes)
        ),
    )
    assert all(len(message.payload) <= MOST_BYTES for message in watch.messages)
    assert associator.is_alive
