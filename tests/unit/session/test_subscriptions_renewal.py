import pytest

from client_device_associator.errors import NucleusError
from client_device_associator.pipeline.events import MessageArrived
from client_device_associator.reporting.notices import SubscriptionEnded, SubscriptionRefused
from client_device_associator.session.activity import ACTIVE_RENEWAL_SECONDS, ACTIVE_SECONDS
from client_device_associator.session.events import TrafficBegan
from client_device_associator.session.subscriptions import (
    BOTH_SECONDS,
    RESUBSCRIBE_SECONDS,
    TRY_SOON_SECONDS,
)
from support.subscribed import FILTERS, RENEWAL, TOPICS, Subscribed


@pytest.fixture
def subscribed() -> Subscribed:
    """Nothing has been subscribed to yet."""
    return Subscribed()


def test_renews_before_it_closes(subscribed: Subscribed) -> None:
    """At no time is there no subscription, and in the end there is one."""
    subscribed.run_due(0)
    assert subscribed.run_due(RENEWAL - 1) == 1
    assert len(subscribed.nucleus.subscriptions) == 2
    assert subscribed.run_due(RENEWAL) == BOTH_SECONDS
    assert [one.closed for one in subscribed.nucleus.subscriptions] == [False] * 4
    assert subscribed.run_due(RENEWAL + BOTH_SECONDS) == RENEWAL
    closed = [one.closed for one in subscribed.nucleus.subscriptions]
    assert closed == [True, True, False, False]
    assert subscribed.subscriptions.listening == FILTERS


def test_renewals_follow_each_other_for_ever(subscribed: Subscribed) -> None:
    """Each time as the first time: one is live, or two for a moment."""
    seconds = 0.0
    for _ in range(75):
        wait = subscribed.run_due(seconds)
        assert wait is not None
        assert len(subscribed.nucleus.live) in (2, 4)
        seconds += wait
    assert seconds > 20 * RENEWAL
    assert subscribed.subscriptions.listening == FILTERS


def test_during_a_renewal_nothing_is_lost(subscribed: Subscribed) -> None:
    """What comes on the old subscription or the new one is taken, and what comes on both twice."""
    subscribed.run_due(0)
    subscribed.run_due(RENEWAL)
    old, _, new, _ = subscribed.nucleus.subscriptions
    topic = FILTERS[0]
    old.on_message(topic, b"old only")
    old.on_message(topic, b"both")
    new.on_message(topic, b"both")
    new.on_message(topic, b"new only")
    taken = [one for one in subscribed.messages() if isinstance(one, MessageArrived)]
    assert [one.payload for one in taken] == [b"old only", b"both", b"both", b"new only"]


def test_after_a_renewal_everything_is_taken_once(subscribed: Subscribed) -> None:
    """The old one is ignored from the moment at which it is closed."""
    subscribed.run_due(0)
    subscribed.run_due(RENEWAL)
    subscribed.run_due(RENEWAL + BOTH_SECONDS)
    old, _, new, _ = subscribed.nucleus.subscriptions
    old.on_message("t", b"too late")
    new.on_message("t", b"same")
    new.on_message("t", b"same")
    assert len(subscribed.messages()) == 2


def test_a_late_end_of_an_old_subscription_means_nothing(subscribed: Subscribed) -> None:
    """If it is reported after the renewal, the new one stays."""
    subscribed.run_due(0)
    subscribed.nucleus.subscriptions[0].on_closed()
    subscribed.run_due(RENEWAL)
    subscribed.handle_all(RENEWAL)
    assert subscribed.subscriptions.listening == FILTERS
    assert subscribed.notices == []
    subscribed.run_due(RENEWAL + BOTH_SECONDS)
    subscribed.run_due(RENEWAL + BOTH_SECONDS + 1)
    assert sorted(subscribed.nucleus.live_filters()) == sorted(FILTERS)


def test_an_old_subscription_is_not_closed_after_the_end_of_the_new_one(
    subscribed: Subscribed,
) -> None:
    """Although the event waits, as it does while a slow nucleus is asked something else."""
    subscribed.run_due(0)
    subscribed.run_due(RENEWAL)
    old, _, new, _ = subscribed.nucleus.subscriptions
    new.end()
    assert subscribed.run_due(RENEWAL + BOTH_SECONDS) == BOTH_SECONDS
    closed = [old.closed]
    subscribed.handle_all(RENEWAL + BOTH_SECONDS)
    for seconds in (RESUBSCRIBE_SECONDS, BOTH_SECONDS + RESUBSCRIBE_SECONDS):
        subscribed.run_due(RENEWAL + BOTH_SECONDS + seconds)
        closed.append(old.closed)
    assert closed == [False, False, True]
    assert sorted(subscribed.nucleus.live_filters()) == sorted(FILTERS)


