import pytest

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.errors import NotAuthorizedError, NucleusError, NucleusLostError
from client_device_associator.pipeline.events import MessageArrived
from client_device_associator.reporting.notices import (
    NothingAllowed,
    Notice,
    SubscriptionEnded,
    SubscriptionRefused,
)
from client_device_associator.session.events import SubscriptionClosed
from client_device_associator.session.subscriptions import (
    RESUBSCRIBE_SECONDS,
    TRY_AGAIN_SECONDS,
    TRY_SOON_SECONDS,
)
from support.subscribed import FILTERS, RENEWAL, TOPICS, Subscribed
from support.values import arrived


@pytest.fixture
def subscribed() -> Subscribed:
    """Nothing has been subscribed to yet."""
    return Subscribed()


def test_listens_to_every_topic(subscribed: Subscribed) -> None:
    """Messages come with the template of their own topic."""
    assert subscribed.subscriptions.listening == ()
    assert subscribed.run_due(0) == RENEWAL
    assert subscribed.subscriptions.listening == FILTERS
    assert subscribed.subscriptions.refused == ()
    shared, own = subscribed.nucleus.subscriptions
    shared.on_message("clientdevices/announce", b"1")
    own.on_message("clientdevices/a/announce", {"x": 1})
    assert subscribed.messages() == [
        arrived(b"1", "clientdevices/announce"),
        MessageArrived(TOPICS[1], "clientdevices/a/announce", {"x": 1}),
    ]


def test_a_closed_subscription_is_made_again_after_a_moment(subscribed: Subscribed) -> None:
    """The nucleus may end one with no disconnect."""
    subscribed.run_due(0)
    subscribed.nucleus.subscriptions[0].end()
    assert [type(event) for event in subscribed.events] == [SubscriptionClosed]
    subscribed.handle_all(1)
    assert subscribed.subscriptions.listening == ("clientdevices/+/announce",)
    assert subscribed.run_due(1) == RESUBSCRIBE_SECONDS
    assert subscribed.run_due(1 + RESUBSCRIBE_SECONDS) is not None
    assert subscribed.notices == [SubscriptionEnded("clientdevices/announce")]
    assert len(subscribed.nucleus.subscriptions) == 3
    assert sorted(subscribed.subscriptions.listening) == sorted(FILTERS)


def test_with_a_lost_connection_no_subscription_has_a_line(subscribed: Subscribed) -> None:
    """All of them end a moment before it is known to be lost (nucleus lite, ggipcd killed)."""
    subscribed.run_due(0)
    for subscription in list(subscribed.nucleus.subscriptions):
        subscription.end()
    subscribed.handle_all(1)
    subscribed.nucleus.refuses_to_subscribe = NucleusLostError("lost")
    subscribed.run_due(1 + RESUBSCRIBE_SECONDS)
    assert subscribed.notices == []


def test_one_that_is_closed_each_time_does_not_spin(subscribed: Subscribed) -> None:
    """It is tried once in a while, however long that goes on, and reported once."""
    subscribed.run_due(0)
    seconds = 0.0
    for _ in range(100):
        shared = next(
            one
            for one in reversed(subscribed.nucleus.subscriptions)
            if one.topic_filter == FILTERS[0]
        )
        if not shared.closed:
            shared.end()
        subscribed.handle_all(seconds)
        wait = subscribed.run_due(seconds)
        assert wait is not None
        assert wait > 0
        seconds += wait
    # Every second turn made one, a whole wait after it was closed.
    assert subscribed.nucleus.tries <= 2 + seconds / RESUBSCRIBE_SECONDS * 2
    assert seconds >= 49 * RESUBSCRIBE_SECONDS
    assert len(subscribed.notices) == 1


def test_the_end_of_an_unknown_subscription_means_nothing(subscribed: Subscribed) -> None:
    """Its topic may have left the configuration meanwhile."""
    subscribed.run_due(0)
    subscribed.subscriptions.closed(SubscriptionClosed(99), subscribed.clock.now())
    assert len(subscribed.subscriptions.listening) == 2


def test_an_end_counts_once(subscribed: Subscribed) -> None:
    """A second time there is nothing left to close."""
    subscribed.run_due(0)
    subscribed.nucleus.subscriptions[0].on_closed()
    subscribed.nucleus.subscriptions[0].on_closed()
    subscribed.handle_all(1)
    assert subscribed.run_due(1) == RESUBSCRIBE_SECONDS
    subscribed.run_due(1 + RESUBSCRIBE_SECONDS)
    assert len(subscribed.notices) == 1


