"""A message of AWS IoT Core."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

AT_MOST_ONCE, AT_LEAST_ONCE = 0, 1
"""Qualities of service. AWS IoT Core has no other."""


@dataclass(frozen=True)
class MqttMessage:
    """A message of AWS IoT Core.

    Attributes:
        topic: Where it was published.
        payload: Its bytes.
        publisher: The component, or the client in the cloud, that published it.
        properties: What MQTT 5 lets it carry besides, in the IPC model's names and forms.
        qos: The quality of service with which it was published.
        core: The core device that it comes from; "" for the cloud.
    """

    topic: str
    payload: bytes
    publisher: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    qos: int = AT_LEAST_ONCE
    core: str = ""
