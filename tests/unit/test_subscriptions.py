import logging

import pytest

from builders import moment
from client_device_associator.errors import NotAuthorized, NucleusError, NucleusLost
from client_device_associator.events import Event, MessageArrived, SubscriptionClosed
from client_device_associator.operator_log import OperatorLog
from client_device_associator.settings import Settings
from client_device_associator.subscriptions import TRY_AGAIN_SECONDS, Subscriptions
from fakes import FakeNucleus

SOURCES = Settings().sources
RENEWAL = 300.0


class Listening:
    """Subscriptions to the default topics, and what came of them."""

    def __init__(self) -> None:
        self.nucleus = FakeNucleus()
        self.messages: list[MessageArrived] = []
        self.events: list[Event] = []
        self.subscriptions = Subscriptions(
            self.nucleus,
            self.messages.append,
            self.events.append,
            OperatorLog("core-1", "eu-central-1"),
        )
        self.subscriptions.listen(SOURCES)

    def tend(self, seconds: float) -> float | None:
        """Tends them; returns seconds until the next time."""
        wake_at = self.subscriptions.tend(moment(seconds), RENEWAL)
        return None if wake_at is None else wake_at - moment(seconds).steady


@pytest.fixture
def listening() -> Listening:
    """Nothing has been subscribed to yet."""
    return Listening()


def test_listens_to_every_source(listening: Listening) -> None:
    """Messages come with the template of their own source."""
    assert listening.tend(0) == RENEWAL
    assert listening.subscriptions.topic_filters == [one.topic_filter for one in SOURCES]
    shared, own = listening.nucleus.subscriptions
    shared.on_message("clientdevices/announce", b"1")
    own.on_message("clientdevices/a/announce", {"x": 1})
    assert listening.messages == [
        MessageArrived(None, "clientdevices/announce", b"1"),
        MessageArrived(SOURCES[1].thing_name, "clientdevices/a/announce", {"x": 1}),
    ]


def test_renews_before_it_closes(listening: Listening) -> None:
    """At no time is nobody listening, and in the end one does."""
    listening.tend(0)
    assert listening.tend(RENEWAL - 1) == 1
    assert len(listening.nucleus.subscriptions) == 2
    listening.tend(RENEWAL)
    assert [one.closed for one in listening.nucleus.subscriptions] == [True, True, False, False]


def test_a_closed_subscription_is_made_anew_at_once(
    listening: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    """The nucleus may end one with no disconnect."""
    listening.tend(0)
    listening.nucleus.subscriptions[0].on_closed()
    assert listening.events == [SubscriptionClosed("shared")]
    listening.subscriptions.closed("shared")
    assert listening.subscriptions.topic_filters == ["clientdevices/+/announce"]
    assert "closed the subscription to clientdevices/announce" in caplog.text
    listening.tend(1)
    assert len(listening.nucleus.subscriptions) == 3


def test_a_closing_of_something_unknown_is_no_news(listening: Listening) -> None:
    """The source may have left the configuration meanwhile."""
    listening.tend(0)
    listening.subscriptions.closed("gone")
    assert len(listening.subscriptions.topic_filters) == 2


def test_a_late_closing_leaves_one_subscription(listening: Listening) -> None:
    """When the old one's end is heard of after it was renewed, nobody hears everything twice."""
    listening.tend(0)
    listening.nucleus.subscriptions[0].on_closed()
    listening.tend(RENEWAL)
    for event in listening.events:
        assert isinstance(event, SubscriptionClosed)
        listening.subscriptions.closed(event.key)
    listening.tend(RENEWAL + 1)
    assert sorted(one.topic_filter for one in listening.nucleus.live) == sorted(
        one.topic_filter for one in SOURCES
    )


@pytest.mark.parametrize("error", [NotAuthorized("no"), NucleusError("busy")])
def test_a_failed_subscribe_is_tried_again(
    listening: Listening, error: NucleusError, caplog: pytest.LogCaptureFixture
) -> None:
    """After a minute, said once; then it is as if nothing had been."""
    listening.nucleus.refuses_to_subscribe = error
    assert listening.tend(0) == TRY_AGAIN_SECONDS
    assert listening.subscriptions.topic_filters == []
    assert listening.tend(TRY_AGAIN_SECONDS) == TRY_AGAIN_SECONDS
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert "allow aws.greengrass#SubscribeToTopic" in caplog.text
    listening.nucleus.refuses_to_subscribe = None
    assert listening.tend(TRY_AGAIN_SECONDS * 2) == RENEWAL
    assert len(listening.nucleus.live) == 2


def test_a_failed_renewal_keeps_the_old_subscription(listening: Listening) -> None:
    """It may be dead, but more likely it is not."""
    listening.tend(0)
    listening.nucleus.refuses_to_subscribe = NucleusError("busy")
    listening.tend(RENEWAL)
    assert len(listening.nucleus.live) == 2


def test_of_a_lost_nucleus_nothing_is_said_here(
    listening: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    """There is an event for that."""
    listening.nucleus.refuses_to_subscribe = NucleusLost("gone")
    listening.tend(0)
    assert caplog.text == ""


def test_without_sources_there_is_nothing_to_wake_for(listening: Listening) -> None:
    """An empty list is possible before the settings are known."""
    listening.subscriptions.listen([])
    assert listening.tend(0) is None
