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
from typing import Any

from botocore.eventstream import EventStreamBuffer, ParserError

VERSION = "0.1.0"
CONTENT_TYPE = ":content-type"
MODEL_TYPE = "service-model-type"
JSON = "application/json"

_PRELUDE = struct.Struct(">III")
_LENGTHS = struct.Struct(">II")
_CRC = struct.Struct(">I")
_INT32_HEADER = 4
_STRING_HEADER = 7
# An empty message: the prelude and the CRC at the end.
_SMALLEST_MESSAGE_BYTES = _PRELUDE.size + _CRC.size
# What botocore's parser takes; the SDK's own parser refuses more, too.
_LARGEST_MESSAGE_BYTES = 24 * 1024 * 1024


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
    """One message as it came in."""

    message_type: int
    flags: int
    stream_id: int
    headers: dict[str, Any]
    payload: bytes


def encode_headers(
    message_type: MessageType,
    *,
    stream_id: int,
    flags: Flag = Flag.NONE,
    model_type: str | None = None,
) -> bytes:
    """The headers' bytes of a message; with a model type, it says that its payload is JSON."""
    encoded = (
        _int32_header(":message-type", message_type)
        + _int32_header(":message-flags", flags)
        + _int32_header(":stream-id", stream_id)
    )
    if model_type is not None:
        encoded += encode_string_header(CONTENT_TYPE, JSON) + encode_string_header(
            MODEL_TYPE, model_type
        )
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
    prelude = await reader.readexactly(_PRELUDE.size)
    total = _PRELUDE.unpack(prelude)[0]
    rest = total - _PRELUDE.size
    if not _SMALLEST_MESSAGE_BYTES <= total <= _LARGEST_MESSAGE_BYTES:
        raise WireError(f"a message cannot be {total} bytes long")
    if max_packet_bytes is not None and rest > max_packet_bytes:
        raise WireError(f"a message of {rest} bytes; this nucleus takes {max_packet_bytes}")
    return decode(prelude + await reader.readexactly(rest))


def decode(message: bytes) -> Frame:
    """A message from exactly its bytes.

    Raises:
        WireError: It is malformed, or lacks one of the three headers that each message has.
    """
    buffer = EventStreamBuffer()
    buffer.add_data(message)
    try:
        event = next(buffer)
        headers = event.headers
        return Frame(
            message_type=headers[":message-type"],
            flags=headers[":message-flags"],
            stream_id=headers[":stream-id"],
            headers=headers,
            payload=event.payload,
        )
    # KeyError: an unknown type of header, or one missing; ValueError: a name that is not UTF-8.
    except (ParserError, StopIteration, KeyError, ValueError, struct.error) as error:
        raise WireError(f"not an event-stream RPC message: {error!r}") from error


def _int32_header(name: str, value: int) -> bytes:
    encoded = name.encode()
    return struct.pack(f">B{len(encoded)}sBi", len(encoded), encoded, _INT32_HEADER, value)


def encode_string_header(name: str, value: str) -> bytes:
    """One more header, to append to what `encode_headers` made."""
    encoded, text = name.encode(), value.encode()
    return struct.pack(
        f">B{len(encoded)}sBH{len(text)}s",
        len(encoded),
        encoded,
        _STRING_HEADER,
        len(text),
        text,
    )
