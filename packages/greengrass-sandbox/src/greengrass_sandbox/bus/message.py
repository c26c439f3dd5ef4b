"""A message of local pub/sub."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """A published message.

    Args:
        topic: Where it was published.
        payload: Bytes of a BinaryMessage, or the JSON value of a JsonMessage.
        publisher: The component that published it. Subscribers are not told.
        encoded: The text of a BinaryMessage as its publisher wrote it, which need not be base64;
            None where there was no such text.
        core: The core device that it comes from; "" on local pub/sub, and for the cloud.
    """

    topic: str
    payload: Any
    publisher: str
    encoded: str | None = field(default=None, compare=False)
    core: str = field(default="", compare=False)

    def json(self) -> Any:  # noqa: ANN401 - it is JSON
        """The JSON value in it, of a JsonMessage or of the bytes of a BinaryMessage.

        Raises:
            ValueError: The bytes are no JSON.
        """
        return json.loads(self.payload) if isinstance(self.payload, bytes) else self.payload

    def as_bytes(self) -> bytes:
        """The payload as MQTT carries it."""
        return (
            self.payload if isinstance(self.payload, bytes) else json.dumps(self.payload).encode()
        )

    @property
    def event(self) -> dict[str, Any]:
        """The SubscriptionResponseMessage that carries it."""
        context = {"topic": self.topic}
        if isinstance(self.payload, bytes):
            text = self.encoded
            if text is None:
                text = base64.b64encode(self.payload).decode()
            return {"binaryMessage": {"message": text, "context": context}}
        return {"jsonMessage": {"message": self.payload, "context": context}}
