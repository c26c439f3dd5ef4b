"""Local pub/sub of nucleus lite (ggipcd and ggpubsubd, read and run)."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.bus.mqtt_filter import MqttFilter
from greengrass_sandbox.kinds.lite.arguments import INVALID, Fields
from greengrass_sandbox.kinds.lite.authorization import LiteAuthorization
from greengrass_sandbox.kinds.lite.budget import Daemon, SubscriptionBudget
from greengrass_sandbox.kinds.lite.bus import check_request, event_fits
from greengrass_sandbox.nucleus.delivery import Delivery, Subscription
from greengrass_sandbox.nucleus.errors import ConnectionBroken, service_error
from greengrass_sandbox.nucleus.stream import Stream

PUBSUB_SERVICE = "aws.greengrass.ipc.pubsub"
MAX_TOPIC_BYTES = 256
_SANDBOX_MAX_BYTES = 7_300
"""Of a BinaryMessage of the sandbox's own: about what fits in a component's request."""


class LitePubSub:
    """SubscribeToTopic and PublishToTopic.

    Args:
        authorization: Whether a component may.
        delivery: The subscriptions.
        budget: Counts subscriptions of all kinds.
    """

    def __init__(
        self, authorization: LiteAuthorization, delivery: Delivery, budget: SubscriptionBudget
    ) -> None:
        self._authorization = authorization
        self._delivery = delivery
        self._budget = budget

    async def subscribe(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToTopic. Its authorization resource is the filter itself, literally."""
        topic = Fields(arguments).text("topic")
        self._authorization.demand(stream, PUBSUB_SERVICE, topic)
        self._budget.check(Daemon.PUBSUB)
        if not topic or len(topic.encode()) > MAX_TOPIC_BYTES:
            raise service_error("Failed to bind subscription.")
        release = self._budget.take(Daemon.PUBSUB)
        self._delivery.add(Subscription(stream, MqttFilter(topic), release=release))
        return {}

    async def publish(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """PublishToTopic."""
        message = _message(arguments, stream.component)
        self._authorization.demand(stream, PUBSUB_SERVICE, message.topic)
        await self._pass_on(message)
        return {}

    async def publish_as_sandbox(self, message: Message) -> None:
        """Publish as a component of the sandbox's own, without accessControl.

        Raises:
            OperationError, ConnectionBroken: As a component's publish would have met them.
        """
        if isinstance(message.payload, bytes) and len(message.payload) > _SANDBOX_MAX_BYTES:
            raise ConnectionBroken(
                f"{len(message.payload)} bytes of BinaryMessage on {message.topic}: "
                f"this nucleus passes on {_SANDBOX_MAX_BYTES}"
            )
        await self._pass_on(message)

    async def _pass_on(self, message: Message) -> None:
        parameters = _parameters(message)
        check_request("publish", parameters)
        if len(message.topic.encode()) > MAX_TOPIC_BYTES:
            raise service_error("Failed to publish the message.")
        await self._delivery.wait_for_turn()
        if event_fits(parameters):
            await self._delivery.pass_on(message)
        else:
            self._delivery.bury(message.topic, message.publisher)


def _message(arguments: Mapping[str, Any], publisher: str) -> Message:
    fields = Fields(arguments)
    topic = fields.text("topic")
    content = Fields(fields.mapping("publishMessage"))
    json_message = content.optional_mapping("jsonMessage")
    binary_message = content.optional_mapping("binaryMessage")
    if binary_message is None and json_message is not None:
        return Message(topic, Fields(json_message).anything("message"), publisher)
    if binary_message is not None and json_message is None:
        text = Fields(binary_message).text("message")
        return Message(topic, _decoded(text), publisher, encoded=text)
    raise service_error(INVALID)


def _parameters(message: Message) -> dict[str, Any]:
    """What the IPC daemon tells the pub/sub daemon, and that every subscriber."""
    if isinstance(message.payload, bytes):
        text = message.event["binaryMessage"]["message"]
        return {"topic": message.topic, "type": "base64", "message": text}
    return {"topic": message.topic, "type": "json", "message": message.payload}


def _decoded(text: str) -> bytes:
    """The bytes of a BinaryMessage; lite passes on the text itself, base64 or not."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
