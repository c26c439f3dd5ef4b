"""What the component asks of a nucleus."""

from collections.abc import Callable, Mapping
from typing import Protocol

from client_device_associator.core.announcement import Payload
from client_device_associator.errors import NucleusError

OnMessage = Callable[[str, Payload], None]
"""Called with topic and payload, on a thread of the nucleus's; it must not block."""

OnTaken = Callable[[NucleusError | None], None]
"""Called once when the nucleus has taken a message or has not; on a thread of its own."""


class Subscription(Protocol):
    """A live subscription."""

    def close(self) -> None:
        """Ends it; messages already on their way may still arrive."""
        ...


class Nucleus(Protocol):
    """Greengrass IPC, as far as this component uses it."""

    def configuration(self) -> Mapping[str, object]:
        """The whole configuration of this component; raises NucleusError."""
        ...

    def subscribe(
        self, topic_filter: str, on_message: OnMessage, on_closed: Callable[[], None]
    ) -> Subscription:
        """Subscribes to local pub/sub.

        Args:
            topic_filter: May hold `+` and `#`.
            on_message: Gets every message.
            on_closed: Called once if the nucleus ends the subscription.

        Raises:
            NotAuthorized: accessControl lacks the topic.
            NucleusError: Anything else.
        """
        ...

    def publish(self, topic: str, message: Payload, on_taken: OnTaken) -> None:
        """Publishes to local pub/sub: bytes as BinaryMessage, an object as JsonMessage.

        It returns at once and never raises.
        """
        ...

    def report_running(self) -> None:
        """Tells the nucleus that the component does its work; raises NucleusError."""
        ...

    def close(self) -> None:
        """Closes the connection."""
        ...
