"""accessControl on nucleus lite (ggipcd's ipc_authz.c, read and run)."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from greengrass_sandbox.kinds.lite.bus import answer_fits
from greengrass_sandbox.nucleus.errors import unauthorized
from greengrass_sandbox.nucleus.stream import NAMESPACE, Stream

ACCESS_CONTROL = "accessControl"
POLICY_BUFFER_BYTES = 4096
"""Where all policies of a component for one service are decoded; beyond it nothing is allowed."""
_ANY = "*"
_ESCAPABLE = frozenset("*?$")
_ESCAPE_CHARACTERS = 4
"""Of an escape such as `${*}`."""
_VARIABLE = re.compile(r"(?<!\$)\{([^}]*)(\}|$)")
_PART = re.compile(r"\$\{(?P<escaped>[^}]*)\}?|(?P<any>\*)|(?P<literal>.)", re.DOTALL)


@dataclass(frozen=True)
class CoreFacts:
    """What recipe variables in a resource stand for.

    Attributes:
        thing_name: The core's.
        root_path: Its root folder.
    """

    thing_name: str
    root_path: str


class LiteAuthorization:
    """Asks a component's policies whether it may.

    Args:
        configuration: Reads a key path of a component's configuration; None if nothing is there,
            or it cannot be read.
        facts: For recipe variables.
    """

    def __init__(self, configuration: Callable[[str, list[str]], Any], facts: CoreFacts) -> None:
        self._configuration = configuration
        self._facts = facts

    def demand(
        self, stream: Stream, service: str, resource: str, *, mqtt_filters: bool = False
    ) -> None:
        """Refuse the operation that opened the stream, unless it is allowed on the resource.

        Args:
            stream: Tells the component and the operation.
            service: For instance `aws.greengrass.ipc.pubsub`.
            resource: The topic or filter.
            mqtt_filters: Whether `+` and `#` in a policy's resource are wildcards too.

        Raises:
            OperationError: UnauthorizedError.
        """
        if not self._allows(stream, service, resource, mqtt_filters=mqtt_filters):
            raise unauthorized("IPC Operation not authorized.")

    def _allows(self, stream: Stream, service: str, resource: str, *, mqtt_filters: bool) -> bool:
        policies = self._configuration(stream.component, [ACCESS_CONTROL, service])
        if (
            not is_wellformed(resource)
            or not isinstance(policies, Mapping)
            or not answer_fits(policies, POLICY_BUFFER_BYTES)
        ):
            return False
        for policy in policies.values():
            if not isinstance(policy, Mapping):
                # Policies after it are not looked at.
                return False
            if self._grants(stream, policy, resource, mqtt_filters=mqtt_filters):
                return True
        return False

    def _grants(
        self, stream: Stream, policy: Mapping[str, Any], resource: str, *, mqtt_filters: bool
    ) -> bool:
        operations, resources = policy.get("operations"), policy.get("resources")
        if not _are_texts(operations) or not _are_texts(resources):
            return False
        if _ANY not in operations and NAMESPACE + stream.operation not in operations:
            return False
        for pattern in resources:
            filled = self._fill_in(stream.component, pattern)
            if filled is None:
                continue
            if matches(filled, resource) or (mqtt_filters and matches_filter(filled, resource)):
                return True
        return False

    def _fill_in(self, component: str, pattern: str) -> str | None:
        """The resource with its recipe variables filled in; None if one cannot be."""
        known = True

        def value(match: re.Match[str]) -> str:
            nonlocal known
            text = self._variable(component, match.group(1)) if match.group(2) else None
            known = known and text is not None
            return text or ""

        filled = _VARIABLE.sub(value, pattern)
        return filled if known else None

    def _variable(self, component: str, name: str) -> str | None:
        kind, _, key = name.partition(":")
        if kind == "configuration" and key:
            parts = [part.replace("~1", "/").replace("~0", "~") for part in key.split("/")[1:]]
            found = self._configuration(component, parts)
            return found if found is None or isinstance(found, str) else json.dumps(found)
        return {
            "iot:thingName": self._facts.thing_name,
            "kernel:rootPath": self._facts.root_path,
            "work:path": f"{self._facts.root_path}/work/{component}/",
        }.get(name)


def is_wellformed(resource: str) -> bool:
    """Whether a resource holds neither a bare `?` nor an escape other than `${*} ${?} ${$}`."""
    position = 0
    while position < len(resource):
        if resource[position] == "?":
            return False
        if resource.startswith("${", position):
            escape = resource[position : position + _ESCAPE_CHARACTERS]
            if len(escape) < _ESCAPE_CHARACTERS or escape[3] != "}" or escape[2] not in _ESCAPABLE:
                return False
            position += _ESCAPE_CHARACTERS
        else:
            position += 1
    return True


def matches(pattern: str, resource: str) -> bool:
    """Whether a policy's resource covers this one: `*` is any text, `${*}` is a star."""
    parts = [
        ".*" if part["any"] else re.escape(part["escaped"] or part["literal"] or "")
        for part in _PART.finditer(pattern)
    ]
    return re.fullmatch("".join(parts), resource, re.DOTALL) is not None


def matches_filter(pattern: str, resource: str) -> bool:
    """The same with `+` for any text without a slash and `#` for the rest; `*` is itself."""
    before, multi_level, _ = pattern.partition("#")
    single = "[^/]*".join(re.escape(literal) for literal in before.split("+"))
    return re.fullmatch(single + (".*" if multi_level else ""), resource, re.DOTALL) is not None


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
