"""Whatever comes at once, from operators or from devices: nothing lost, nothing done twice."""

import json
import random
import threading
from collections.abc import Mapping
from typing import Any

import psutil
import pytest

from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.announcer import SHARED, Announcer, Answers, associate
from integration.associator import JOURNAL, NAME, Results, associated, calls, device_names
from integration.conftest import Start
from integration.disk import slowed
from integration.what_operators_do import access, is_heard
from support.thorough import repeats

CHANGES = repeats(80, 200)
PAUSES_SECONDS = (0.0, 0.05, 0.2, 0.7)
"""Shorter and longer than the quiet time after which a change is read."""
BAD_SHARE = 0.3
GROWTH_BYTES = 40 * 1024 * 1024
"""An upper bound for the smaller flood; the benchmark states the true growth."""

GOOD: list[Mapping[str, Any]] = [
    {"batching": {"maxWaitSeconds": 0.2}},
    {"batching": {"maxWaitSeconds": 0.5, "maxSize": 100}},
    {"results": {"receipts": True}},
    {"results": {"receipts": False}},
    {"results": {"encoding": "json"}},
    {"results": {"encoding": "binary"}},
    {"logLevel": "WARNING"},
    {"logLevel": "INFO"},
    {"workerIdleSeconds": 0.1},
    {"workerIdleSeconds": "60"},
    {"subscriptionRenewalSeconds": 1},
    {"limits": {"maxPending": 5000}},
    {"trustSeconds": 3000},
    {"trustSeconds": "3600"},
    {"announcements": {"gateway": {"topic": "gateway/joined", "thingName": "{payload:/who}"}}},
    {"announcements": {"gateway": None}},
    # The shared topic moves to another entry, and back.
    {"announcements": {"shared": None, "moved": {"topic": SHARED}}},
    {"announcements": {"shared": {"topic": SHARED}, "moved": None}},
]
BAD: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = [
    ({"batching": {"maxWaitSeconds": "soon"}}, {"batching": {"maxWaitSeconds": 0.3}}),
    ({"batching": {"maxSize": 0}}, {"batching": {"maxSize": 90}}),
    ({"results": {"encoding": "xml"}}, {"results": {"encoding": "binary"}}),
    ({"results": {"topic": SHARED}}, {"results": {"topic": "{topic}/status"}}),
    ({"logLevel": "LOUD"}, {"logLevel": "INFO"}),
    ({"limits": "none"}, {"limits": {"maxAttempts": 9}}),
    ({"announcements": {"gateway": {"topic": "a/#/b"}}}, {"announcements": {"gateway": None}}),
    ({"trustSeconds": []}, {"trustSeconds": 3500}),
]
"""Each with what puts it right."""

ALLOWED = {"accessControl": access("gateway/*", SHARED, f"{SHARED}/status")}


@pytest.mark.slow(30)
@pytest.mark.timeout(240)
def test_many_changes_under_a_stream_of_announcements(core: CoreDevice, start: Start) -> None:
    """Good and bad in random order: each announcement is answered, and a burst costs 3 calls.

    Answered once; twice at most if it came on both subscriptions of a renewal.
    """
    rng = random.Random(200)
    names = device_names(200)
    burst = device_names(250, "burst")
    core.call(core.cloud.add_things, burst)
    associator = start(ALLOWED)
    associate(core, names)
    pid = associator.pid
    answers = Answers(core)
    original = core.call(core.nucleus.configuration, NAME)
    with Announcer(core, names, 0.01) as announcer:
        repair: Mapping[str, Any] = {}
        for _ in range(CHANGES):
            change, after = rng.choice(BAD) if rng.random() < BAD_SHARE else (rng.choice(GOOD), {})
            associator.deploy(repair)
            associator.deploy(change)
            repair = after
            # Not a wait for anything: chance decides.
            threading.Event().wait(rng.choice(PAUSES_SECONDS))
        associator.deploy(repair)
        associator.deploy({**original, "batching": {"maxWaitSeconds": 3, "maxSize": 100}})
        associator.deploy({"announcements": {"shared": {"topic": SHARED}, "moved": None}})
        # The last of them is in effect, with time to spare.
        threading.Event().wait(2)
    answers.wait_for_ids(announcer.sent)
    associator.wait_until_quiet()
    answers.read()
    assert associated(core) == set(names)
    before = len(calls(core))
    for name in burst:
        core.publish(SHARED, {"thingName": name})
    answers.wait_for(lambda: set(burst) <= answers.names["associated"])
    assert len(calls(core)) - before == 3
    repeated = answers.repeated(announcer)
    assert not repeated, f"{len(repeated)} of {len(announcer.sent)}: {list(repeated.items())[:5]}"
    assert associator.pid == pid
    assert associator.is_alive
    assert is_heard(core, SHARED)


@pytest.mark.timeout(240)
def test_a_flood_with_the_cloud_out_and_a_slow_disk(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """3,000 announcements of 600 devices as fast as they go: bounded memory, no receipt lost."""
    names = device_names(600)
    core.call(core.cloud.add_things, names)
    outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
    associator = start({"results": {"receipts": True}})
    answers = Answers(core)
    core.publish(SHARED, {"thingName": names[0]})
    results.wait_for_names("queued", names[:1])
    before = psutil.Process(associator.pid).memory_info().rss
    with slowed(associator.work / JOURNAL):
        for number in range(3000):
            name = names[number % len(names)]
            core.publish(SHARED, json.dumps({"thingName": name, "id": f"{number}"}).encode())
        answers.wait_for(lambda: answers.names.get("queued", set()) >= set(names))
        growth = psutil.Process(associator.pid).memory_info().rss - before
    core.call(core.cloud.remove_fault, outage)
    receipted = set(answers.names["queued"])
    answers.wait_for(lambda: receipted <= answers.names.get("associated", set()), 150)
    assert receipted <= associated(core)
    assert growth < GROWTH_BYTES
    assert not answers.names.get("failed")


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_a_full_queue_is_said_and_never_grows(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """MaxPending devices wait for a cloud that is out; the others are rejected as overloaded."""
    names = device_names(120)
    core.call(core.cloud.add_things, names)
    outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
    associator = start({"limits": {"maxPending": 50}, "results": {"receipts": True}})
    for first in range(0, 120, 20):
        core.publish(SHARED, {"thingNames": names[first : first + 20]})
    rejections = results.wait_for_count("rejected", 70)
    assert {one["code"] for one in rejections} == {"overloaded"}
    results.wait_for_names("queued", names[:50])
    assert len(results.names("queued")) == 50
    # The bound is raised live: now there is room for those that come again.
    associator.deploy({"limits": {"maxPending": 1000}})
    core.call(core.cloud.remove_fault, outage)
    results.wait_for_names("associated", names[:50])
