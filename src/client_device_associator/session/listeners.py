"""What there is to listen to, and where the messages go."""

from client_device_associator.configuration.settings import AnnouncementTopic, Settings
from client_device_associator.core.bus import Bus, shown
from client_device_associator.core.thing_name import MAX_LENGTH
from client_device_associator.core.values import dataclass
from client_device_associator.messages.claim import ClaimTopic
from client_device_associator.messages.metric_message import METRIC_ANSWERS_TOPIC
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.template import NoValueError, Template
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC
from client_device_associator.nucleus.port import OnMessage, OnUnreadable
from client_device_associator.pipeline.events import (
    ClaimArrived,
    HealthRequested,
    MessageArrived,
    RosterRequested,
)
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.pipeline.recently_seen import RecentlySeen
from client_device_associator.session.metric_answers import MetricAnswers

LEAST_PRESENCE_SECONDS = 60.0
"""A device whose presence is known is not looked at again before this, even if `trustSeconds` is 0:
such traffic comes with everything that a device ever sends."""

MOST_PRESENCE_SECONDS = 6 * 3600.0
"""The same if it is noted each day who was heard: several looks a day."""

_NO_NAME = ""
"""What stands for all topics that name no device, or one that cannot be."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One thing to listen to.

    Attributes:
        topic_filter: What to subscribe to.
        deliver: Takes every message, on the nucleus's thread.
        count_unreadable: Called for each that cannot be decoded, on the nucleus's thread.
        bus: Where the topics are.
    """

    topic_filter: str
    deliver: OnMessage
    count_unreadable: OnUnreadable
    bus: Bus = Bus.LOCAL

    @property
    def is_local(self) -> bool:
        """Whether it listens to other components on the core device."""
        return self.bus is Bus.LOCAL

    @property
    def shown(self) -> str:
        """What it listens to, for a person."""
        return shown(self.bus, self.topic_filter)


@dataclass(frozen=True, slots=True)
class _Announcements:
    """Takes messages on an announcement topic; equal if they are read in the same way."""

    inbox: Inbox
    source: AnnouncementTopic

    def __call__(self, topic: str, payload: Payload) -> None:
        self.inbox.offer(MessageArrived(self.source, topic, payload))


@dataclass(frozen=True, slots=True)
class _Presence:
    """Takes messages that have another purpose; those of devices that were seen end here."""

    inbox: Inbox
    seen: RecentlySeen
    source: AnnouncementTopic
    thing_name: Template
    seconds: float

    def __call__(self, topic: str, payload: Payload) -> None:  # noqa: ARG002 - whatever it says
        try:
            name = self.thing_name.fill(topic, None)
        except NoValueError:
            name = _NO_NAME
        if len(name) > MAX_LENGTH:
            name = _NO_NAME  # of whatever length it is, it would be remembered
        if self.seen.is_new(name, self.seconds) and not self.inbox.offer(
            MessageArrived(self.source, topic, b"")
        ):
            self.seen.ask_again(name)


@dataclass(frozen=True, slots=True)
class _Claims:
    """Takes what other core devices say, and this one, too."""

    inbox: Inbox
    source: ClaimTopic

    def __call__(self, topic: str, payload: Payload) -> None:
        self.inbox.offer(ClaimArrived(self.source, topic, payload))


@dataclass(frozen=True, slots=True)
class _Requests:
    """Takes requests of a kind; however many come at once, one is enough."""

    inbox: Inbox
    request: HealthRequested | RosterRequested

    def __call__(self, topic: str, payload: Payload) -> None:  # noqa: ARG002 - whatever it says
        self.inbox.request(self.request)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Counts messages on a filter that cannot be decoded."""

    inbox: Inbox
    topic_filter: str

    def __call__(self) -> None:
        self.inbox.count_unreadable(self.topic_filter)


def listeners(settings: Settings, inbox: Inbox, seen: RecentlySeen) -> list[Listener]:
    """Every announcement topic of the settings, those of requests, and that of metrics if any.

    What is on AWS IoT Core comes last: to wait for it must not keep what is local waiting.
    """
    presence_seconds = max(settings.policy.trust_seconds, LEAST_PRESENCE_SECONDS)
    if settings.policy.silent_days is not None:
        presence_seconds = min(presence_seconds, MOST_PRESENCE_SECONDS)

    def listener(topic_filter: str, deliver: OnMessage, bus: Bus = Bus.LOCAL) -> Listener:
        unreadable = _Unreadable(inbox, shown(bus, topic_filter))
        return Listener(topic_filter, deliver, unreadable, bus)

    def deliver(source: AnnouncementTopic) -> OnMessage:
        if source.is_presence and source.thing_name is not None:
            return _Presence(inbox, seen, source, source.thing_name, presence_seconds)
        return _Announcements(inbox, source)

    def announced_on(bus: Bus) -> list[Listener]:
        return [listener(one.topic_filter, deliver(one), bus) for one in settings.topics_on(bus)]

    def claimed(source: ClaimTopic | None) -> list[Listener]:
        if source is None:
            return []
        return [listener(source.topic_filter, _Claims(inbox, source), Bus.IOT_CORE)]

    requests: dict[str, HealthRequested | RosterRequested] = {
        HEALTH_REQUEST_TOPIC: HealthRequested(),
        ROSTER_REQUEST_TOPIC: RosterRequested(),
    }
    metrics = [METRIC_ANSWERS_TOPIC] if settings.metrics.to_cloudwatch else []
    return [
        *announced_on(Bus.LOCAL),
        *(listener(topic, _Requests(inbox, request)) for topic, request in requests.items()),
        *(listener(topic, MetricAnswers(inbox)) for topic in metrics),
        *announced_on(Bus.IOT_CORE),
        *claimed(settings.claims),
    ]
