"""A message of local pub/sub, and the nucleus' limits on it."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from greengrass_sandbox.nucleus.errors import (
    ConnectionBroken,
    invalid_arguments,
    service_error,
)
from greengrass_sandbox.nucleus.limits import depth, largest_integer, weight, with_doubles
from greengrass_sandbox.nucleus.stream import to_json
from greengrass_sandbox.nucleus.topic_filter import has_publish_wildcard
from greengrass_sandbox.profile import Profile


@dataclass(frozen=True)
class Message:
    """A published message.

    Args:
        topic: Where it was published.
        payload: Bytes of a BinaryMessage, or the JSON value of a JsonMessage.
        publisher: The component that published it. Subscribers are not told.
    """

    topic: str
    payload: Any
    publisher: str

    @property
    def event(self) -> bytes:
        """The JSON of the SubscriptionResponseMessage that carries it."""
        context = {"topic": self.topic}
        if isinstance(self.payload, bytes):
            text = base64.b64encode(self.payload).decode()
            return to_json({"binaryMessage": {"message": text, "context": context}})
        return to_json({"jsonMessage": {"message": self.payload, "context": context}})


def from_request(arguments: Mapping[str, Any], publisher: str, profile: Profile) -> Message:
    """The message in a PublishToTopic request, as this nucleus takes it.

    Raises:
        OperationError: The request is wrong, or the nucleus refuses the message.
        ConnectionBroken: The message is one for which the publisher's connection is closed.
    """
    topic = arguments.get("topic")
    content = arguments.get("publishMessage")
    if not isinstance(topic, str) or not topic:
        raise invalid_arguments("Publish topic must not be null")
    if not isinstance(content, Mapping):
        raise invalid_arguments("publishMessage is missing")
    json_message, binary_message = content.get("jsonMessage"), content.get("binaryMessage")
    payload: object
    if isinstance(binary_message, Mapping) and json_message is None:
        payload = _decoded(binary_message.get("message"))
    elif isinstance(json_message, Mapping) and binary_message is None:
        payload = json_message.get("message")
    else:
        raise invalid_arguments("publishMessage must hold either jsonMessage or binaryMessage")
    return checked(Message(topic, payload, publisher), profile)


def checked(message: Message, profile: Profile) -> Message:
    """The message as it will arrive, if this nucleus takes it.

    Raises:
        OperationError: It refuses the message.
        ConnectionBroken: It closes the publisher's connection.
    """
    if profile.refuses_publishing_to_wildcards and has_publish_wildcard(message.topic):
        raise invalid_arguments("Publish topic must not contain a wildcard.")
    check_topic_length(message.topic, profile)
    payload = message.payload
    if isinstance(payload, bytes):
        if profile.max_binary_bytes is not None and len(payload) > profile.max_binary_bytes:
            raise ConnectionBroken(
                f"{len(payload)} bytes of BinaryMessage on {message.topic}: "
                f"this nucleus passes on {profile.max_binary_bytes}"
            )
        return message
    if profile.json_must_be_object and not isinstance(payload, dict):
        raise invalid_arguments("the message of a jsonMessage must be an object")
    if profile.max_json_depth is not None and depth(payload) > profile.max_json_depth:
        raise service_error(f"JSON nested more than {profile.max_json_depth} levels deep")
    if profile.json_integers_become_doubles:
        try:
            return Message(message.topic, with_doubles(payload), message.publisher)
        except OverflowError as error:
            raise invalid_arguments("Unable to serialize payload as JSON") from error
    return message


def check_topic_length(topic: str, profile: Profile) -> None:
    """Refuse a topic or filter that is too long for this nucleus.

    Raises:
        OperationError: It is.
    """
    limit = profile.max_topic_bytes
    if limit is not None and len(topic.encode(errors="replace")) > limit:
        raise service_error(f"a topic of more than {limit} bytes")


def is_lost(message: Message, profile: Profile) -> bool:
    """Whether lite takes the message, and then fails to encode it for anybody."""
    limit = profile.json_integers_lost_from
    if limit is None or isinstance(message.payload, bytes):
        return False
    return largest_integer(message.payload) >= limit


def kills_subscriptions(message: Message, profile: Profile) -> bool:
    """Whether lite takes the message, and every subscription that it matches dies of it."""
    limit = profile.max_json_weight
    if limit is None or isinstance(message.payload, bytes):
        return False
    return weight(message.payload) > limit


def _decoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise invalid_arguments("the message of a binaryMessage must be base64")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid_arguments(f"the message of a binaryMessage is not base64: {error}") from error
