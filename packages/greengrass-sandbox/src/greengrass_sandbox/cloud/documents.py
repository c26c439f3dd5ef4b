"""Reading values out of JSON: each reader returns the value or says what it must be."""

from collections.abc import Callable, Mapping
from typing import TypeVar

Json = object
"""Anything that `json.loads` may give."""

_Value = TypeVar("_Value")


class DocumentError(ValueError):
    """A value is not what it must be; the message reads on from the value's name."""


def string(value: Json) -> str:
    """A string."""
    if not isinstance(value, str):
        raise DocumentError(f"must be a string, not {value!r}")
    return value


def boolean(value: Json) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise DocumentError(f"must be true or false, not {value!r}")
    return value


def integer(value: Json) -> int:
    """A whole number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise DocumentError(f"must be a whole number, not {value!r}")
    return value


def number(value: Json) -> float:
    """Any number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise DocumentError(f"must be a number, not {value!r}")
    return float(value)


def list_of(reader: Callable[[Json], _Value]) -> Callable[[Json], tuple[_Value, ...]]:
    """A list, each item read by `reader`."""

    def read(value: Json) -> tuple[_Value, ...]:
        if not isinstance(value, list):
            raise DocumentError(f"must be a list, not {value!r}")
        return tuple(reader(item) for item in value)

    return read


def members(value: Json, readers: Mapping[str, Callable[[Json], object]]) -> dict[str, object]:
    """An object with no keys but those of `readers`; returns what it has, each read."""
    if not isinstance(value, Mapping):
        raise DocumentError(f"must be an object, not {value!r}")
    unknown = sorted(str(key) for key in value if key not in readers)
    if unknown:
        raise DocumentError(f"has no {', '.join(unknown)}; it may have {', '.join(readers)}")
    return {str(key): _member(str(key), item, readers) for key, item in value.items()}


def _member(key: str, value: Json, readers: Mapping[str, Callable[[Json], object]]) -> object:
    try:
        return readers[key](value)
    except DocumentError as error:
        raise DocumentError(f"{key} {error}") from error
