"""accessControl on the classic nucleus (AuthorizationHandler and WildcardTrie, read, run)."""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from greengrass_sandbox.kinds.classic.policies import Policy
from greengrass_sandbox.nucleus.errors import unauthorized
from greengrass_sandbox.nucleus.stream import NAMESPACE, Stream

_THING_NAME_VARIABLE = "{iot:thingName}"
_ANY = "*"
_ESCAPABLE = frozenset("*?$")
_PART = re.compile(r"\$\{(?P<escaped>.)\}|(?P<any>\*)|(?P<literal>.)", re.DOTALL)
_ESCAPE = re.compile(r"\$\{(.)\}", re.DOTALL)


class Lookup(Enum):
    """Which characters in a policy's resource are wildcards."""

    STANDARD = "standard"
    """`*`, which crosses levels."""
    MQTT = "mqtt"
    """`+` for a level and `#` for the rest as well."""


class ClassicAuthorization:
    """Asks a component's policies whether it may.

    Args:
        policies: A component's policies by service.
        thing_name: What `{iot:thingName}` in a resource stands for; None leaves it as it is.
    """

    def __init__(
        self, policies: Callable[[str], Mapping[str, Sequence[Policy]]], thing_name: str | None
    ) -> None:
        self._policies = policies
        self._thing_name = thing_name

    def demand(
        self,
        stream: Stream,
        service: str,
        resource: str | None,
        lookup: Lookup = Lookup.STANDARD,
    ) -> None:
        """Refuse the operation that opened the stream, unless it is allowed on the resource.

        Raises:
            OperationError: UnauthorizedError.
        """
        operation = NAMESPACE + stream.operation
        if resource == "":
            raise unauthorized("Resource cannot be empty")
        if not self.allows(stream.component, service, operation, resource, lookup):
            raise unauthorized(
                f"Principal {stream.component} is not authorized to perform "
                f"{service}:{operation} on resource {resource}"
            )

    def allows(
        self,
        component: str,
        service: str,
        operation: str,
        resource: str | None,
        lookup: Lookup = Lookup.STANDARD,
    ) -> bool:
        """Whether some policy grants an operation (`aws.greengrass#…`) on a resource.

        A resource of None is granted by any policy for the operation.
        """
        for policy in self._policies(component).get(service, ()):
            if operation not in policy.operations and _ANY not in policy.operations:
                continue
            if resource is None:
                return True
            for pattern in map(self._fill_in, policy.resources):
                if is_wellformed(pattern) and matches(pattern, resource, lookup):
                    return True
        return False

    def _fill_in(self, pattern: str) -> str:
        if self._thing_name is None:
            return pattern
        return pattern.replace(_THING_NAME_VARIABLE, self._thing_name)


def is_wellformed(pattern: str) -> bool:
    """Whether a policy's resource counts: no bare `?`, no escape but `${*} ${?} ${$}`."""
    escapes = _ESCAPE.findall(pattern)
    bare = _ESCAPE.sub("", pattern)
    return (
        bool(pattern)
        and all(it in _ESCAPABLE for it in escapes)
        and not ("?" in bare or "${" in bare)
    )


def matches(pattern: str, resource: str, lookup: Lookup = Lookup.STANDARD) -> bool:
    """Whether a policy's resource covers this one."""
    if lookup is Lookup.MQTT and _covers_parent(pattern, resource):
        return True
    return re.fullmatch(_expression(pattern, lookup), resource, re.DOTALL) is not None


def _covers_parent(pattern: str, resource: str) -> bool:
    """`a/#` covers `a` as well."""
    return pattern.endswith("/#") and matches(pattern[:-2], resource, Lookup.MQTT)


def _expression(pattern: str, lookup: Lookup) -> str:
    if lookup is Lookup.STANDARD:
        return _with_stars(pattern)
    levels = pattern.split("/")
    parts = ["[^/]*" if level == "+" else _with_stars(level) for level in levels]
    if levels[-1] == "#":
        parts[-1] = ".*"
    return "/".join(parts)


def _with_stars(pattern: str) -> str:
    return "".join(
        ".*" if part["any"] else re.escape(part["escaped"] or part["literal"])
        for part in _PART.finditer(pattern)
    )
