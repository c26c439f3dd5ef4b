"""Deployments that ask the component, and those that do not."""

import signal
import time
from collections.abc import Callable

import pytest

from greengrass_sandbox import CoreDevice, DeploymentRejected
from integration.associator import NAME, Associator, Results, calls, device_names, eventually
from integration.conftest import Start
from integration.what_operators_do import is_heard, lines_with

SHARED = "clientdevices/announce"
VETO = {"deploymentVeto": True}
BAD = {
    "batching": {"maxSize": 101, "maxWaitSeconds": -1},
    "results": {"encoding": "xml", "receipts": True},
    "announcements": {"shared": {"topic": "somewhere/else"}},
}
POINTERS = ("/batching/maxSize", "/batching/maxWaitSeconds", "/results/encoding")
AT_ONCE_SECONDS = 20.0
"""Far below the minute for which classic waits, and far above what a slow machine needs."""

classic = pytest.mark.parametrize("profile", ["classic"], indirect=True)
lite = pytest.mark.parametrize("profile", ["lite"], indirect=True)


def rejection(associator: Associator) -> str:
    """What a bad deployment gets for an answer."""
    with pytest.raises(DeploymentRejected) as caught:
        associator.deploy(BAD)
    return str(caught.value)


@classic
def test_a_bad_deployment_is_rejected_with_every_problem(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """All problems in the rejection, nothing of it applied, and the component serves as before."""
    names = device_names(30)
    core.call(core.cloud.add_things, names)
    associator = start(VETO)
    before = core.call(core.nucleus.configuration, NAME)
    message = rejection(associator)
    assert all(pointer in message for pointer in POINTERS)
    assert core.call(core.nucleus.configuration, NAME) == before
    core.publish(SHARED, {"thingNames": names})
    results.wait_for_names("associated", names)
    assert [len(call.thing_names) for call in calls(core)] == [30]
    assert not results.of("queued")
    assert is_heard(core, SHARED)
    assert not is_heard(core, "somewhere/else")
    assert len(lines_with(associator, "vetoed deployment")) == 1
    assert "configuration is rejected" not in associator.log


@classic
def test_a_good_deployment_is_accepted_at_once(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """With the veto on, good changes pass quickly and come into effect."""
    names = device_names(4)
    core.call(core.cloud.add_things, names)
    associator = start(VETO)
    began = time.monotonic()
    associator.deploy({"batching": {"maxWaitSeconds": 0.1, "maxSize": 2}})
    assert time.monotonic() - began < AT_ONCE_SECONDS / 2
    rejection(associator)
    associator.deploy({"results": {"receipts": True}})
    core.publish(SHARED, {"thingNames": names})
    results.wait_for_names("associated", names)
    assert "configuration is rejected" not in associator.log


@classic
def test_what_is_only_asked_about_is_not_applied(core: CoreDevice, start: Start) -> None:
    """A deployment that another component rejects after we have agreed changes nothing here."""
    associator = start(VETO)
    configuration = core.call(core.nucleus.configuration, NAME)
    rejection(associator)
    associator.wait_until_quiet()
    assert core.call(core.nucleus.configuration, NAME) == configuration
    assert not is_heard(core, "somewhere/else")


@classic
def test_without_the_veto_nobody_is_asked(core: CoreDevice, start: Start) -> None:
    """The default: even a component that does not react at all cannot hold up a deployment."""
    associator = start()
    assert associator.process is not None
    associator.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        associator.deploy(BAD)
        assert time.monotonic() - began < AT_ONCE_SECONDS
    finally:
        associator.process.send_signal(signal.SIGCONT)
    associator.wait_until_log_has("3 problem(s)")
    assert core.call(core.nucleus.configuration, NAME)["results"]["encoding"] == "xml"
    assert "vetoed" not in associator.log


@classic
def test_the_veto_is_turned_on_and_off_live(start: Start) -> None:
    """From the deployment that turns it on, and until the one that turns it off."""
    associator = start()
    associator.deploy(VETO)
    associator.wait_until_quiet()

    def is_rejected(bad: int) -> Callable[[], bool]:
        def attempt() -> bool:
            try:
                associator.deploy({"limits": {"maxAttempts": -bad}})
            except DeploymentRejected:
                return True
            # It went through, since the veto was not in effect yet: correct it.
            associator.deploy({"limits": {"maxAttempts": bad}})
            return False

        return attempt

    eventually(is_rejected(5))
    associator.deploy({"deploymentVeto": False})
    # A deployment that asks at the very moment in which nobody answers any more waits for 20 s.
    associator.wait_until_quiet()
    eventually(lambda: not is_rejected(6)())
    assert associator.is_alive


@lite
def test_on_lite_the_veto_has_no_effect(core: CoreDevice, start: Start, results: Results) -> None:
    """Lite cannot ask: one line says so, whatever else is deployed later, and nothing breaks."""
    core.call(core.cloud.add_things, ["device"])
    associator = start(VETO)
    associator.wait_until_log_has("deploymentVeto has no effect")
    associator.deploy({"trustSeconds": "bad one"})
    associator.wait_until_log_has("'bad one'")
    associator.deploy({"trustSeconds": 5})
    associator.wait_until_log_has("the configuration is valid again")
    associator.deploy({"trustSeconds": "bad two"})
    associator.wait_until_log_has("'bad two'")
    core.publish(SHARED, {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    assert len(lines_with(associator, "deploymentVeto has no effect")) == 1


@classic
def test_no_deployment_waits_for_this_component(core: CoreDevice, start: Start) -> None:
    """Classic asks those that subscribed to component updates, and waits for their answer."""
    associator = start()
    assert associator.process is not None
    associator.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        # It is stopped and cannot answer: if it were asked, this would take a minute.
        core.call(core.nucleus.ask_before_update, "deployment")
        assert time.monotonic() - began < AT_ONCE_SECONDS
    finally:
        associator.process.send_signal(signal.SIGCONT)


def test_component_updates_are_never_subscribed_to(core: CoreDevice, launch: Start) -> None:
    """Not even tried, on either nucleus; and a start as it should be is no reason for a warning."""
    core.call(core.nucleus.holding.hold, "SubscribeToComponentUpdates")
    associator = launch().wait_until_running()
    associator.wait_until_quiet()
    # A request for it would wait here.
    assert core.call(core.nucleus.holding.waiting, "SubscribeToComponentUpdates") == 0
    assert not lines_with(associator, "WARNING")
    assert not lines_with(associator, "ERROR")
