"""The two Greengrass nuclei: which one to be, and with which figures."""

from dataclasses import dataclass
from typing import Literal

LITE_MESSAGES_PER_SECOND = 850.0
"""What a real nucleus lite passes on at its own pace: 750 to 970 one by one, 1,000 pipelined."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A kind of nucleus and its figures; how else the kinds differ is in `nucleus/`.

    Take `CLASSIC` or `LITE`; `dataclasses.replace` makes a variant, for instance
    `replace(LITE, messages_per_second=LITE_MESSAGES_PER_SECOND)`. A limit of None means that there
    is none.
    """

    name: Literal["classic", "lite"]
    nucleus_version: str
    """What a component finds in GGC_VERSION."""
    max_connections: int | None
    max_subscriptions: int | None
    """For the whole device."""
    max_packet_bytes: int | None
    """Bytes of a message after its prelude. One byte more closes the connection."""
    serial: bool
    """Whether one chain serves the whole device, so that a slow subscriber stalls everybody."""
    slow_write_seconds: float | None
    """How long a write to a full socket blocks before its message is dropped."""
    messages_per_second: float | None = None
    """What the whole device passes on; None passes on what the machine can."""
    interpolates_thing_name: bool = True
    """Whether `{iot:thingName}` in accessControl means the core's thing name."""
    validation_timeout_seconds: float = 20.0
    """How long a deployment waits for a component's verdict on a configuration (classic)."""
    max_iot_core_filters: int | None = None
    """How many filters AWS IoT Core grants the nucleus' one connection; more are dead."""
    component_update_timeout_seconds: float = 60.0
    """How long a deployment waits for components to agree to being updated (classic)."""


CLASSIC = Profile(
    name="classic",
    nucleus_version="2.18.0",
    max_connections=None,
    max_subscriptions=None,
    max_packet_bytes=None,
    serial=False,
    slow_write_seconds=None,
    interpolates_thing_name=False,
)
"""The Java nucleus."""

LITE = Profile(
    name="lite",
    nucleus_version="2.6.0-326e992",
    max_connections=50,
    max_subscriptions=100,
    max_packet_bytes=10_000,
    serial=True,
    slow_write_seconds=5.0,
    max_iot_core_filters=50,
)
"""The nucleus in C. Its limits are those measured on 2.6.0, built with its defaults; its version
ends in the revision that it was built from. What AWS IoT Core grants is its quota of subscriptions
for each connection."""