def test_a_new_subscription_closed_beside_the_old_one_is_made_again_soon(
    subscribed: Subscribed,
) -> None:
    """Not a whole renewal later: with the old one closed there would be none."""
    subscribed.run_due(0)
    subscribed.run_due(RENEWAL)
    subscribed.nucleus.subscriptions[2].end()
    subscribed.handle_all(RENEWAL)
    for seconds in range(1, 6):
        subscribed.run_due(RENEWAL + seconds)
    assert sorted(subscribed.nucleus.live_filters()) == sorted(FILTERS)
    assert subscribed.subscriptions.listening == FILTERS


def test_a_failed_renewal_keeps_the_old_subscription(subscribed: Subscribed) -> None:
    """It may be dead, but more likely it is not; what comes on it is all taken."""
    subscribed.run_due(0)
    subscribed.nucleus.refuses_to_subscribe = NucleusError("busy")
    assert subscribed.run_due(RENEWAL) == TRY_SOON_SECONDS
    assert len(subscribed.nucleus.live) == 2
    assert subscribed.subscriptions.listening == FILTERS
    assert [type(one) for one in subscribed.notices] == [SubscriptionRefused] * 2
    for _ in range(2):
        subscribed.nucleus.live[0].on_message("t", b"x")
    assert len(subscribed.messages()) == 2
    subscribed.nucleus.refuses_to_subscribe = None
    assert subscribed.run_due(RENEWAL + TRY_SOON_SECONDS) == BOTH_SECONDS
    assert len(subscribed.nucleus.live) == 4


def test_both_subscriptions_of_an_old_topic_are_closed(subscribed: Subscribed) -> None:
    """It may be in the middle of its renewal."""
    subscribed.run_due(0)
    subscribed.run_due(RENEWAL)
    subscribed.listen(TOPICS[1:])
    subscribed.run_due(RENEWAL + BOTH_SECONDS)
    assert subscribed.nucleus.live_filters() == list(FILTERS[1:])


def test_a_slow_nucleus_does_not_shorten_the_time_of_both(subscribed: Subscribed) -> None:
    """The old one goes on for its whole time after the new one was made, however late."""
    subscribed.run_due(0)

    def take_time(_: str) -> None:
        subscribed.clock.seconds += 2 * BOTH_SECONDS

    subscribed.nucleus.on_subscribe = take_time
    subscribed.run_due(RENEWAL)
    made_at = subscribed.clock.seconds
    subscribed.run_due(made_at + BOTH_SECONDS / 2)
    assert subscribed.nucleus.live_filters().count(FILTERS[-1]) == 2


def test_an_end_after_a_renewal_is_reported_again(subscribed: Subscribed) -> None:
    """The subscription had lasted meanwhile, so this is news."""
    subscribed.run_due(0)
    seconds = 1.0
    for _ in range(2):
        current = next(
            one for one in reversed(subscribed.nucleus.live) if one.topic_filter == FILTERS[0]
        )
        current.end()
        subscribed.handle_all(seconds)
        until = seconds + RENEWAL + BOTH_SECONDS + 2
        while seconds < until:
            wait = subscribed.run_due(seconds)
            assert wait is not None
            seconds += wait
    assert subscribed.notices == [SubscriptionEnded(FILTERS[0])] * 2


def test_while_messages_come_subscriptions_are_renewed_sooner(subscribed: Subscribed) -> None:
    """One that a bad publisher has ended is missed then; and again seldom when all is quiet."""
    assert subscribed.run_due(0) == RENEWAL
    subscribed.nucleus.subscriptions[0].on_message("t", b"x")
    assert subscribed.events == [TrafficBegan()]
    subscribed.handle_all(10)
    assert subscribed.run_due(10) == ACTIVE_RENEWAL_SECONDS
    subscribed.nucleus.subscriptions[0].on_message("t", b"x")
    assert subscribed.events == [], "the session is awake soon enough"
    seconds = 10 + ACTIVE_RENEWAL_SECONDS
    waits = []
    while seconds < 2 * ACTIVE_SECONDS:
        wait = subscribed.run_due(seconds)
        assert wait is not None
        waits.append(wait)
        seconds += wait
    assert waits[:4] == [BOTH_SECONDS, ACTIVE_RENEWAL_SECONDS] * 2
    assert waits.count(RENEWAL) == 2
    assert ACTIVE_RENEWAL_SECONDS + BOTH_SECONDS < 30


def test_a_renewal_that_is_wanted_sooner_stays_so(subscribed: Subscribed) -> None:
    """The setting is an upper bound."""
    subscribed.run_due(0, renewal_seconds=5)
    subscribed.nucleus.subscriptions[0].on_message("t", b"x")
    assert subscribed.run_due(1, renewal_seconds=5) == 4
