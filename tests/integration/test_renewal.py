"""Subscriptions are renewed without a gap; a message is taken twice only while there are two."""

import threading
from itertools import pairwise

import pytest

from greengrass_sandbox import CoreDevice
from integration.announcer import SHARED, Announcer, Answers, associate, publish
from integration.associator import NAME, Results, device_names, eventually
from integration.conftest import Start
from integration.what_operators_do import is_heard, repeat_until

FILTERS = (SHARED, "clientdevices/+/announce")
EVERY_SECOND = {"subscriptionRenewalSeconds": 1, "batching": {"maxWaitSeconds": 0.2}}
"""A renewal each second, and two seconds in which the old subscription goes on."""

RENEWALS = 4
PACE_SECONDS = 0.02


@pytest.mark.slow(12)
def test_nothing_is_missed_and_nothing_is_repeated_but_in_a_renewal(
    core: CoreDevice, start: Start
) -> None:
    """A stream of announcements with ids: each answered, and once unless it came on both."""
    names = device_names(50)
    associator = start(EVERY_SECOND)
    associate(core, names)
    answers = Answers(core)
    with Announcer(core, names, 0.004) as announcer:
        eventually(lambda: announcer.renewals >= RENEWALS)
    answers.wait_for_ids(announcer.sent)
    associator.wait_until_quiet()
    answers.read()
    assert 0 < len(announcer.on_both) < len(announcer.sent)
    repeated = answers.repeated(announcer)
    assert not repeated, f"{len(repeated)} of {len(announcer.sent)}: {list(repeated.items())[:5]}"
    assert associator.is_alive


def test_the_same_message_again_and_again_is_heard_each_time(
    core: CoreDevice, start: Start
) -> None:
    """None of them is taken for the repeat of another: each is answered, once or on both."""
    start(EVERY_SECOND)
    associate(core, ["device", "marker"])
    answers = Answers(core)
    deliveries: list[int] = []
    # Over two renewals: from one subscription to two and back, twice.
    while sum(now < before for before, now in pairwise(deliveries)) < 2:
        answered = without_id(answers)
        deliveries.append(core.call(publish, core, b'{"thingName": "device"}'))
        # One at a time: the same announcement twice in one commit counts, and is answered, once.
        # Messages are taken in order, so the marker's answer comes after both of the device's.
        marker = f"marker-{len(deliveries)}"
        core.publish(SHARED, {"thingName": "marker", "id": marker})
        answers.wait_for_ids([marker])
        assert 1 <= without_id(answers) - answered <= deliveries[-1]
        threading.Event().wait(PACE_SECONDS)


def without_id(answers: Answers) -> int:
    """How many results had no id."""
    return answers.statuses["associated"] - sum(answers.outcomes.values())


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
