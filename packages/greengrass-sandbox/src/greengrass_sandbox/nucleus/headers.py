"""Headers of event-stream messages: name, type and value (AWS event-stream encoding)."""

import struct
import uuid
from collections.abc import Callable

HeaderValue = bool | int | bytes | str | uuid.UUID

_BOOL_TRUE, _BOOL_FALSE = 0, 1
_INT32 = 4
_BYTES, _STRING = 6, 7
_UUID = 9
_UUID_BYTES = 16
_NUMBERS = {2: ">b", 3: ">h", _INT32: ">i", 5: ">q", 8: ">q"}
"""Formats of int8, int16, int32, int64 and timestamp."""
_PLAIN = frozenset({_INT32, _STRING})


class HeaderError(Exception):
    """The bytes are no headers."""


def parse_headers(encoded: bytes) -> tuple[dict[str, HeaderValue], bool]:
    """All headers by name, and whether there are none but int32 and text.

    Raises:
        HeaderError: They are cut off, of an unknown type, or their text is not UTF-8.
    """
    headers: dict[str, HeaderValue] = {}
    plain = True
    position = 0

    def take(count: int) -> bytes:
        nonlocal position
        taken = encoded[position : position + count]
        if len(taken) < count:
            raise HeaderError("the headers are cut off")
        position += count
        return taken

    while position < len(encoded):
        try:
            name = take(take(1)[0]).decode()
            kind = take(1)[0]
            headers[name] = _value(kind, take)
        except UnicodeDecodeError as error:
            raise HeaderError("text that is not UTF-8") from error
        plain = plain and kind in _PLAIN
    return headers, plain


def _value(kind: int, take: Callable[[int], bytes]) -> HeaderValue:
    if kind in (_BOOL_TRUE, _BOOL_FALSE):
        return kind == _BOOL_TRUE
    if kind in _NUMBERS:
        number = struct.Struct(_NUMBERS[kind])
        return int(number.unpack(take(number.size))[0])
    if kind in (_BYTES, _STRING):
        value = take(int.from_bytes(take(2), "big"))
        return value.decode() if kind == _STRING else value
    if kind == _UUID:
        return uuid.UUID(bytes=take(_UUID_BYTES))
    raise HeaderError(f"a header of type {kind}")


def int32_header(name: str, value: int) -> bytes:
    """One header that is a number."""
    encoded = name.encode()
    return struct.pack(f">B{len(encoded)}sBi", len(encoded), encoded, _INT32, value)


def string_header(name: str, value: str) -> bytes:
    """One header that is text."""
    encoded, text = name.encode(), value.encode()
    return struct.pack(
        f">B{len(encoded)}sBH{len(text)}s", len(encoded), encoded, _STRING, len(text), text
    )
