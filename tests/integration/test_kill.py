"""Killed with -9, parent, worker or both: nothing is lost, nobody is left over."""

import random
import threading
from collections.abc import Iterator

import psutil
import pytest

from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.associator import (
    STOPPED,
    Associator,
    Results,
    associated,
    default_configuration,
    device_names,
    eventually,
)
from integration.conftest import Start
from support.thorough import repeats

KILLS = repeats(20, 50)
PER_ROUND = 12
LATENCY_SECONDS = 0.05
LONGEST_LIFE_SECONDS = 0.25
KILLS_IN_A_ROW = 3
"""Of workers; then one may finish its work, or else the backoff of the calls would only grow."""

PUBLISH_POLICY = "community.greengrass.ClientDeviceAssociator:pubsub:publish"
MUTE = {"aws.greengrass.ipc.pubsub": {PUBLISH_POLICY: {"resources": ["nothing"]}}}
"""It may listen and not speak: durable results stay in the journal."""

CONFIGURATION = {"results": {"receipts": True}, "batching": {"maxWaitSeconds": 0.05}}

pytestmark = pytest.mark.parametrize("profile", ["classic"], indirect=True)


def workers_of(associator: Associator) -> list[psutil.Process]:
    """Its association workers; none if it has just died."""
    try:
        children: list[psutil.Process] = psutil.Process(associator.pid).children()
    except psutil.NoSuchProcess:
        return []
    return children


def rounds(core: CoreDevice, names: list[str], rng: random.Random) -> Iterator[int]:
    """Announces a few devices, lets a random moment pass, and yields for a kill."""
    for number in range(KILLS):
        for name in names[number * PER_ROUND : (number + 1) * PER_ROUND]:
            core.publish("clientdevices/announce", {"thingName": name})
        # Not a wait for anything: the moment of the kill is random.
        threading.Event().wait(rng.uniform(0, LONGEST_LIFE_SECONDS))
        yield number


@pytest.mark.slow(20)
@pytest.mark.timeout(400)
@pytest.mark.parametrize("victims", ["parent", "worker", "both"])
def test_nothing_is_lost_and_nobody_is_left(
    core: CoreDevice, start: Start, results: Results, victims: str
) -> None:
    """Kills at random moments: every receipt is honoured, and no worker outlives its parent."""
    names = list(device_names(KILLS * PER_ROUND))
    core.call(core.cloud.add_things, names)
    core.call(core.cloud.add_fault, Fault(FaultKind.LATENCY, seconds=LATENCY_SECONDS))
    associator = start(CONFIGURATION)
    seen: list[psutil.Process] = []
    killed = 0
    for number in rounds(core, names, random.Random(f"{victims} 50")):
        if victims == "worker":
            if number % KILLS_IN_A_ROW == 0:
                results.wait_for_names("associated", results.names("queued"))
            eventually(lambda: bool(workers_of(associator)))
        workers = workers_of(associator)
        seen.extend(workers)
        if victims in ("worker", "both"):
            for worker in workers:
                worker.kill()
                killed += 1
        if victims in ("parent", "both"):
            associator.kill()
            associator.start().wait_until_running()
    if victims == "worker":
        assert killed > KILLS * 0.8, "there was hardly ever a worker to kill"
        results.wait_for_names("queued", names)
    receipted = results.names("queued")
    assert receipted, "the kills came so early that nothing was tested"
    results.wait_for_names("associated", receipted)
    assert receipted <= associated(core)
    assert results.names("associated") <= associated(core)
    assert not results.of("failed")
    assert associator.stop() == STOPPED
    eventually(lambda: not any(worker.is_running() for worker in seen))


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
