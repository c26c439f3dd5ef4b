"""Nothing that was receipted is lost, whenever the process dies."""

import random
import threading

import pytest

from greengrass_sandbox.core_device import CoreDevice
from integration.associator import Results, associated, default_configuration, device_names
from integration.conftest import Start

KILLS = 20
DEVICES = 500
LONGEST_LIFE_SECONDS = 0.4
"""About the time that a batch takes from announcement to result: every stage gets its kills."""

PUBLISH_POLICY = "community.greengrass.ClientDeviceAssociator:pubsub:publish"
MUTE = {"aws.greengrass.ipc.pubsub": {PUBLISH_POLICY: {"resources": ["nothing"]}}}
"""It may listen and not speak: durable results stay in the journal."""


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_receipted_announcements_survive_twenty_kills(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """500 devices announce while the component is killed 20 times at random moments.

    Every device that got a `queued` receipt ends up in the cloud's table with its result published;
    those whose announcement fell into a gap have announced in vain, and got no receipt.
    """
    rng = random.Random(20)
    names = device_names(DEVICES)
    core.call(core.cloud.add_things, names)
    per_life = DEVICES // KILLS
    associator = start({"results": {"receipts": True}, "batching": {"maxWaitSeconds": 0.1}})
    for life in range(KILLS):
        for name in names[life * per_life : (life + 1) * per_life]:
            core.publish("clientdevices/announce", {"thingName": name})
        # Not a wait for anything: the moment of the kill is random.
        threading.Event().wait(rng.uniform(0, LONGEST_LIFE_SECONDS))
        associator.kill()
        associator.start().wait_until_running()
    receipted = results.names("queued")
    assert receipted, "the kills came so early that nothing was tested"
    results.wait_for_names("associated", receipted)
    assert receipted <= associated(core)
    assert results.names("associated") <= associated(core)
    assert not results.of("failed")


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_durable_results_are_sent_after_a_restart(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Killed when the cloud has answered and no result could be sent: they come after a restart."""
    names = device_names(150)
    core.call(core.cloud.add_things, names)
    associator = start({"batching": {"maxWaitSeconds": 0.1}, "accessControl": MUTE})
    for name in names:
        core.publish("clientdevices/announce", {"thingName": name})
    core.call(core.cloud.wait_for_calls, 2, answered=True)
    associator.wait_until_log_has("does not take result messages")
    associator.kill()
    assert results.all == []
    associator.deploy({"accessControl": default_configuration()["accessControl"]})
    associator.start().wait_until_running()
    results.wait_for_names("associated", names)
