"""Local pub/sub of the classic nucleus (its PubSubIPCEventStreamAgent, read and run)."""

from collections.abc import Mapping
from typing import Any

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.kinds.classic.authorization import ClassicAuthorization
from greengrass_sandbox.kinds.classic.topics import ClassicFilter, has_publish_wildcard, split
from greengrass_sandbox.nucleus.delivery import Delivery, Subscription
from greengrass_sandbox.nucleus.errors import invalid_arguments, service_error
from greengrass_sandbox.nucleus.stream import Stream

PUBSUB_SERVICE = "aws.greengrass.ipc.pubsub"
_RECEIVE_ALL = "RECEIVE_ALL_MESSAGES"
_RECEIVE_FROM_OTHERS = "RECEIVE_MESSAGES_FROM_OTHERS"


class ClassicPubSub:
    """SubscribeToTopic and PublishToTopic.

    Args:
        authorization: Whether a component may.
        delivery: The subscriptions.
    """

    def __init__(self, authorization: ClassicAuthorization, delivery: Delivery) -> None:
        self._authorization = authorization
        self._delivery = delivery

    async def subscribe(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToTopic. Its authorization resource is the filter itself, literally."""
        topic = arguments["topic"]
        self._authorization.demand(stream, PUBSUB_SERVICE, topic)
        if topic is None:
            raise invalid_arguments("Subscribe topic must not be empty")
        topic_filter = ClassicFilter(topic)
        wants_own = _wants_own(topic_filter, arguments["receiveMode"])
        self._delivery.add(Subscription(stream, topic_filter, wants_own))
        return {}

    async def publish(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """PublishToTopic."""
        topic, content = arguments["topic"], arguments["publishMessage"]
        self._authorization.demand(stream, PUBSUB_SERVICE, topic)
        if content is None:
            raise service_error("there is no publishMessage")
        member = content["jsonMessage"] or content["binaryMessage"]
        if member is not None and member["message"] is None:
            raise service_error()
        if topic is None:
            raise invalid_arguments("Publish topic must not be null")
        if member is None:
            _check(topic)
            return {}
        await self._pass_on(Message(topic, member["message"], stream.component))
        return {}

    async def publish_as_sandbox(self, message: Message) -> None:
        """Publish as a component of the sandbox's own, without accessControl.

        Raises:
            OperationError: As a component's publish would have met it.
        """
        payload = message.payload
        if not isinstance(payload, bytes):
            message = Message(message.topic, with_doubles(payload), message.publisher)
        await self._pass_on(message)

    async def _pass_on(self, message: Message) -> None:
        _check(message.topic)
        await self._delivery.wait_for_turn()
        await self._delivery.pass_on(message)


def with_doubles(value: Any) -> Any:  # noqa: ANN401 - any JSON value in, the same kind out
    """The value as Gson reads it: each integer as a double (1 becomes 1.0)."""
    if isinstance(value, dict):
        return {key: with_doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_doubles(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _check(topic: str) -> None:
    if has_publish_wildcard(topic):
        raise invalid_arguments("Publish topic must not contain a wildcard.")
    if not split(topic):
        # Java's array of levels is empty, and its first one is asked for.
        raise service_error("Index 0 out of bounds for length 0")


def _wants_own(topic_filter: ClassicFilter, receive_mode: object) -> bool:
    if receive_mode == _RECEIVE_FROM_OTHERS:
        return False
    return receive_mode == _RECEIVE_ALL or not topic_filter.has_wildcards
