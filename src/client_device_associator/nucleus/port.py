"""What the component asks of a nucleus."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Protocol

from client_device_associator.errors import NucleusError
from client_device_associator.messages.announcement import Payload

OnMessage = Callable[[str, Payload], None]
"""Called with topic and payload, on a thread of the nucleus's; it must not block."""

OnTaken = Callable[[NucleusError | None], None]
"""Called once when the nucleus has taken a message or has not; on a thread of its own."""

OnClosed = Callable[[], None]
"""Called once if the nucleus ends a subscription; on a thread of the nucleus's."""

OnEstablished = Callable[[], None]
"""Called when the nucleus has made a subscription: in order with the messages of others, so that
what comes on them later comes on the new one, too. On a thread of the nucleus's."""

OnAsked = Callable[[str, Mapping[str, object]], None]
"""Called with a deployment's id and the whole configuration that it would bring."""


class ComponentState(Enum):
    """What a component may report of itself; the values are the IPC's own."""

    RUNNING = "RUNNING"
    ERRORED = "ERRORED"


class Subscription(Protocol):
    """A live subscription."""

    def close(self) -> None:
        """Ends it; messages already on their way may still arrive."""
        ...


class Publisher(Protocol):
    """What takes messages for local pub/sub."""

    def publish(self, topic: str, message: Payload, on_taken: OnTaken) -> None:
        """Publishes to local pub/sub: bytes as BinaryMessage, an object as JsonMessage.

        It returns at once and never raises.
        """
        ...


class Nucleus(Publisher, Protocol):
    """Greengrass IPC, as far as this component uses it."""

    def configuration(self) -> Mapping[str, object]:
        """The whole configuration of this component; raises NucleusError."""
        ...

    def subscribe(
        self,
        topic_filter: str,
        on_message: OnMessage,
        on_closed: OnClosed,
        on_established: OnEstablished,
    ) -> Subscription:
        """Subscribes to local pub/sub.

        Args:
            topic_filter: May hold `+` and `#`.
            on_message: Gets every message.
            on_closed: Called once if the nucleus ends the subscription.
            on_established: Called once when it is made, before anything comes on it.

        Raises:
            NotAuthorized: accessControl lacks the topic.
            NucleusError: Anything else.
        """
        ...

    def watch_configuration(
        self, on_changed: Callable[[], None], on_closed: OnClosed
    ) -> Subscription:
        """Tells of every change of this component's configuration; raises NucleusError.

        A deployment that changes several values makes several calls; what has changed is to be
        read anew.
        """
        ...

    def watch_validation(self, on_asked: OnAsked, on_closed: OnClosed) -> Subscription:
        """Has deployments ask before they change the configuration; raises NucleusError.

        Only the classic nucleus asks. Every question must be answered with `answer_validation`.
        """
        ...

    def answer_validation(self, deployment_id: str, objection: str | None) -> None:
        """Accepts a deployment's configuration, or objects to it; returns at once."""
        ...

    def agree_to_component_updates(self, on_closed: OnClosed) -> Subscription:
        """Has every deployment go ahead at once instead of waiting for us; raises NucleusError.

        Only the classic nucleus asks.
        """
        ...

    def report(self, state: ComponentState) -> None:
        """Tells the nucleus how the component is; raises NucleusError."""
        ...

    def close(self) -> None:
        """Closes the connection."""
        ...
