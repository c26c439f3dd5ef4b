"""The bus between nucleus lite's daemons: what does not fit on it fails (its core-bus, read)."""

from collections.abc import Mapping
from typing import Any

from greengrass_sandbox.kinds.lite.json_text import MAX_LEVELS, MAX_SUBOBJECTS
from greengrass_sandbox.kinds.lite.measures import (
    OBJECT_BYTES,
    depth,
    packed_bytes,
    subobjects,
    text_bytes,
    weight,
)
from greengrass_sandbox.nucleus.errors import service_error
from greengrass_sandbox.nucleus.wire import PRELUDE_BYTES, TRAILER_BYTES

PACKET_BYTES = 10_000
"""GGL_COREBUS_MAX_MSG_LEN."""
REQUEST_BUFFER_BYTES = 200 * OBJECT_BYTES
"""Where a daemon decodes a request: PAYLOAD_VALUE_MAX_SUBOBJECTS objects."""
EVENT_BUFFER_BYTES = 50 * OBJECT_BYTES
"""Where the IPC daemon decodes an event of a subscription: PAYLOAD_MAX_SUBOBJECTS objects."""
_METHOD_HEADER_BYTES = 10
"""Of the header "method" besides its text."""
_TYPE_HEADER_BYTES = 10


def check_request(method: str, parameters: Mapping[str, Any]) -> None:
    """Whether a daemon can be called with these parameters.

    Raises:
        OperationError: ServiceError; they are too deep, too many or too large.
    """
    packet = (
        PRELUDE_BYTES
        + _METHOD_HEADER_BYTES
        + len(method)
        + _TYPE_HEADER_BYTES
        + packed_bytes(dict(parameters))
        + TRAILER_BYTES
    )
    # The outermost level is the packet itself.
    if depth(dict(parameters)) > MAX_LEVELS - 1:
        raise service_error(f"{method} is nested too deeply")
    if packet > PACKET_BYTES:
        raise service_error(f"{method} takes {packet} bytes")
    if weight(dict(parameters)) > REQUEST_BUFFER_BYTES:
        raise service_error(f"{method} has too many entries")


def answer_fits(value: object, buffer_bytes: int) -> bool:
    """Whether a daemon's answer reaches a caller that decodes it into so many bytes."""
    return (
        PRELUDE_BYTES + packed_bytes(value) + TRAILER_BYTES <= PACKET_BYTES
        and depth(value) <= MAX_LEVELS - 1
        and subobjects(value) <= MAX_SUBOBJECTS
        and weight(value) + text_bytes(value) <= buffer_bytes
    )


def event_fits(value: object) -> bool:
    """Whether the IPC daemon can decode an event; otherwise its subscription is dead."""
    return weight(value) <= EVENT_BUFFER_BYTES
