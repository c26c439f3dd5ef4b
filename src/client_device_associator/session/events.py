"""What the nucleus's threads tell the session."""

from collections.abc import Mapping

from client_device_associator.core.values import dataclass


@dataclass(frozen=True, slots=True)
class SubscriptionClosed:
    """The nucleus has ended a subscription.

    Attributes:
        number: Which of all subscriptions it was, counted from 1: one that was replaced in the
            meantime is no loss.
    """

    number: int


@dataclass(frozen=True, slots=True)
class ConfigurationChanged:
    """Something in this component's configuration is not what it was."""


@dataclass(frozen=True, slots=True)
class ConfigurationStreamClosed:
    """The nucleus reports no more changes, or asks for no more validations."""


@dataclass(frozen=True, slots=True)
class ValidationRequested:
    """A deployment asks whether this configuration is valid."""

    deployment_id: str
    configuration: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TrafficBegan:
    """A message has come after a time with none."""


SessionEvent = (
    SubscriptionClosed
    | ConfigurationChanged
    | ConfigurationStreamClosed
    | ValidationRequested
    | TrafficBegan
)
