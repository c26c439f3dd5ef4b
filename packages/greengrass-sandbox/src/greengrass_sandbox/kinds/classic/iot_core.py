"""PublishToIoTCore and SubscribeToIoTCore on the classic nucleus (its MqttProxyIPCAgent, read)."""

import re
from collections.abc import Mapping
from typing import Any

from greengrass_sandbox.iot_core.message import AT_LEAST_ONCE, AT_MOST_ONCE, MqttMessage
from greengrass_sandbox.kinds.classic.authorization import ClassicAuthorization, Lookup
from greengrass_sandbox.kinds.classic.mqtt_client import ClassicMqttClient
from greengrass_sandbox.nucleus.errors import (
    OperationError,
    invalid_arguments,
    service_error,
    unauthorized,
)
from greengrass_sandbox.nucleus.iot_core import MQTT_PROXY_SERVICE
from greengrass_sandbox.nucleus.stream import Stream

MAX_PAYLOAD_BYTES = 128 * 1024
"""The default of the nucleus' mqtt.maxMessageSizeInBytes, which is AWS IoT Core's limit."""
MAX_TOPIC_CHARACTERS = 256
MAX_RESERVED_TOPIC_CHARACTERS = 512
MAX_SLASHES = 7
_QOS = {"0": AT_MOST_ONCE, "1": AT_LEAST_ONCE}
_BASIC_INGEST = re.compile(r"\$aws/rules/\S+?/(?P<rest>\S+)")
_SHARED = re.compile(r"\$share/\S+?/(?P<rest>\S+)")


class ClassicIotCore:
    """The two operations, with MQTT 5.

    Args:
        authorization: Whether a component may.
        client: The nucleus' connection.
        thing_name: The core device's.
    """

    def __init__(
        self, authorization: ClassicAuthorization, client: ClassicMqttClient, thing_name: str
    ) -> None:
        self._authorization = authorization
        self._client = client
        self._thing_name = thing_name

    async def publish(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """PublishToIoTCore."""
        topic = self._allowed_topic(stream, arguments)
        payload = arguments["payload"]
        if payload is None:
            raise invalid_arguments("Payload is required")
        qos = _checked_qos(arguments)
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise service_error(f"the message has more than {MAX_PAYLOAD_BYTES} bytes")
        check_topic(topic, publishing=True)
        properties = {name: value for name in _PROPERTIES if (value := arguments[name]) is not None}
        self._client.publish(
            MqttMessage(topic, payload, stream.component, properties, qos, self._thing_name)
        )
        return {}

    async def subscribe(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToIoTCore."""
        topic = self._allowed_topic(stream, arguments)
        qos = _checked_qos(arguments)
        check_topic(topic, publishing=False)
        self._client.subscribe(stream, topic, qos, _nothing)
        return {}

    def _allowed_topic(self, stream: Stream, arguments: Mapping[str, Any]) -> str:
        topic = arguments["topicName"]
        if topic is None:
            raise invalid_arguments("Topic is required")
        try:
            self._authorization.demand(stream, MQTT_PROXY_SERVICE, topic, Lookup.MQTT)
        except OperationError as error:
            raise unauthorized("Not Authorized") from error
        return str(topic)


_PROPERTIES = (
    "userProperties",
    "messageExpiryIntervalSeconds",
    "correlationData",
    "responseTopic",
    "payloadFormat",
    "contentType",
)


def check_topic(topic: str, *, publishing: bool) -> None:
    """Whether AWS IoT Core takes a topic, as far as the nucleus knows (IotCoreTopicValidator).

    Raises:
        OperationError: ServiceError; it does not.
    """
    if not topic:
        raise service_error("Topic must not be empty")
    if publishing and ("#" in topic or "+" in topic):
        raise service_error("Publish topics must not contain wildcard characters of '#' or '+'")
    if topic.startswith("$"):
        ingest, shared = _BASIC_INGEST.fullmatch(topic), _SHARED.fullmatch(topic)
        if ingest is not None:
            topic = ingest["rest"]
        elif shared is not None:
            topic = topic if publishing else shared["rest"]
        elif len(topic) > MAX_RESERVED_TOPIC_CHARACTERS:
            raise service_error("the reserved topic is too long")
        else:
            return
    if topic.count("/") > MAX_SLASHES:
        raise service_error(f"the topic has more than {MAX_SLASHES} slashes")
    if len(topic) > MAX_TOPIC_CHARACTERS:
        raise service_error(f"the topic is longer than {MAX_TOPIC_CHARACTERS}")


def _checked_qos(arguments: Mapping[str, Any]) -> int:
    qos = arguments["qos"]
    if qos is None:
        raise invalid_arguments("QoS is required")
    if qos not in _QOS:
        raise invalid_arguments(f"Invalid QoS value: {qos}")
    return _QOS[qos]


def _nothing() -> None:
    """The classic nucleus has room for every subscription."""
