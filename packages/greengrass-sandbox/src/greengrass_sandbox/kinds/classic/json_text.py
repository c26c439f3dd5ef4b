"""JSON as the classic nucleus reads and writes it, with Gson."""

import json
from typing import Any


class JsonError(Exception):
    """Gson does not take this text."""


def decode(text: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """A value from JSON: every number is a double, and NaN and the infinities are text.

    Raises:
        JsonError: It is not JSON.
    """
    try:
        return json.loads(
            # Java's String puts U+FFFD in the place of what is not UTF-8.
            text.decode(errors="replace"),
            parse_int=float,
            # Gson is lenient: it takes a word without quotes for a string.
            parse_constant=str,
        )
    except (ValueError, RecursionError) as error:
        raise JsonError(str(error)) from error


def encode(value: object) -> bytes:
    """Compact JSON.

    Raises:
        JsonError: There is an infinite number in it.
    """
    try:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise JsonError(str(error)) from error
    # Java writes a question mark for half of a surrogate pair.
    return text.encode(errors="replace")
