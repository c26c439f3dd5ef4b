"""What is counted on a nucleus, and where it ends."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A nucleus in numbers. A limit of None means that there is none."""

    max_connections: int | None = None
    max_subscriptions: int | None = None
    """For the whole device."""
    max_packet_bytes: int | None = None
    """Bytes of a message after its prelude. One byte more closes the connection."""
    serial: bool = False
    """Whether one chain serves the whole device, so that a slow subscriber stalls everybody."""
    slow_write_seconds: float | None = None
    """How long a write to a full socket blocks before its message is dropped."""
    messages_per_second: float | None = None
    """What the whole device passes on; None passes on what the machine can."""
    real_messages_per_second: float | None = None
    """What a real one passes on, if that is less than what this sandbox can."""
    interpolates_thing_name: bool = True
    """Whether `{iot:thingName}` in accessControl means the core's thing name."""
    validation_timeout_seconds: float = 20.0
    """How long a deployment waits for a component's verdict on a configuration (classic)."""
    max_iot_core_filters: int | None = None
    """How many filters AWS IoT Core grants the nucleus' one connection; more are dead."""
    component_update_timeout_seconds: float = 60.0
    """How long a deployment waits for components to agree to being updated (classic)."""
