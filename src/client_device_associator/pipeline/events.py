"""What threads tell each other: most of it goes to the one that owns the engine and the journal."""

from collections.abc import Mapping
from dataclasses import dataclass

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.answer import Answer
from client_device_associator.errors import NucleusError
from client_device_associator.messages.announcement import Payload
from client_device_associator.messages.template import Template
from client_device_associator.reporting.health import Surroundings


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """A message on one of the announcement topics, as yet unread."""

    template: Template | None
    topic: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class AnswerArrived:
    """The worker has answered a call, or will not."""

    call_id: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class WorkerEnded:
    """A worker process is gone.

    Attributes:
        number: Which of those that were started, counted from 1.
        reason: What is known of why.
    """

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class MessageTaken:
    """The nucleus has taken a message of ours, or has not."""

    number: int
    error: NucleusError | None


@dataclass(frozen=True, slots=True)
class SubscriptionClosed:
    """The nucleus has ended a subscription.

    Attributes:
        number: Which of all subscriptions it was, counted from 1: one that has been replaced in
            the meantime is no loss.
    """

    number: int


@dataclass(frozen=True, slots=True)
class ConfigurationChanged:
    """Something in this component's configuration is not what it was."""


@dataclass(frozen=True, slots=True)
class ConfigurationUnwatched:
    """The nucleus tells of no more changes, or asks no more about them."""


@dataclass(frozen=True, slots=True)
class ConfigurationAsked:
    """A deployment asks whether this configuration would do."""

    deployment_id: str
    configuration: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SettingsRead:
    """The configuration was read, and these are in force from now on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class SurroundingsChanged:
    """What is listened to, or wrong with the configuration, is not what it was."""

    surroundings: Surroundings


@dataclass(frozen=True, slots=True)
class HealthAsked:
    """Somebody wants to know how the component is."""


@dataclass(frozen=True, slots=True)
class NucleusGone:
    """There is no connection to the nucleus any more."""


@dataclass(frozen=True, slots=True)
class StopRequested:
    """The nucleus, or a person, wants the component to end."""


Event = (
    MessageArrived
    | AnswerArrived
    | WorkerEnded
    | MessageTaken
    | SubscriptionClosed
    | ConfigurationChanged
    | ConfigurationUnwatched
    | ConfigurationAsked
    | SettingsRead
    | SurroundingsChanged
    | HealthAsked
    | NucleusGone
    | StopRequested
)
