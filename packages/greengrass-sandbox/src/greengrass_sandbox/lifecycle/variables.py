"""Recipe variables in lifecycle scripts, filled in as each nucleus does it.

The classic nucleus replaces what it knows and leaves the rest as it stands. The lite one takes
every opening brace for the beginning of a variable; at the first that it cannot fill in it stops,
and runs the script as far as it got (read in its recipe-runner).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_CLASSIC_VARIABLE = re.compile(r"\{([.\w]+:[^:}]+)\}")
_CONFIGURATION = "configuration:"


@dataclass(frozen=True)
class Filled:
    """A script to run, and what could not be filled in.

    Attributes:
        script: The script.
        unknown: Variables that stay as they are (classic), or the one at which it ends (lite).
    """

    script: str
    unknown: tuple[str, ...]


def fill_in(
    script: str,
    variables: Mapping[str, str],
    configuration: Mapping[str, Any],
    *,
    stop_at_unknown: bool,
) -> Filled:
    """Fill in a script's recipe variables.

    Args:
        script: The recipe's text.
        variables: Values by the text between the braces, such as ``work:path``.
        configuration: The component's configuration, for ``{configuration:/json/pointer}``.
        stop_at_unknown: True as the lite nucleus does it, False as the classic one.
    """
    if stop_at_unknown:
        return _lite(script, variables, configuration)
    unknown = []

    def replacement(match: re.Match[str]) -> str:
        value = _value(match.group(1), variables, configuration)
        if value is None:
            unknown.append(match.group(0))
            return match.group(0)
        return value

    return Filled(_CLASSIC_VARIABLE.sub(replacement, script), tuple(unknown))


def _lite(script: str, variables: Mapping[str, str], configuration: Mapping[str, Any]) -> Filled:
    filled = ""
    rest = script
    while "{" in rest:
        before, _, rest = rest.partition("{")
        filled += before
        name, brace, rest = rest.partition("}")
        value = _value(name, variables, configuration) if brace else None
        if value is None:
            return Filled(filled, ("{" + name + brace,))
        filled += value
    return Filled(filled + rest, ())


def _value(name: str, variables: Mapping[str, str], configuration: Mapping[str, Any]) -> str | None:
    if not name.startswith(_CONFIGURATION):
        return variables.get(name)
    node: object = configuration
    for part in name.removeprefix(_CONFIGURATION).split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, Mapping) or key not in node:
            return None
        node = node[key]
    return node if isinstance(node, str) else json.dumps(node)
