"""Messages of the event-stream RPC protocol, to and from bytes.

A message is: total length u32, headers' length u32, CRC-32 of those eight bytes, headers, payload,
CRC-32 of everything before; big-endian. A header is: length of its name u8, name, type u8, value.
(AWS event-stream encoding, which S3 Select and Transcribe use too.)
"""

import asyncio
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum, IntFlag

from greengrass_sandbox.nucleus.headers import (
    HeaderError,
    HeaderValue,
    int32_header,
    parse_headers,
    string_header,
)

VERSION = "0.1.0"
CONTENT_TYPE = ":content-type"
MODEL_TYPE = "service-model-type"
JSON = "application/json"

PRELUDE_BYTES = 12
TRAILER_BYTES = 4
"""The CRC at a message's end."""
_PRELUDE = struct.Struct(">III")
_LENGTHS = struct.Struct(">II")
_CRC = struct.Struct(">I")
_SMALLEST_MESSAGE_BYTES = PRELUDE_BYTES + TRAILER_BYTES
_LARGEST_MESSAGE_BYTES = 24 * 1024 * 1024
"""The SDK's own parser refuses more."""
_COMMON_HEADERS = (":message-type", ":message-flags", ":stream-id")


class MessageType(IntEnum):
    """The header `:message-type`."""

    APPLICATION_MESSAGE = 0
    APPLICATION_ERROR = 1
    PING = 2
    PING_RESPONSE = 3
    CONNECT = 4
    CONNECT_ACK = 5
    PROTOCOL_ERROR = 6
    INTERNAL_ERROR = 7


class Flag(IntFlag):
    """Bits of the header `:message-flags`."""

    NONE = 0
    CONNECTION_ACCEPTED = 1
    TERMINATE_STREAM = 2


class WireError(Exception):
    """The bytes are not a message of this protocol, or it is larger than the nucleus takes."""


@dataclass(frozen=True)
class Frame:
    """One message as it came in.

    Attributes:
        message_type: 0 if the message does not say.
        flags: 0 if the message does not say.
        stream_id: 0 if the message does not say.
        headers: By name, as Python values.
        payload: What follows the headers.
        complete: Whether the three headers that every message has are there.
        plain: Whether all headers are int32 or text, the only types that nucleus lite knows.
    """

    message_type: int
    flags: int
    stream_id: int
    headers: dict[str, HeaderValue]
    payload: bytes
    complete: bool = True
    plain: bool = True

    def text(self, header: str) -> str | None:
        """A header's text, or None if there is no such header or it is no text."""
        value = self.headers.get(header)
        return value if isinstance(value, str) else None


def encode_headers(
    message_type: MessageType,
    *,
    stream_id: int,
    flags: Flag = Flag.NONE,
    model_type: str | None = None,
    content_type: str | None = None,
) -> bytes:
    """The headers' bytes of a message; with a model type, it says that its payload is JSON."""
    encoded = (
        int32_header(":message-type", message_type)
        + int32_header(":message-flags", flags)
        + int32_header(":stream-id", stream_id)
    )
    if model_type is not None:
        content_type = content_type or JSON
    if content_type is not None:
        encoded += string_header(CONTENT_TYPE, content_type)
    if model_type is not None:
        encoded += string_header(MODEL_TYPE, model_type)
    return encoded


def encode(headers: bytes, payload: bytes = b"") -> bytes:
    """A whole message from headers that `encode_headers` made."""
    total = _SMALLEST_MESSAGE_BYTES + len(headers) + len(payload)
    lengths = _LENGTHS.pack(total, len(headers))
    body = b"".join((lengths, _CRC.pack(zlib.crc32(lengths)), headers, payload))
    return body + _CRC.pack(zlib.crc32(body))


async def read_frame(reader: asyncio.StreamReader, *, max_packet_bytes: int | None) -> Frame:
    """The next message of a connection.

    Raises:
        WireError: It is malformed or too large; nothing after it can be read.
        asyncio.IncompleteReadError: The connection ended.
        ConnectionError: The connection broke.
    """
    prelude = await reader.readexactly(PRELUDE_BYTES)
    total = _check_prelude(prelude)
    rest = total - PRELUDE_BYTES
    if max_packet_bytes is not None and rest > max_packet_bytes:
        raise WireError(f"a message of {rest} bytes; this nucleus takes {max_packet_bytes}")
    return decode(prelude + await reader.readexactly(rest))


def decode(message: bytes) -> Frame:
    """A message from exactly its bytes.

    Raises:
        WireError: It is malformed, or one of the three common headers is no int32.
    """
    if len(message) < _SMALLEST_MESSAGE_BYTES or len(message) != _check_prelude(message):
        raise WireError("the length is not what the prelude says")
    if _CRC.unpack_from(message, len(message) - TRAILER_BYTES)[0] != zlib.crc32(
        message[:-TRAILER_BYTES]
    ):
        raise WireError("the checksum of a message is wrong")
    end = PRELUDE_BYTES + _PRELUDE.unpack_from(message)[1]
    try:
        headers, plain = parse_headers(message[PRELUDE_BYTES:end])
    except HeaderError as error:
        raise WireError(f"not an event-stream RPC message: {error}") from error
    common = [headers.get(name, 0) for name in _COMMON_HEADERS]
    if not all(type(value) is int for value in common):
        raise WireError(f"one of {', '.join(_COMMON_HEADERS)} is no int32")
    message_type, flags, stream_id = (int(value) for value in common)
    return Frame(
        message_type=message_type,
        flags=flags,
        stream_id=stream_id,
        headers=headers,
        payload=message[end:-TRAILER_BYTES],
        complete=all(name in headers for name in _COMMON_HEADERS),
        plain=plain,
    )


def _check_prelude(message: bytes) -> int:
    """The total length that a prelude says; WireError if it cannot be."""
    total, headers, checksum = _PRELUDE.unpack_from(message)
    if checksum != zlib.crc32(message[: _LENGTHS.size]):
        raise WireError("the checksum of a prelude is wrong")
    if not _SMALLEST_MESSAGE_BYTES <= total <= _LARGEST_MESSAGE_BYTES:
        raise WireError(f"a message cannot be {total} bytes long")
    if headers > total - _SMALLEST_MESSAGE_BYTES:
        raise WireError(f"headers of {headers} bytes do not fit in a message of {total}")
    return int(total)
