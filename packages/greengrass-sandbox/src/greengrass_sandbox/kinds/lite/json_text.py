"""JSON as nucleus lite reads and writes it (gg-sdk's json_decode.c and json_encode.c)."""

import json
import math
from collections.abc import Iterable
from typing import Any

from greengrass_sandbox.kinds.lite.measures import KEY_BYTES, levels, subobjects, weight

MAX_LEVELS = 15
"""GG_MAX_OBJECT_DEPTH."""
MAX_SUBOBJECTS = 255
"""GG_MAX_OBJECT_SUBOBJECTS."""
_SMALLEST_NORMAL_DOUBLE = 2.2250738585072014e-308
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_INTEGER_BUFFER_BYTES = 19
"""Of the buffer that an integer is printed into; its last byte is always a zero byte."""
_DOUBLE_FORMAT = "#.17g"
_ESCAPED = {
    ord('"'): '\\"',
    ord("\\"): "\\\\",
    **{byte: f"\\u00{byte:02X}" for byte in range(0x20)},
}


class JsonError(Exception):
    """Lite cannot read this text, or cannot write this value."""


def decode(text: bytes, buffer_bytes: int) -> Any:  # noqa: ANN401 - any JSON value
    """A value from JSON. Keys come sorted; of keys that are there twice the first counts.

    Args:
        text: The JSON.
        buffer_bytes: Of the buffer that maps' and lists' entries have to fit in.

    Raises:
        JsonError: It is not JSON, a number is out of range, or the buffer is too small.
    """
    pruned = 0

    def canonical(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal pruned
        first = dict(reversed(pairs))
        pruned += len(pairs) - len(first)
        return {key: first[key] for key in sorted(first, key=_encoded)}

    try:
        value = json.loads(
            text.decode(),
            object_pairs_hook=canonical,
            parse_int=_integer,
            parse_float=_double,
            parse_constant=_no_constant,
        )
        _check_text(value)
    # ValueError covers text that is not UTF-8 or not JSON.
    except (ValueError, RecursionError) as error:
        raise JsonError(str(error)) from error
    if weight(value) + pruned * KEY_BYTES > buffer_bytes:
        raise JsonError(f"the value does not fit in {buffer_bytes} bytes")
    return value


def encode(value: object) -> bytes:
    """The JSON that lite writes for a value, which need not be JSON.

    An integer of nineteen characters ends in a zero byte in place of its last digit, and a double
    from 1e16 to 1e17 ends in a point.

    Raises:
        JsonError: It is too deep or has too many entries, or an integer has twenty characters.
    """
    if levels(value) > MAX_LEVELS or subobjects(value) > MAX_SUBOBJECTS:
        raise JsonError("the value is too deep, or has too many entries")
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts).encode()


def _write(value: object, parts: list[str]) -> None:
    if isinstance(value, dict):
        _write_entries("{", value.items(), "}", parts)
    elif isinstance(value, list):
        _write_entries("[", ((None, item) for item in value), "]", parts)
    elif isinstance(value, str):
        parts.append(_quoted(value))
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, int):
        parts.append(_integer_text(value))
    elif isinstance(value, float):
        parts.append(format(value, _DOUBLE_FORMAT))
    else:
        parts.append("null")


def _write_entries(
    opening: str, entries: Iterable[tuple[str | None, object]], closing: str, parts: list[str]
) -> None:
    separator = opening
    for key, item in entries:
        parts.append(separator)
        if key is not None:
            parts.append(_quoted(key) + ":")
        _write(item, parts)
        separator = ","
    parts.append(closing if separator == "," else opening + closing)


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPED)}"'


def _integer_text(value: int) -> str:
    text = str(value)
    if len(text) > _INTEGER_BUFFER_BYTES:
        raise JsonError(f"{text} does not fit in {_INTEGER_BUFFER_BYTES} bytes")
    if len(text) == _INTEGER_BUFFER_BYTES:
        return text[:-1] + "\0"
    return text


def _encoded(key: str) -> bytes:
    return key.encode(errors="surrogatepass")


def _integer(text: str) -> int:
    value = int(text)
    if not _INT64_MIN <= value <= _INT64_MAX:
        raise ValueError(f"{text} is no 64-bit integer")
    return value


def _double(text: str) -> float:
    value = float(text)
    mantissa = text.lower().partition("e")[0]
    is_zero = not any(digit in "123456789" for digit in mantissa)
    if math.isinf(value) or (abs(value) < _SMALLEST_NORMAL_DOUBLE and not is_zero):
        raise ValueError(f"{text} is out of the range of doubles")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _check_text(value: object) -> None:
    """Raise UnicodeEncodeError, a ValueError, if a string holds half of a surrogate pair."""
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            node.encode()
        elif isinstance(node, dict):
            pending.extend(node)
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
