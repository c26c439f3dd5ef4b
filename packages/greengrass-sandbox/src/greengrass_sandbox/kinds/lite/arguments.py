"""Arguments of a request, checked as nucleus lite checks them (gg-sdk's map_validate)."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from greengrass_sandbox.nucleus.errors import OperationError, service_error

INVALID = "Received invalid parameters."
_MISSING = object()
_Kind = TypeVar("_Kind")


class Fields:
    """Looks up typed fields. A field that is there and null has the wrong type.

    Args:
        arguments: The request's, or a map in it.
        refusal: Makes the error for a field that is missing or of another type.
    """

    def __init__(
        self,
        arguments: Mapping[str, Any],
        refusal: Callable[[str], OperationError] = service_error,
    ) -> None:
        self._arguments = arguments
        self._refusal = refusal

    def text(self, name: str) -> str:
        """A string that must be there."""
        return self._required(name, str)

    def optional_text(self, name: str) -> str | None:
        """A string, or None where it is missing."""
        return self._optional(name, str)

    def mapping(self, name: str) -> dict[str, Any]:
        """A map that must be there."""
        return self._required(name, dict)

    def optional_mapping(self, name: str) -> dict[str, Any] | None:
        """A map, or None where it is missing."""
        return self._optional(name, dict)

    def double(self, name: str) -> float:
        """A number with a point or an exponent; an integer is of another type."""
        return self._required(name, float)

    def anything(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """Any value that must be there, null included."""
        if name not in self._arguments:
            raise self._refusal(INVALID)
        return self._arguments[name]

    def key_path(self) -> list[str]:
        """The list of strings `keyPath`, empty where it is missing."""
        keys = self._optional("keyPath", list)
        if keys is None:
            return []
        if not all(isinstance(key, str) for key in keys):
            raise self._refusal(INVALID)
        return list(keys)

    def _required(self, name: str, kind: type[_Kind]) -> _Kind:
        value = self._optional(name, kind)
        if value is None:
            raise self._refusal(INVALID)
        return value

    def _optional(self, name: str, kind: type[_Kind]) -> _Kind | None:
        value = self._arguments.get(name, _MISSING)
        if value is _MISSING:
            return None
        # bool is a kind of int in Python, and of nothing else here.
        if type(value) is not kind:
            raise self._refusal(INVALID)
        return value
