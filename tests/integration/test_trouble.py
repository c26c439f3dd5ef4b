"""What the cloud refuses, and what it fails to answer."""

from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.associator import Results, associated, calls, device_names
from integration.conftest import Start


def test_an_unknown_thing_is_retried_and_then_given_up(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """`retrying` once with the time of the next attempt, then `failed` with the service's code."""
    core.call(core.cloud.add_things, ["known"])
    start({"limits": {"maxAttempts": 2}})
    core.publish("clientdevices/announce", {"thingNames": ["known", "unknown"]})
    (failed,) = results.wait_for_count("failed", 1)
    (retrying,) = results.of("retrying")
    assert (failed["thingName"], failed["attempts"]) == ("unknown", 2)
    assert failed["code"] == retrying["code"] == "ResourceNotFoundException"
    assert retrying["attempts"] == 1
    assert retrying["nextAttemptAt"].endswith("Z")
    assert associated(core) == {"known"}
    assert [call.thing_names for call in calls(core)][1:] == [("unknown",)]


def test_a_failed_device_that_is_provisioned_and_announces_again_is_associated(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """A new announcement of a failed device starts over."""
    start({"limits": {"maxAttempts": 1}})
    core.publish("clientdevices/announce", {"thingName": "late"})
    results.wait_for_count("failed", 1)
    core.call(core.cloud.add_things, ["late"])
    core.publish("clientdevices/announce", {"thingName": "late"})
    results.wait_for_names("associated", ["late"])


def test_a_short_outage_costs_nobody_anything(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Announced while the cloud cannot be reached: `retrying` at most, and associated after it."""
    names = device_names(30)
    core.call(core.cloud.add_things, names)
    associator = start()
    outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
    core.publish("clientdevices/announce", {"thingNames": names})
    results.wait_for_names("retrying", names)
    core.call(core.cloud.remove_fault, outage)
    results.wait_for_names("associated", names)
    assert not results.of("failed")
    assert associator.log.count("calls for core device") == 1
    assert associator.log.count("the cloud answers again") == 1


def test_a_device_that_is_associated_already_hears_so(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """An error entry that says "already" fulfils the wish."""
    core.call(core.cloud.add_things, ["twice"])
    fault = Fault(
        FaultKind.ERROR_ENTRIES,
        times=1,
        code="ResourceAlreadyExistsException",
        message="already associated",
    )
    core.call(core.cloud.add_fault, fault)
    start()
    core.publish("clientdevices/announce", {"thingName": "twice"})
    (result,) = results.wait_for_count("associated", 1)
    assert result["already"] is True
