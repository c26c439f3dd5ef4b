"""Local publish/subscribe as a test sees it."""

from collections.abc import Callable, Mapping
from typing import Any

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.bus.mqtt_filter import MqttFilter
from greengrass_sandbox.core_device import CoreDevice
from greengrass_sandbox.nucleus.server import SANDBOX_PUBLISHER

PATIENCE_SECONDS = 10.0
"""How long a test waits for a component unless it says otherwise."""


class Bus:
    """Publishes to components, and expects messages of them.

    It collects from the moment at which it is made, so that no message is missed, and keeps its
    place: each message is expected once.

    Args:
        core: The core device.

    Attributes:
        messages: All that components have published, and the test itself, in order.
    """

    def __init__(self, core: CoreDevice) -> None:
        self._core = core
        self._watch = core.watch()
        self._taken: set[int] = set()

    @property
    def messages(self) -> list[Message]:
        """All messages so far, those of the test itself as well, in order."""
        return self._watch.messages

    def publish(
        self,
        topic: str,
        payload: bytes | str | Mapping[str, Any],
        *,
        within: float = PATIENCE_SECONDS,
    ) -> None:
        """Publish, as soon as a component listens: a message to nobody is lost.

        Args:
            topic: Where.
            payload: Bytes or a text as BinaryMessage, a mapping as JsonMessage.
            within: How long to wait for a subscriber, in seconds; 0 publishes at once.

        Raises:
            TimeoutError: Nobody subscribed in time; tells who listens to what.
            PublishRefused: The nucleus would not pass this message on.
        """
        if within > 0:
            self._core.wait_for_subscriber(topic, within)
        self._core.publish(topic, payload.encode() if isinstance(payload, str) else payload)

    def expect(
        self,
        topic_filter: str,
        *,
        within: float = PATIENCE_SECONDS,
        where: Callable[[Message], bool] = lambda _message: True,
    ) -> Message:
        """Wait for the next message of a component, and return it.

        Messages that have come already count, each once. The test's own do not.

        Args:
            topic_filter: By the rules of MQTT.
            within: How long to wait, in seconds.
            where: Which messages count.

        Raises:
            TimeoutError: None came in time; tells what has come.
        """
        matcher = MqttFilter(topic_filter)

        def found() -> int | None:
            for number, message in enumerate(self.messages):
                is_news = number not in self._taken and message.publisher != SANDBOX_PUBLISHER
                if is_news and matcher.matches(message.topic) and where(message):
                    return number
            return None

        try:
            self._watch.wait_for(lambda _messages: found() is not None, within)
        except TimeoutError as error:
            raise TimeoutError(f"no message on {topic_filter}: {error}") from error
        number = found()
        assert number is not None  # noqa: S101 - messages only ever become more
        self._taken.add(number)
        return self.messages[number]

    def close(self) -> None:
        """Collect no more."""
        self._watch.close()