@pytest.mark.parametrize(
    ("error", "notices"),
    [
        (NotAuthorizedError("no"), [NothingAllowed("no", FILTERS)]),
        (NucleusError("busy"), [SubscriptionRefused(one, "busy", FILTERS) for one in FILTERS]),
    ],
)
def test_a_failed_subscribe_is_tried_again(
    subscribed: Subscribed, error: NucleusError, notices: list[Notice]
) -> None:
    """Soon, and then after a minute, reported once; then it is as if nothing had been."""
    subscribed.nucleus.refuses_to_subscribe = error
    assert subscribed.run_due(0) == TRY_SOON_SECONDS
    assert subscribed.subscriptions.listening == ()
    assert subscribed.subscriptions.refused == FILTERS
    assert subscribed.run_due(TRY_SOON_SECONDS) == TRY_AGAIN_SECONDS
    assert subscribed.notices == notices
    subscribed.nucleus.refuses_to_subscribe = None
    assert subscribed.run_due(TRY_AGAIN_SECONDS * 2) == RENEWAL
    assert len(subscribed.nucleus.live) == 2
    assert subscribed.subscriptions.refused == ()


@pytest.mark.parametrize("other", [None, NucleusError("timed out")])
def test_nothing_is_allowed_only_if_all_is_forbidden(
    subscribed: Subscribed, other: NucleusError | None
) -> None:
    """If one topic is heard, or was just not answered for, the others are named."""
    subscribed.nucleus.refuses[FILTERS[0]] = NotAuthorizedError("no")
    if other is not None:
        subscribed.nucleus.refuses[FILTERS[1]] = other
    subscribed.run_due(0)
    assert subscribed.notices[0] == SubscriptionRefused(FILTERS[0], "no", FILTERS)


def test_messages_that_cannot_be_decoded_are_counted(subscribed: Subscribed) -> None:
    """By their topic filter, as long as the subscription is not replaced."""
    subscribed.run_due(0)
    shared, own = subscribed.nucleus.subscriptions
    for stream in (shared, shared, own):
        stream.on_unreadable()
    assert subscribed.inbox.unreadable == 3
    subscribed.subscriptions.close()
    shared.on_unreadable()
    assert subscribed.inbox.unreadable == 3


def test_one_refused_topic_keeps_nobody_from_the_others(subscribed: Subscribed) -> None:
    """The component goes on with the topics that it has."""
    subscribed.nucleus.refuses[FILTERS[0]] = NotAuthorizedError("no")
    assert subscribed.run_due(0) == TRY_SOON_SECONDS
    assert subscribed.subscriptions.listening == FILTERS[1:]
    assert subscribed.subscriptions.refused == FILTERS[:1]


def test_what_was_refused_is_tried_when_it_may_be_allowed(subscribed: Subscribed) -> None:
    """At once, and nothing else with it."""
    subscribed.nucleus.refuses[FILTERS[0]] = NotAuthorizedError("no")
    subscribed.run_due(0)
    tries = subscribed.nucleus.tries
    subscribed.subscriptions.try_refused()
    assert subscribed.run_due(1) == TRY_AGAIN_SECONDS
    assert subscribed.nucleus.tries == tries + 1
    subscribed.nucleus.refuses.clear()
    subscribed.subscriptions.try_refused()
    subscribed.run_due(2)
    assert sorted(subscribed.nucleus.live_filters()) == sorted(FILTERS)
    subscribed.subscriptions.try_refused()
    subscribed.run_due(3)
    assert subscribed.nucleus.tries == tries + 2


def test_a_frequent_renewal_tries_refused_topics_as_often(subscribed: Subscribed) -> None:
    """A subscriptionRenewalSeconds below a minute counts for them, too."""
    subscribed.nucleus.refuses_to_subscribe = NucleusError("busy")
    assert subscribed.run_due(0, 5.0) == 5
    assert subscribed.run_due(5, 7.0) == 7


def test_a_shorter_renewal_counts_at_once(subscribed: Subscribed) -> None:
    """Nobody waits for the end of the old time."""
    subscribed.run_due(0)
    assert subscribed.run_due(1, 10.0) == 10


def test_a_lost_nucleus_is_not_reported_here(subscribed: Subscribed) -> None:
    """There is an event for that."""
    subscribed.nucleus.refuses_to_subscribe = NucleusLostError("gone")
    subscribed.run_due(0)
    assert subscribed.notices == []


def test_without_topics_there_is_nothing_to_wake_for(subscribed: Subscribed) -> None:
    """No topic, no renewal."""
    subscribed.subscriptions.listen([])
    assert subscribed.run_due(0) is None


