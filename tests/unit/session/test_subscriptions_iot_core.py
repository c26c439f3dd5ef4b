"""Subscriptions to AWS IoT Core, beside local ones."""

import pytest

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.core.bus import Bus
from client_device_associator.errors import NotAuthorizedError, NucleusError
from client_device_associator.pipeline.events import MessageArrived
from client_device_associator.reporting.notices import (
    NothingAllowed,
    SubscriptionEnded,
    SubscriptionRefused,
)
from client_device_associator.session.subscriptions import (
    BOTH_SECONDS,
    IOT_CORE_RENEWALS,
    RESUBSCRIBE_SECONDS,
    TRY_AGAIN_SECONDS,
    TRY_SOON_SECONDS,
)
from support.subscribed import RENEWAL, Subscribed

LOCAL = AnnouncementTopic("a", "t")
CLOUD = AnnouncementTopic("iotCore.a", "t", bus=Bus.IOT_CORE)
OTHER = AnnouncementTopic("iotCore.b", "u", bus=Bus.IOT_CORE)
OFFLINE = NucleusError("ServiceError")


@pytest.fixture
def subscribed() -> Subscribed:
    """Nothing has been subscribed to yet."""
    return Subscribed((CLOUD, LOCAL, OTHER))


def listening(subscribed: Subscribed) -> tuple[str, ...]:
    """What there is a subscription to now."""
    return subscribed.subscriptions.listening


def refused(subscribed: Subscribed) -> tuple[str, ...]:
    """What could not be subscribed to."""
    return subscribed.subscriptions.refused


def test_the_same_filter_on_both_buses_is_two_subscriptions(subscribed: Subscribed) -> None:
    """What is local comes first; each delivers for its own entry."""
    subscribed.run_due(0)
    assert listening(subscribed) == ("t", "iotCore:t", "iotCore:u")
    assert subscribed.nucleus.live_filters() == ["t", "iotCore:t", "iotCore:u"]
    local, cloud, _ = subscribed.nucleus.subscriptions
    local.on_message("t", b"1")
    cloud.on_message("t", b"2")
    assert subscribed.messages() == [
        MessageArrived(LOCAL, "t", b"1"),
        MessageArrived(CLOUD, "t", b"2"),
    ]


def test_those_on_iot_core_are_renewed_seldom(subscribed: Subscribed) -> None:
    """In the same way: the new one is made before the old one is closed."""
    seconds, renewed = 0.0, []
    while seconds < RENEWAL * IOT_CORE_RENEWALS * 3:
        before = len(subscribed.nucleus.subscriptions)
        wait = subscribed.run_due(seconds)
        made = subscribed.nucleus.subscriptions[before:]
        if any(one.bus is Bus.IOT_CORE for one in made):
            renewed.append(seconds)
        for bus in Bus:
            assert any(one.bus is bus for one in subscribed.nucleus.live)
        assert wait is not None
        seconds += wait
    hour = RENEWAL * IOT_CORE_RENEWALS
    assert renewed == [0, hour, 2 * hour + BOTH_SECONDS]


def test_while_it_is_offline_one_filter_is_tried_for_all(subscribed: Subscribed) -> None:
    """Each try may take as long as the nucleus's patience, and the session has other work."""
    subscribed.nucleus.refuses = {"iotCore:t": OFFLINE, "iotCore:u": OFFLINE}
    assert subscribed.run_due(0) == TRY_SOON_SECONDS
    assert subscribed.nucleus.tries == 2
    assert listening(subscribed) == ("t",)
    assert refused(subscribed) == ("iotCore:t", "iotCore:u")
    assert subscribed.notices == [
        SubscriptionRefused("t", "ServiceError", ("t", "u"), Bus.IOT_CORE)
    ]
    assert subscribed.run_due(TRY_SOON_SECONDS) == TRY_AGAIN_SECONDS
    assert subscribed.nucleus.tries == 3
    subscribed.nucleus.refuses.clear()
    subscribed.run_due(TRY_SOON_SECONDS + TRY_AGAIN_SECONDS)
    assert listening(subscribed) == ("t", "iotCore:t", "iotCore:u")
    assert refused(subscribed) == ()
    assert len(subscribed.notices) == 1


