"""The classic nucleus' spool of messages for AWS IoT Core (its Spool and MqttClient, read)."""

from collections import deque
from collections.abc import Iterator

from greengrass_sandbox.iot_core.message import MqttMessage

DEFAULT_MAX_BYTES = int(2.5 * 1024 * 1024)
"""Spool: DEFAULT_SPOOL_MAX_MESSAGE_QUEUE_SIZE_IN_BYTES; payloads alone are counted."""


class SpoolFull(Exception):  # noqa: N818 - a state, not a mistake
    """There is no room for a message; says why."""


class Spool:
    """Keeps messages of quality of service 1 in memory, in their order, until they can be sent.

    Those of quality of service 0 never wait here: by default (keepQos0WhenOffline) they are refused
    while the nucleus is offline.

    Args:
        max_bytes: How many bytes of payload it takes.
    """

    def __init__(self, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._messages: deque[MqttMessage] = deque()
        self._bytes = 0

    def add(self, message: MqttMessage) -> None:
        """Keep a message.

        Raises:
            SpoolFull: There is no room.
        """
        size = len(message.payload)
        if size > self._max_bytes:
            raise SpoolFull("Message is larger than the size of message spool.")
        if self._bytes + size > self._max_bytes:
            raise SpoolFull("Message spool is full. Message could not be added.")
        self._messages.append(message)
        self._bytes += size

    def take_all(self) -> Iterator[MqttMessage]:
        """Take the messages out, the oldest first."""
        while self._messages:
            message = self._messages.popleft()
            self._bytes -= len(message.payload)
            yield message

    def clear(self) -> None:
        """Forget everything, as a nucleus does that ends."""
        self._messages.clear()
        self._bytes = 0
