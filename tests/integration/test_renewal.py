"""Subscriptions are renewed without a gap and without hearing anything twice."""

import threading
import time
from functools import partial

import pytest

from greengrass_sandbox.core_device import CoreDevice
from integration.announcer import Announcer, Answers, associate
from integration.associator import NAME, Results, device_names, eventually
from integration.conftest import Start
from integration.what_operators_do import is_heard, repeat_until

SHARED = "clientdevices/announce"
FILTERS = ("clientdevices/announce", "clientdevices/+/announce")
EVERY_SECOND = {"subscriptionRenewalSeconds": 1, "batching": {"maxWaitSeconds": 0.2}}
RENEWALS = 6
CYCLE_SECONDS = 3.0
"""A renewal each second, and two seconds in which the old subscription goes on."""


def test_nothing_is_missed_or_heard_twice(core: CoreDevice, start: Start) -> None:
    """A stream of announcements with ids over several renewals: each answered exactly once."""
    names = device_names(50)
    associator = start(EVERY_SECOND)
    associate(core, names)
    answers = Answers(core)
    with Announcer(core, names, 0.001) as announcer:
        # Not a wait for anything: so long is the stream.
        threading.Event().wait(RENEWALS * CYCLE_SECONDS)
    answers.wait_for_ids(announcer.sent)
    associator.wait_until_quiet()
    answers.read()
    twice = {one: count for one, count in answers.outcomes.items() if count > 1}
    assert not twice, f"{len(twice)} of {len(announcer.sent)}: {list(twice.items())[:5]}"
    assert associator.is_alive


def has_told(answers: Answers, count: int) -> bool:
    """Whether so many announcements were answered."""
    return answers.statuses["associated"] >= count


def test_the_same_message_again_and_again_is_heard_each_time(
    core: CoreDevice, start: Start
) -> None:
    """Equal messages are counted, not remembered: none is taken for the double of another."""
    associator = start(EVERY_SECOND)
    associate(core, ["device"])
    answers = Answers(core)
    sent = 0
    until = time.monotonic() + 3 * CYCLE_SECONDS
    while time.monotonic() < until:
        core.publish(SHARED, {"thingName": "device"})
        sent += 1
        # One at a time: the same announcement twice in one commit counts, and is answered, once.
        answers.wait_for(partial(has_told, answers, sent))
    associator.wait_until_quiet()
    answers.read()
    assert answers.statuses["associated"] == sent


@pytest.mark.parametrize("profile", ["lite"], indirect=True)
def test_a_subscription_that_was_killed_silently_hears_again(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Lite says nothing when a bad publisher kills it; the next renewal brings it back."""
    core.call(core.cloud.add_things, ["shared", "own"])
    start(EVERY_SECOND)
    for topic_filter in FILTERS:
        core.call(core.nucleus.kill_subscription, NAME, topic_filter)
    repeat_until(
        lambda: core.publish(SHARED, {"thingName": "shared"}),
        lambda: "shared" in results.names("associated"),
    )
    repeat_until(
        lambda: core.publish("clientdevices/own/announce", b""),
        lambda: "own" in results.names("associated"),
    )


@pytest.mark.parametrize("profile", ["lite"], indirect=True)
def test_a_shorter_renewal_time_counts_from_the_deployment_on(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """SubscriptionRenewalSeconds changes live: nobody waits for the end of the old time."""
    core.call(core.cloud.add_things, ["device"])
    associator = start()
    associator.deploy({"subscriptionRenewalSeconds": 1})
    core.call(core.nucleus.kill_subscription, NAME, SHARED)
    repeat_until(
        lambda: core.publish(SHARED, {"thingName": "device"}),
        lambda: "device" in results.names("associated"),
    )


def test_a_subscription_that_the_nucleus_closes_is_made_again(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """on_stream_closed, several times: it hears again, with no restart; said once."""
    names = device_names(3)
    core.call(core.cloud.add_things, names)
    associator = start()
    for name in names:
        core.call(core.nucleus.close_subscription, NAME, SHARED)
        associator.wait_until_running()
        core.publish(SHARED, {"thingName": name})
        results.wait_for_names("associated", [name])
    assert associator.log.count("has closed the subscription to clientdevices/announce") == 1


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
@pytest.mark.parametrize("operation", ["SubscribeToTopic", "GetConfiguration"])
def test_a_nucleus_that_answers_late_holds_up_nothing_else(
    core: CoreDevice, start: Start, results: Results, operation: str
) -> None:
    """Announcements are stored, called for and answered while a renewal or a reading waits."""
    core.call(core.cloud.add_things, ["device"])
    associator = start({**EVERY_SECOND, "results": {"receipts": True}})
    core.call(core.nucleus.holding.hold, operation)
    associator.deploy({"trustSeconds": 1800})
    eventually(lambda: core.call(core.nucleus.holding.waiting, operation) > 0)
    core.publish(SHARED, {"thingName": "device"})
    results.wait_for_names("queued", ["device"])
    results.wait_for_names("associated", ["device"])
    assert core.call(core.nucleus.holding.waiting, operation) > 0
    core.call(core.nucleus.holding.release, operation)


def test_no_subscription_piles_up(core: CoreDevice, start: Start) -> None:
    """After many renewals and deployments there is one for each topic, two in an overlap."""
    associator = start(EVERY_SECOND)
    for number in range(10):
        associator.deploy({"trustSeconds": 1000 + number})
        threading.Event().wait(0.5)
    filters = core.call(core.nucleus.subscriptions, NAME)
    assert all(1 <= filters.count(one) <= 2 for one in FILTERS)
    assert is_heard(core, SHARED)
