"""PublishToIoTCore and SubscribeToIoTCore on nucleus lite (ggipcd's mqttproxy, read)."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from greengrass_sandbox.iot_core.message import MqttMessage
from greengrass_sandbox.kinds.lite.arguments import Fields
from greengrass_sandbox.kinds.lite.authorization import LiteAuthorization
from greengrass_sandbox.kinds.lite.budget import Daemon, SubscriptionBudget
from greengrass_sandbox.kinds.lite.iotcored import Iotcored
from greengrass_sandbox.nucleus.errors import service_error
from greengrass_sandbox.nucleus.iot_core import MQTT_PROXY_SERVICE
from greengrass_sandbox.nucleus.stream import Stream

_QOS = range(3)
_INTEGER = re.compile(r"-?\d+")


class LiteIotCore:
    """The two operations.

    Args:
        authorization: Whether a component may.
        iotcored: The nucleus' connection.
        budget: Counts subscriptions of all kinds.
        thing_name: The core device's.
    """

    def __init__(
        self,
        authorization: LiteAuthorization,
        iotcored: Iotcored,
        budget: SubscriptionBudget,
        thing_name: str,
    ) -> None:
        self._authorization = authorization
        self._iotcored = iotcored
        self._budget = budget
        self._thing_name = thing_name

    async def publish(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """PublishToIoTCore. Lite knows no more of a message than its payload."""
        fields = Fields(arguments)
        topic, text = fields.text("topicName"), fields.optional_text("payload") or ""
        qos = _checked_qos(arguments, null_is_zero=False)
        try:
            payload = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise service_error("'payload' is not valid base64.") from error
        self._demand(stream, topic)
        if not topic:
            raise service_error("Failed to publish the message.")
        message = MqttMessage(topic, payload, stream.component, qos=qos, core=self._thing_name)
        self._iotcored.publish(message)
        return {}

    async def subscribe(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToIoTCore."""
        topic = Fields(arguments).text("topicName")
        qos = _checked_qos(arguments, null_is_zero=True)
        self._demand(stream, topic)
        self._budget.check(Daemon.IOT_CORE)
        if not topic:
            raise service_error("Failed to bind the subscription.")
        self._iotcored.subscribe(stream, topic, qos, self._budget.take(Daemon.IOT_CORE))
        return {}

    def _demand(self, stream: Stream, topic: str) -> None:
        self._authorization.demand(stream, MQTT_PROXY_SERVICE, topic, mqtt_filters=True)


def _checked_qos(arguments: Mapping[str, Any], *, null_is_zero: bool) -> int:
    """QoS may be a number, text that is one, or missing."""
    qos = arguments.get("qos", 0)
    if qos is None and null_is_zero:
        return 0
    if isinstance(qos, str) and _INTEGER.fullmatch(qos):
        qos = int(qos)
    if type(qos) is not int or qos not in _QOS:
        raise service_error("'qos' not a valid value.")
    return qos