def test_listening_to_the_same_changes_nothing(subscribed: Subscribed) -> None:
    """Other settings leave subscriptions as they are."""
    subscribed.run_due(0)
    subscribed.listen(TOPICS)
    assert subscribed.run_due(1) == RENEWAL - 1
    assert (len(subscribed.nucleus.subscriptions), len(subscribed.nucleus.live)) == (2, 2)


def test_old_topics_are_closed_after_new_ones_are_made(subscribed: Subscribed) -> None:
    """One stays, one changes its topic, one its template, one goes, one comes."""
    stays, changes, reads, goes = (
        AnnouncementTopic("stays", "stays"),
        AnnouncementTopic("changes", "before"),
        AnnouncementTopic("reads", "+/reads", TOPICS[1].thing_name),
        AnnouncementTopic("goes", "goes"),
    )
    subscribed.listen((stays, changes, reads, goes))
    subscribed.run_due(0)
    first = list(subscribed.nucleus.subscriptions)
    subscribed.listen(
        (
            stays,
            AnnouncementTopic("changes", "after"),
            AnnouncementTopic("reads", "+/reads"),
            AnnouncementTopic("comes", "x"),
        )
    )
    assert subscribed.nucleus.live_filters() == ["stays", "before", "+/reads", "goes"]
    open_when_made: list[int] = []
    subscribed.nucleus.on_subscribe = lambda _: open_when_made.append(
        sum(not one.closed for one in first)
    )
    subscribed.run_due(1)
    assert open_when_made == [4, 4], "one goes on with another template, two are made"
    assert sorted(subscribed.nucleus.live_filters()) == ["+/reads", "after", "stays", "x"]
    assert [one.closed for one in first] == [False, True, False, True]
    assert subscribed.subscriptions.listening == ("stays", "after", "+/reads", "x")
    first[2].on_message("a/reads", b"1")
    assert subscribed.messages() == [
        MessageArrived(AnnouncementTopic("reads", "+/reads"), "a/reads", b"1")
    ]


def test_nothing_is_delivered_on_what_was_closed(subscribed: Subscribed) -> None:
    """The nucleus may deliver until it has seen that it is closed."""
    subscribed.run_due(0)
    first = subscribed.nucleus.subscriptions[0]
    subscribed.listen(TOPICS[1:])
    subscribed.run_due(1)
    first.on_message("clientdevices/announce", b"late")
    assert subscribed.messages() == []


def test_the_end_of_an_old_topic_is_no_loss_of_the_new_one(subscribed: Subscribed) -> None:
    """The nucleus's last word on the one that was closed means nothing."""
    subscribed.run_due(0)
    before = subscribed.nucleus.subscriptions[0]
    subscribed.listen((AnnouncementTopic("shared", "elsewhere"), TOPICS[1]))
    subscribed.run_due(1)
    before.on_closed()
    subscribed.handle_all(1)
    assert subscribed.subscriptions.listening == ("elsewhere", FILTERS[1])


def test_a_topic_that_was_never_subscribed_to_is_just_dropped(subscribed: Subscribed) -> None:
    """Two changes in a row, before the first was carried out."""
    subscribed.listen((AnnouncementTopic("a", "a"),))
    subscribed.listen((AnnouncementTopic("b", "b"),))
    subscribed.run_due(0)
    assert subscribed.nucleus.live_filters() == ["b"]
    assert subscribed.nucleus.tries == 1


def test_a_topic_that_moves_to_another_entry_has_no_gap(subscribed: Subscribed) -> None:
    """A deployment renames an entry: its subscription goes on."""
    subscribed.listen((AnnouncementTopic("before", "t"),))
    subscribed.run_due(0)
    before = subscribed.nucleus.subscriptions[0]
    subscribed.nucleus.on_subscribe = lambda topic_filter: before.on_message(
        "t", topic_filter.encode()
    )
    subscribed.listen((AnnouncementTopic("after", "t"), AnnouncementTopic("other", "u")))
    subscribed.run_due(1)
    assert subscribed.messages() == [MessageArrived(AnnouncementTopic("after", "t"), "t", b"u")]
    assert sorted(subscribed.nucleus.live_filters()) == ["t", "u"]


def test_closing_ends_every_subscription(subscribed: Subscribed) -> None:
    """Those in the middle of a renewal, and those that are not wanted any more."""
    subscribed.run_due(0)
    subscribed.run_due(RENEWAL)
    subscribed.listen(TOPICS[1:])
    subscribed.subscriptions.close()
    assert subscribed.nucleus.live == []
