import logging

import pytest

from builders import moment
from client_device_associator.configuration.settings import Source
from client_device_associator.errors import NotAuthorized, NucleusError, NucleusLost
from client_device_associator.messages.announcement import Payload
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC
from client_device_associator.nucleus.port import OnClosed, OnEstablished, OnMessage
from client_device_associator.pipeline.events import MessageArrived, SubscriptionClosed
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.session.listeners import listenings
from client_device_associator.session.subscriptions import (
    OVERLAP_SECONDS,
    RESUBSCRIBE_SECONDS,
    TRY_AGAIN_SECONDS,
    TRY_SOON_SECONDS,
    Listening,
)
from ear import FILTERS, RENEWAL, SOURCES, Ear
from fakes import FakeClock, FakeSubscription


@pytest.fixture
def ear() -> Ear:
    """Nothing has been subscribed to yet."""
    return Ear()


def test_listens_to_every_source(ear: Ear) -> None:
    """Messages come with the template of their own source."""
    assert ear.subscriptions.heard == []
    assert ear.tend(0) == RENEWAL
    assert ear.subscriptions.heard == FILTERS
    assert ear.subscriptions.refused == []
    shared, own = ear.nucleus.subscriptions
    shared.on_message("clientdevices/announce", b"1")
    own.on_message("clientdevices/a/announce", {"x": 1})
    assert ear.messages() == [
        MessageArrived(None, "clientdevices/announce", b"1"),
        MessageArrived(SOURCES[1].thing_name, "clientdevices/a/announce", {"x": 1}),
    ]


