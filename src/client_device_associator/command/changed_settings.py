"""Which settings differ from the defaults."""

import json
from collections.abc import Iterator, Mapping

from client_device_associator.configuration.options import OPTIONS


def changed_settings(document: Mapping[str, object]) -> dict[str, object]:
    """Keys, with dots between the levels, and their values; whatever is the default is left out.

    Args:
        document: A configuration as the nucleus gives it: a number or a boolean may be a string.
    """
    defaults = {option.key: option.default for option in OPTIONS}
    return {
        key: value
        for key, value in sorted(_leaves(document, ""))
        if key not in defaults or _canonical(value) != _canonical(defaults[key])
    }


def _leaves(document: Mapping[str, object], above: str) -> Iterator[tuple[str, object]]:
    for key, value in document.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _canonical(value: object) -> object:
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        return float(text)
    except ValueError:
        return text
