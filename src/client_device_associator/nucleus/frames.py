"""Messages of event-stream RPC, the protocol of Greengrass IPC, to and from bytes.

A message is: its length u32, the length of its headers u32, the CRC-32 of these eight bytes, its
headers, its payload, and the CRC-32 of everything before; big-endian. A header is: the length of
its name u8, the name, a type u8, and a value. (The AWS event-stream encoding, as botocore's
`eventstream.py` and the sources of both nuclei have it.)

What comes in is trusted as far as it is well-formed: only the nucleus is at the other end.
"""

import struct
from collections.abc import Iterator, Mapping
from enum import IntEnum, IntFlag
from typing import NamedTuple
from zlib import crc32

from client_device_associator.nucleus.rpc_errors import MalformedFrameError

MAX_MESSAGE_BYTES = 24 * 1024 * 1024
"""What AWS's own libraries take (aws-c-event-stream); one that says more is no message."""

_MESSAGE_TYPE, _FLAGS, _STREAM_ID = ":message-type", ":message-flags", ":stream-id"
_SHAPE = "service-model-type"

_PRELUDE = struct.Struct(">III")
_LENGTHS = struct.Struct(">II")
_U32 = struct.Struct(">I")
_I32 = struct.Struct(">i")
_U16 = struct.Struct(">H")
_CRC_BYTES = _U32.size
_FRAMING_BYTES = _PRELUDE.size + _CRC_BYTES
_TYPE_INT32, _TYPE_BYTES, _TYPE_TEXT = 4, 6, 7
_FIXED_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, _TYPE_INT32: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a header's value, by its type."""

_MAX_KNOWN = 64
"""Headers that are remembered with what they mean: those of the messages of a subscription are
always the same."""


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

    CONNECTION_ACCEPTED = 1
    TERMINATE_STREAM = 2


class Headers(NamedTuple):
    """What the headers of a message say.

    Attributes:
        message_type: One of `MessageType`, or a number that nobody knows yet.
        flags: `Flag`s.
        stream_id: Which stream the message belongs to; 0 if to none.
        shape: The name of the payload's shape in the IPC model; empty if the message has none.
    """

    message_type: int
    flags: int
    stream_id: int
    shape: str


class Frame(NamedTuple):
    """A message: what its headers say, and its payload, which is JSON or nothing."""

    headers: Headers
    payload: bytes


def frame(
    message_type: MessageType,
    stream_id: int,
    payload: bytes = b"",
    flags: int = 0,
    texts: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of a message.

    Args:
        message_type: What kind of message it is.
        stream_id: Which stream it belongs to, 0 if to none.
        payload: What follows its headers.
        flags: `Flag`s.
        texts: Headers beside the three that every message has.
    """
    numbers = ((_MESSAGE_TYPE, message_type), (_FLAGS, flags), (_STREAM_ID, stream_id))
    parts = [_name(name, _TYPE_INT32) + _I32.pack(number) for name, number in numbers]
    for name, text in (texts or {}).items():
        encoded = text.encode()
        parts.append(_name(name, _TYPE_TEXT) + _U16.pack(len(encoded)) + encoded)
    headers = b"".join(parts)
    lengths = _LENGTHS.pack(_FRAMING_BYTES + len(headers) + len(payload), len(headers))
    message = b"".join((lengths, _U32.pack(crc32(lengths)), headers, payload))
    return message + _U32.pack(crc32(message))


class FrameReader:
    """Makes messages of the bytes of a connection, which come in pieces of any size."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._known: dict[bytes, Headers] = {}

    def feed(self, data: bytes) -> list[Frame]:
        """The messages that are complete with these bytes.

        Raises:
            MalformedFrameError: One of them is none. Nothing can be read after that.
        """
        self._rest += data
        frames: list[Frame] = []
        at = 0
        view = memoryview(self._rest)
        while (end := self._end_of(view, at)) <= len(view):
            frames.append(self._read(view[at:end]))
            at = end
        view.release()  # what is looked at cannot be shortened
        del self._rest[:at]
        return frames

    def _end_of(self, view: memoryview, at: int) -> int:
        """Where the message that begins there ends; beyond the view if that is not known yet."""
        if len(view) - at < _PRELUDE.size:
            return len(view) + 1
        length, headers_length, crc = _PRELUDE.unpack_from(view, at)
        if crc != crc32(view[at : at + _LENGTHS.size]):
            raise MalformedFrameError("the checksum of a message's lengths is wrong")
        if not _FRAMING_BYTES + headers_length <= length <= MAX_MESSAGE_BYTES:
            raise MalformedFrameError(f"no message has {length} bytes, {headers_length} of headers")
        return at + int(length)

    def _read(self, message: memoryview) -> Frame:
        end = len(message) - _CRC_BYTES
        if _U32.unpack_from(message, end)[0] != crc32(message[:end]):
            raise MalformedFrameError("the checksum of a message is wrong")
        headers_end = _PRELUDE.size + _LENGTHS.unpack_from(message)[1]
        encoded = bytes(message[_PRELUDE.size : headers_end])
        headers = self._known.get(encoded)
        if headers is None:
            headers = _headers(encoded)
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[encoded] = headers
        return Frame(headers, bytes(message[headers_end:end]))


def _name(name: str, kind: int) -> bytes:
    encoded = name.encode()
    return bytes((len(encoded),)) + encoded + bytes((kind,))


def _headers(encoded: bytes) -> Headers:
    try:
        found = {name.lower(): value for name, value in _each(encoded)}
    except (IndexError, struct.error, ValueError, KeyError) as error:
        raise MalformedFrameError("the headers of a message cannot be read") from error
    match [found.get(name, 0) for name in (_MESSAGE_TYPE, _FLAGS, _STREAM_ID)]:
        case [int(message_type), int(flags), int(stream_id)]:
            shape = found.get(_SHAPE)
            shape = shape if isinstance(shape, str) else ""
            return Headers(message_type, flags, stream_id, shape)
    raise MalformedFrameError("a header of a message is no number")


def _each(encoded: bytes) -> Iterator[tuple[str, int | str | None]]:
    """Names and values of headers; None for a value of a type that does not matter here.

    Raises:
        IndexError, struct.error, ValueError, KeyError: They are not well-formed.
    """
    at = 0
    while at < len(encoded):
        name_end = at + 1 + encoded[at]
        name, kind, start = encoded[at + 1 : name_end].decode(), encoded[name_end], name_end + 1
        if kind in (_TYPE_BYTES, _TYPE_TEXT):
            start += _U16.size
            at = start + _U16.unpack_from(encoded, start - _U16.size)[0]
        else:
            at = start + _FIXED_SIZES[kind]
        if at > len(encoded):
            raise ValueError("a value ends after the last byte")
        value: int | str | None = None
        if kind == _TYPE_INT32:
            value = _I32.unpack_from(encoded, start)[0]
        elif kind == _TYPE_TEXT:
            value = encoded[start:at].decode()
        yield name, value
