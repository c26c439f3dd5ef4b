"""What there is to listen to, and where the messages go."""

from collections.abc import Sequence
from dataclasses import dataclass

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.template import Template
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC
from client_device_associator.nucleus.port import OnMessage, OnUnreadable
from client_device_associator.pipeline.events import MessageArrived
from client_device_associator.pipeline.inbox import Inbox


@dataclass(frozen=True, slots=True)
class Listener:
    """One thing to listen to.

    Attributes:
        topic_filter: What to subscribe to.
        deliver: Takes every message, on the nucleus's thread.
        count_unreadable: Called for each that cannot be decoded, on the nucleus's thread.
    """

    topic_filter: str
    deliver: OnMessage
    count_unreadable: OnUnreadable


@dataclass(frozen=True, slots=True)
class _Announcements:
    """Takes messages on an announcement topic; equal if they are read in the same way."""

    inbox: Inbox
    thing_name: Template | None

    def __call__(self, topic: str, payload: Payload) -> None:
        self.inbox.offer(MessageArrived(self.thing_name, topic, payload))


@dataclass(frozen=True, slots=True)
class _HealthRequests:
    """Takes requests for health; however many come at once, one is enough."""

    inbox: Inbox

    def __call__(self, topic: str, payload: Payload) -> None:  # noqa: ARG002 - whatever it says
        self.inbox.request_health()


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Counts messages on a filter that cannot be decoded."""

    inbox: Inbox
    topic_filter: str

    def __call__(self) -> None:
        self.inbox.count_unreadable(self.topic_filter)


def listeners(topics: Sequence[AnnouncementTopic], inbox: Inbox) -> list[Listener]:
    """Every announcement topic of the settings, and that on which health is requested."""

    def listener(topic_filter: str, deliver: OnMessage) -> Listener:
        return Listener(topic_filter, deliver, _Unreadable(inbox, topic_filter))

    wanted = [listener(one.topic_filter, _Announcements(inbox, one.thing_name)) for one in topics]
    return [*wanted, listener(HEALTH_REQUEST_TOPIC, _HealthRequests(inbox))]