def test_a_renewal_that_fails_keeps_what_is_there(subscribed: Subscribed) -> None:
    """It may still deliver; the filters that were not tried are not called refused."""
    subscribed.run_due(0)
    subscribed.nucleus.refuses = {"iotCore:t": OFFLINE, "iotCore:u": OFFLINE}
    subscribed.run_due(RENEWAL * IOT_CORE_RENEWALS)
    assert listening(subscribed) == ("t", "iotCore:t", "iotCore:u")
    assert refused(subscribed) == ("iotCore:t",)
    assert subscribed.nucleus.live_filters().count("iotCore:t") == 1


def test_a_filter_that_is_forbidden_keeps_nobody_from_the_others(subscribed: Subscribed) -> None:
    """That is no matter of the connection."""
    subscribed.nucleus.refuses = {"iotCore:t": NotAuthorizedError("no")}
    subscribed.run_due(0)
    assert listening(subscribed) == ("t", "iotCore:u")
    assert subscribed.notices == [SubscriptionRefused("t", "no", ("t", "u"), Bus.IOT_CORE)]


def test_what_turns_out_to_be_forbidden_is_reported(subscribed: Subscribed) -> None:
    """Though it was unreachable before: somebody has to act."""
    subscribed.nucleus.refuses = {"iotCore:t": OFFLINE}
    subscribed.run_due(0)
    subscribed.nucleus.refuses = {"iotCore:t": NotAuthorizedError("no")}
    subscribed.run_due(TRY_SOON_SECONDS)
    subscribed.run_due(TRY_SOON_SECONDS + TRY_AGAIN_SECONDS)
    assert subscribed.notices == [
        SubscriptionRefused("t", why, ("t", "u"), Bus.IOT_CORE) for why in ("ServiceError", "no")
    ]


def test_nothing_local_is_allowed_though_iot_core_is(subscribed: Subscribed) -> None:
    """That is what is likely to be wrong with local policies; it is said in their words."""
    subscribed.nucleus.refuses = {"t": NotAuthorizedError("no"), "iotCore:t": OFFLINE}
    subscribed.run_due(0)
    assert subscribed.notices == [
        NothingAllowed("no", ("t",)),
        SubscriptionRefused("t", "ServiceError", ("t", "u"), Bus.IOT_CORE),
    ]


def test_an_end_says_where(subscribed: Subscribed) -> None:
    """The filter alone may be on both buses."""
    subscribed.run_due(0)
    subscribed.nucleus.subscriptions[1].end()
    subscribed.handle_all(1)
    assert listening(subscribed) == ("t", "iotCore:u")
    subscribed.run_due(1 + RESUBSCRIBE_SECONDS)
    assert subscribed.notices == [SubscriptionEnded("iotCore:t")]


def test_a_filter_that_moves_to_the_other_bus_is_subscribed_to_there(
    subscribed: Subscribed,
) -> None:
    """And left where it was."""
    subscribed.run_due(0)
    subscribed.listen((CLOUD,))
    subscribed.run_due(1)
    assert subscribed.nucleus.live_filters() == ["iotCore:t"]
    assert len(subscribed.nucleus.subscriptions) == 3


def test_a_local_refusal_says_nothing_of_iot_core(subscribed: Subscribed) -> None:
    """Whatever the reason: the others are tried all the same."""
    subscribed.nucleus.refuses = {"t": NucleusError("busy")}
    subscribed.run_due(0)
    assert listening(subscribed) == ("iotCore:t", "iotCore:u")


def test_that_nothing_local_is_allowed_is_said_once(subscribed: Subscribed) -> None:
    """Though AWS IoT Core refuses something later."""
    subscribed.nucleus.refuses = {"t": NotAuthorizedError("no")}
    subscribed.run_due(0)
    subscribed.nucleus.refuses["iotCore:t"] = OFFLINE
    subscribed.run_due(RENEWAL * IOT_CORE_RENEWALS)
    assert subscribed.notices == [
        NothingAllowed("no", ("t",)),
        SubscriptionRefused("t", "ServiceError", ("t", "u"), Bus.IOT_CORE),
    ]
