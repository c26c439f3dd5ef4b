"""What there is to listen to, and where the messages go."""

from collections.abc import Sequence
from dataclasses import dataclass

from client_device_associator.configuration.settings import Source
from client_device_associator.messages.announcement import Payload
from client_device_associator.messages.template import Template
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC
from client_device_associator.pipeline.events import MessageArrived
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.session.subscriptions import Listening

_HEALTH_KEY = "/health"
"""No key of an announcement topic: those come from the configuration and go behind a prefix."""


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
        self.inbox.ask_for_health()


def listenings(sources: Sequence[Source], inbox: Inbox) -> list[Listening]:
    """Every announcement topic of the settings, and that on which health is asked for."""
    wanted = [
        Listening(
            f"announcements/{source.key}",
            source.topic_filter,
            _Announcements(inbox, source.thing_name),
        )
        for source in sources
    ]
    return [*wanted, Listening(_HEALTH_KEY, HEALTH_REQUEST_TOPIC, _HealthRequests(inbox))]
