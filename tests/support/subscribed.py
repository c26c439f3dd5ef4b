"""A component's subscriptions on a nucleus that a test answers for."""

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC
from client_device_associator.pipeline.events import Event
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.pipeline.recently_seen import RecentlySeen
from client_device_associator.reporting.notices import Notice
from client_device_associator.session.events import (
    SessionEvent,
    SubscriptionClosed,
    TrafficBegan,
)
from client_device_associator.session.listeners import listeners
from client_device_associator.session.subscriptions import Subscriptions
from support.fakes import FakeClock, FakeNucleus
from support.values import START, settings

TOPICS = settings().announcement_topics
FILTERS = tuple(topic.topic_filter for topic in TOPICS)
RENEWAL = 300.0


class Subscribed:
    """Subscriptions to the default topics, and what came of them."""

    def __init__(self, topics: tuple[AnnouncementTopic, ...] = TOPICS) -> None:
        self.clock = FakeClock()
        self.nucleus = FakeNucleus()
        self.inbox = Inbox(self.clock.steady)
        self.seen = RecentlySeen(self.clock.steady)
        self.events: list[SessionEvent] = []
        self.notices: list[Notice] = []
        self.subscriptions = Subscriptions(self.nucleus, self.events.append, self.notices.append)
        self.listen(topics)

    def listen(self, topics: tuple[AnnouncementTopic, ...]) -> None:
        """Listens to announcements on these; the topic for health is left out."""
        wanted = listeners(settings(announcement_topics=topics), self.inbox, self.seen)
        self.subscriptions.listen(
            [
                one
                for one in wanted
                if one.topic_filter not in (HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC)
            ]
        )

    def run_due(self, seconds: float, renewal_seconds: float = RENEWAL) -> float | None:
        """Does what is due at a second; returns the seconds until the next time."""
        self.clock.seconds = seconds
        wake_at = self.subscriptions.run_due(self.clock, renewal_seconds)
        return None if wake_at is None else wake_at - START - seconds

    def handle_all(self, seconds: float) -> None:
        """Hands on what the nucleus has reported of closed subscriptions."""
        self.clock.seconds = seconds
        while self.events:
            event = self.events.pop(0)
            if isinstance(event, TrafficBegan):
                continue
            assert isinstance(event, SubscriptionClosed)
            self.subscriptions.closed(event, self.clock.now())

    def messages(self) -> list[Event]:
        """What was delivered."""
        return list(self.inbox.take().events)