def test_a_closed_subscription_is_made_anew_after_a_moment(
    ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """The nucleus may end one with no disconnect."""
    ear.tend(0)
    ear.nucleus.subscriptions[0].on_closed()
    assert [type(event) for event in ear.events] == [SubscriptionClosed]
    ear.heed(1)
    assert ear.subscriptions.heard == ["clientdevices/+/announce"]
    assert "closed the subscription to clientdevices/announce" in caplog.text
    assert ear.tend(1) == RESUBSCRIBE_SECONDS
    assert ear.tend(1 + RESUBSCRIBE_SECONDS) is not None
    assert len(ear.nucleus.subscriptions) == 3
    assert sorted(ear.subscriptions.heard) == sorted(FILTERS)


def test_one_that_is_closed_each_time_does_not_spin(
    ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried once in a while, however long that goes on, and said once."""
    ear.tend(0)
    seconds = 0.0
    for _ in range(100):
        shared = next(
            one for one in reversed(ear.nucleus.subscriptions) if one.topic_filter == FILTERS[0]
        )
        if not shared.closed:
            shared.closed = True
            shared.on_closed()
        ear.heed(seconds)
        wait = ear.tend(seconds)
        assert wait is not None
        assert wait > 0
        seconds += wait
    # Every second turn made one, a whole wait after it was closed.
    assert ear.nucleus.tries <= 2 + seconds / RESUBSCRIBE_SECONDS * 2
    assert seconds >= 49 * RESUBSCRIBE_SECONDS
    assert len(caplog.records) == 1


def test_a_closing_of_something_unknown_is_no_news(ear: Ear) -> None:
    """The source may have left the configuration meanwhile."""
    ear.tend(0)
    ear.subscriptions.closed(SubscriptionClosed(99), moment(1))
    assert len(ear.subscriptions.heard) == 2


def test_a_closing_is_heard_of_once(ear: Ear, caplog: pytest.LogCaptureFixture) -> None:
    """A second time there is nothing left to close."""
    ear.tend(0)
    ear.nucleus.subscriptions[0].on_closed()
    ear.nucleus.subscriptions[0].on_closed()
    ear.heed(1)
    assert len(caplog.records) == 1
    assert ear.tend(1) == RESUBSCRIBE_SECONDS


@pytest.mark.parametrize("error", [NotAuthorized("no"), NucleusError("busy")])
def test_a_failed_subscribe_is_tried_again(
    ear: Ear, error: NucleusError, caplog: pytest.LogCaptureFixture
) -> None:
    """Soon, and then after a minute, said once; then it is as if nothing had been."""
    ear.nucleus.refuses_to_subscribe = error
    assert ear.tend(0) == TRY_SOON_SECONDS
    assert ear.subscriptions.heard == []
    assert ear.subscriptions.refused == FILTERS
    assert ear.tend(TRY_SOON_SECONDS) == TRY_AGAIN_SECONDS
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert "aws.greengrass#SubscribeToTopic" in caplog.text
    ear.nucleus.refuses_to_subscribe = None
    assert ear.tend(TRY_AGAIN_SECONDS * 2) == RENEWAL
    assert len(ear.nucleus.live) == 2
    assert ear.subscriptions.refused == []


def test_only_access_control_forbids(ear: Ear) -> None:
    """Time and again: a deployment may bring accessControl a moment later than the topic.

    And what the nucleus did not answer in time may be answered next time.
    """
    ear.nucleus.refuses = {FILTERS[0]: NotAuthorized("no"), FILTERS[1]: NucleusError("timed out")}
    ear.tend(0)
    assert ear.subscriptions.refused == FILTERS
    assert ear.subscriptions.forbidden == []
    ear.tend(TRY_SOON_SECONDS)
    assert ear.subscriptions.forbidden == FILTERS[:1]


def test_one_refused_topic_keeps_nobody_from_the_others(ear: Ear) -> None:
    """The component goes on with the topics that it has."""
    ear.nucleus.refuses[FILTERS[0]] = NotAuthorized("no")
    assert ear.tend(0) == TRY_SOON_SECONDS
    assert ear.subscriptions.heard == FILTERS[1:]
    assert ear.subscriptions.refused == FILTERS[:1]


def test_what_was_refused_is_tried_when_it_may_be_allowed(ear: Ear) -> None:
    """At once, and nothing else with it."""
    ear.nucleus.refuses[FILTERS[0]] = NotAuthorized("no")
    ear.tend(0)
    tries = ear.nucleus.tries
    ear.subscriptions.try_refused()
    assert ear.tend(1) == TRY_AGAIN_SECONDS
    assert ear.nucleus.tries == tries + 1
    ear.nucleus.refuses.clear()
    ear.subscriptions.try_refused()
    ear.tend(2)
    assert sorted(ear.live()) == sorted(FILTERS)
    ear.subscriptions.try_refused()
    ear.tend(3)
    assert ear.nucleus.tries == tries + 2


def test_a_frequent_renewal_tries_refused_topics_as_often(ear: Ear) -> None:
    """A subscriptionRenewalSeconds below a minute counts for them, too."""
    ear.nucleus.refuses_to_subscribe = NucleusError("busy")
    assert ear.subscriptions.tend(FakeClock(), 5.0) == moment(5).steady


def test_of_a_lost_nucleus_nothing_is_said_here(ear: Ear, caplog: pytest.LogCaptureFixture) -> None:
    """There is an event for that."""
    ear.nucleus.refuses_to_subscribe = NucleusLost("gone")
    ear.tend(0)
    assert caplog.text == ""


def test_without_sources_there_is_nothing_to_wake_for(ear: Ear) -> None:
    """An empty list is possible before the settings are known."""
    ear.subscriptions.listen([])
    assert ear.tend(0) is None


def test_listening_to_the_same_changes_nothing(ear: Ear) -> None:
    """Other settings leave subscriptions alone."""
    ear.tend(0)
    ear.listen(SOURCES)
    assert ear.tend(1) == RENEWAL - 1
    assert (len(ear.nucleus.subscriptions), len(ear.nucleus.live)) == (2, 2)


def test_what_goes_is_closed_after_what_comes_was_made(ear: Ear) -> None:
    """One stays, one changes its topic, one its template, one goes, one comes."""
    stays, changes, reads, goes = (
        Source("stays", "stays"),
        Source("changes", "before"),
        Source("reads", "+/reads", SOURCES[1].thing_name),
        Source("goes", "goes"),
    )
    ear.listen((stays, changes, reads, goes))
    ear.tend(0)
    first = list(ear.nucleus.subscriptions)
    ear.listen(
        (stays, Source("changes", "after"), Source("reads", "+/reads"), Source("comes", "x"))
    )
    assert ear.live() == ["stays", "before", "+/reads", "goes"]
    open_when_made: list[int] = []
    subscribe = ear.nucleus.subscribe

    def watched(
        topic_filter: str, on_message: OnMessage, on_closed: OnClosed, on_established: OnEstablished
    ) -> FakeSubscription:
        open_when_made.append(sum(not one.closed for one in first))
        return subscribe(topic_filter, on_message, on_closed, on_established)

    ear.nucleus.subscribe = watched  # type: ignore[method-assign] # looks on
    ear.tend(1)
    assert open_when_made == [4, 4], "one goes on with another template, two are made"
    assert sorted(ear.live()) == ["+/reads", "after", "stays", "x"]
    assert [one.closed for one in first] == [False, True, False, True]
    assert ear.subscriptions.heard == ["stays", "after", "+/reads", "x"]
    first[2].on_message("a/reads", b"1")
    assert ear.messages() == [MessageArrived(None, "a/reads", b"1")]


def test_the_end_of_what_has_gone_is_no_loss_of_what_came(ear: Ear) -> None:
    """A changed entry has the same key; the nucleus's last word on the old one is no news."""
    ear.tend(0)
    before = ear.nucleus.subscriptions[0]
    ear.listen((Source("shared", "elsewhere"), SOURCES[1]))
    ear.tend(1)
    before.on_closed()
    ear.heed(1)
    assert ear.subscriptions.heard == ["elsewhere", FILTERS[1]]


def test_what_never_came_about_is_dropped_without_a_word(ear: Ear) -> None:
    """Two changes in a row, before the first was carried out."""
    ear.listen((Source("a", "a"),))
    ear.listen((Source("b", "b"),))
    ear.tend(0)
    assert ear.live() == ["b"]


def test_a_topic_that_moves_to_another_entry_has_no_gap_and_no_double(ear: Ear) -> None:
    """A deployment renames an entry: what is published in the meantime is heard once."""
    ear.listen((Source("before", "t"),))
    ear.tend(0)
    subscribe = ear.nucleus.subscribe

    def busy(
        topic_filter: str, on_message: OnMessage, on_closed: OnClosed, on_established: OnEstablished
    ) -> FakeSubscription:
        subscription = subscribe(topic_filter, on_message, on_closed, on_established)
        for one in ear.nucleus.live:
            if one.topic_filter == "t":
                one.on_message("t", topic_filter.encode())
        return subscription

    ear.nucleus.subscribe = busy  # type: ignore[method-assign] # publishes whenever it is asked
    ear.listen((Source("after", "t"), Source("other", "u")))
    ear.tend(1)
    ear.tend(1 + OVERLAP_SECONDS)
    heard = [one.payload for one in ear.messages() if isinstance(one, MessageArrived)]
    assert len(heard) == len(set(map(str, heard)))
    assert b"u" in heard
    assert sorted(ear.live()) == ["t", "u"]


def test_health_is_asked_for_on_its_own_topic() -> None:
    """However many requests come, one waits; the topic has no template and no payload."""
    inbox = Inbox()
    *_, health = listenings(SOURCES, inbox)
    assert isinstance(health, Listening)
    assert health.topic_filter == HEALTH_REQUEST_TOPIC
    payloads: list[Payload] = [b"", b"x", {}]
    for payload in payloads:
        health.deliver(HEALTH_REQUEST_TOPIC, payload)
    assert len(inbox.gather(0.0)) == 1
