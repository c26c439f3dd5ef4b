"""A component's subscriptions on a made-up nucleus."""

from builders import moment
from client_device_associator.configuration.settings import Settings, Source
from client_device_associator.pipeline.events import Event, SubscriptionClosed
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.reporting.operator_log import OperatorLog
from client_device_associator.session.listeners import listenings
from client_device_associator.session.subscriptions import (
    Subscriptions,
)
from fakes import FakeClock, FakeNucleus

SOURCES = Settings().sources
FILTERS = [one.topic_filter for one in SOURCES]
RENEWAL = 300.0


class Ear:
    """Subscriptions to the default topics, and what came of them."""

    def __init__(self, sources: tuple[Source, ...] = SOURCES) -> None:
        self.nucleus = FakeNucleus()
        self.inbox = Inbox()
        self.events: list[Event] = []
        self.subscriptions = Subscriptions(
            self.nucleus, self.events.append, OperatorLog("core-1", "eu-central-1")
        )
        self.listen(sources)

    def listen(self, sources: tuple[Source, ...]) -> None:
        """Listens to announcements from these; the topic for health is left out."""
        self.subscriptions.listen(listenings(sources, self.inbox)[:-1])

    def tend(self, seconds: float) -> float | None:
        """Tends them; returns seconds until the next time."""
        wake_at = self.subscriptions.tend(FakeClock(seconds), RENEWAL)
        return None if wake_at is None else wake_at - moment(seconds).steady

    def heed(self, seconds: float) -> None:
        """Hands on what the nucleus has told of closed subscriptions."""
        events, self.events[:] = list(self.events), []
        for event in events:
            assert isinstance(event, SubscriptionClosed)
            self.subscriptions.closed(event, moment(seconds))

    def messages(self) -> list[Event]:
        """What was delivered."""
        return self.inbox.gather(0.0)

    def live(self) -> list[str]:
        """The filters of subscriptions that nobody has closed, in the order of their making."""
        return [one.topic_filter for one in self.nucleus.live]
