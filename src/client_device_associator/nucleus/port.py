"""What the component asks of a nucleus."""

from collections.abc import Callable, Mapping
from typing import Protocol

from client_device_associator.core.bus import Bus
from client_device_associator.errors import NucleusError
from client_device_associator.messages.payload import Payload

OnMessage = Callable[[str, Payload], None]
"""Called with topic and payload, on a thread of the nucleus's; it must not block."""

OnAcknowledged = Callable[[NucleusError | None], None]
"""Called once when the nucleus has taken a message, or has refused it; on a thread of its own."""

OnUnreadable = Callable[[], None]
"""Called for each message that cannot be decoded; on a thread of the nucleus's."""

OnClosed = Callable[[], None]
"""Called once if the nucleus ends a stream; on a thread of the nucleus's."""

OnValidationRequested = Callable[[str, Mapping[str, object]], None]
"""Called with a deployment's id and the whole configuration that it would bring."""


class Subscription(Protocol):
    """A live stream of messages or events."""

    def close(self) -> None:
        """Ends it; messages already on their way may still arrive."""
        ...


class Publisher(Protocol):
    """What takes messages."""

    def publish(
        self,
        topic: str,
        message: Payload,
        on_acknowledged: OnAcknowledged,
        bus: Bus = Bus.LOCAL,
    ) -> None:
        """Publishes: to local pub/sub, bytes as BinaryMessage and an object as JsonMessage.

        To AWS IoT Core it all goes as bytes, with QoS 1. It is acknowledged when the nucleus has
        taken it: lite has sent it then, the classic nucleus may keep it until it is online.

        It returns at once and never raises.
        """
        ...


class Nucleus(Publisher, Protocol):
    """Greengrass IPC, as far as this component uses it.

    Whatever raises NucleusError may wait for the nucleus's answer, for seconds.
    """

    def configuration(self) -> Mapping[str, object]:
        """The whole configuration of this component; raises NucleusError."""
        ...

    def subscribe(
        self,
        topic_filter: str,
        on_message: OnMessage,
        on_unreadable: OnUnreadable,
        on_closed: OnClosed,
        bus: Bus = Bus.LOCAL,
    ) -> Subscription:
        """Subscribes; to AWS IoT Core with QoS 1.

        Args:
            topic_filter: May hold `+` and `#`.
            on_message: Gets every message.
            on_unreadable: Called for a message that cannot be decoded.
            on_closed: Called once if the nucleus ends the subscription.
            bus: Where the topics are.

        Raises:
            NotAuthorizedError: accessControl lacks the topic.
            NucleusError: Anything else.
        """
        ...

    def watch_configuration(
        self, on_changed: Callable[[], None], on_closed: OnClosed
    ) -> Subscription:
        """Reports every change of this component's configuration; raises NucleusError.

        A deployment that changes several values makes several calls; what has changed has to be
        read again.
        """
        ...

    def watch_validation(
        self, on_requested: OnValidationRequested, on_closed: OnClosed
    ) -> Subscription:
        """Has deployments ask before they change the configuration; raises NucleusError.

        Only the classic nucleus asks. Every request must be answered with `answer_validation`.
        """
        ...

    def answer_validation(self, deployment_id: str, objection: str | None) -> None:
        """Accepts a deployment's configuration, or objects to it; returns at once."""
        ...

    def close(self) -> None:
        """Closes the connection."""
        ...
