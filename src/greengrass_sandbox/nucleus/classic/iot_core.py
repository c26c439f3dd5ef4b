"""PublishToIoTCore and SubscribeToIoTCore on the classic nucleus (its MqttProxyIPCAgent, read)."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from greengrass_sandbox.nucleus.classic.authorization import ClassicAuthorization, Lookup
from greengrass_sandbox.nucleus.errors import (
    OperationError,
    invalid_arguments,
    service_error,
    unauthorized,
)
from greengrass_sandbox.nucleus.iot_core import MQTT_PROXY_SERVICE, IotCore, MqttMessage
from greengrass_sandbox.nucleus.stream import Stream

MAX_PAYLOAD_BYTES = 128 * 1024
"""The default of the nucleus' mqtt.maxMessageSizeInBytes, which is AWS IoT Core's limit."""
MAX_TOPIC_CHARACTERS = 256
MAX_RESERVED_TOPIC_CHARACTERS = 512
MAX_SLASHES = 7
_QOS = frozenset({"0", "1"})
_BYTES_FORMAT, _UTF8_FORMAT = "0", "1"
_BASIC_INGEST = re.compile(r"\$aws/rules/\S+?/(?P<rest>\S+)")
_SHARED = re.compile(r"\$share/\S+?/(?P<rest>\S+)")


class ClassicIotCore:
    """The two operations, with MQTT 5.

    Args:
        authorization: Whether a component may.
        iot_core: The broker.
    """

    def __init__(self, authorization: ClassicAuthorization, iot_core: IotCore) -> None:
        self._authorization = authorization
        self._iot_core = iot_core

    async def publish(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """PublishToIoTCore."""
        topic = self._allowed_topic(stream, arguments)
        payload = arguments["payload"]
        if payload is None:
            raise invalid_arguments("Payload is required")
        _check_qos(arguments)
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise service_error(f"the message has more than {MAX_PAYLOAD_BYTES} bytes")
        check_topic(topic, publishing=True)
        properties = {name: value for name in _PROPERTIES if (value := arguments[name]) is not None}
        message = MqttMessage(topic, payload, stream.component, properties)
        await self._iot_core.publish(message)
        return {}

    async def subscribe(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToIoTCore."""
        topic = self._allowed_topic(stream, arguments)
        _check_qos(arguments)
        check_topic(topic, publishing=False)
        self._iot_core.subscribe(stream, topic, _nothing)
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


def event(message: MqttMessage) -> dict[str, Any]:
    """The MQTTMessage document of a message."""
    properties = dict(message.properties)
    if "correlationData" in properties:
        properties["correlationData"] = base64.b64encode(properties["correlationData"]).decode()
    is_text = properties.get("payloadFormat") == _UTF8_FORMAT
    return {
        "topicName": message.topic,
        "payload": base64.b64encode(message.payload).decode(),
        **properties,
        # AWS IoT Core sets it only on messages that it had kept.
        "retain": False,
        "payloadFormat": _UTF8_FORMAT if is_text else _BYTES_FORMAT,
    }


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


def _check_qos(arguments: Mapping[str, Any]) -> None:
    qos = arguments["qos"]
    if qos is None:
        raise invalid_arguments("QoS is required")
    if qos not in _QOS:
        raise invalid_arguments(f"Invalid QoS value: {qos}")


def _nothing() -> None:
    """The classic nucleus has room for every subscription."""
