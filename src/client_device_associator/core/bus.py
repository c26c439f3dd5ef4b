"""The two ways by which messages come and go."""

from enum import Enum


class Bus(Enum):
    """Where a topic is."""

    LOCAL = "local"
    """Publish/subscribe on the core device, between its components."""
    IOT_CORE = "iotCore"
    """MQTT of AWS IoT Core, through the nucleus's connection to the cloud."""

    # Of Enum's own, which is written in Python, a message would need a dozen.
    __hash__ = object.__hash__


def lane_key(bus: Bus, key: str) -> str:
    """The key of an announcement topic among those of both buses."""
    return key if bus is Bus.LOCAL else f"{bus.value}.{key}"


def shown(bus: Bus, topic: str) -> str:
    """A topic or a filter for a person, who has to know where it is."""
    return topic if bus is Bus.LOCAL else f"{bus.value}:{topic}"
