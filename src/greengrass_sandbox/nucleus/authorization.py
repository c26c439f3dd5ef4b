"""A component's accessControl: which topics it may subscribe and publish to."""

import re
from collections.abc import Mapping
from typing import Any

PUBSUB_SERVICE = "aws.greengrass.ipc.pubsub"

_THING_NAME_VARIABLE = "{iot:thingName}"
_ANY = "*"


class AccessControl:
    """The policies of one component for one IPC service.

    In a resource only `*` is a wildcard, and it crosses `/`; `+` and `#` stand for themselves.

    Args:
        configuration: The component's configuration, with its `accessControl` in it.
        service: For instance `aws.greengrass.ipc.pubsub`.
        thing_name: What `{iot:thingName}` in a resource stands for; None leaves it as it is.
    """

    def __init__(
        self, configuration: Mapping[str, Any], *, service: str, thing_name: str | None
    ) -> None:
        policies = _mapping(_mapping(configuration.get("accessControl")).get(service))
        self._grants = [
            (_texts(policy.get("operations")), _pattern(policy.get("resources"), thing_name))
            for policy in map(_mapping, policies.values())
        ]

    def allows(self, operation: str, resource: str) -> bool:
        """Whether some policy grants the operation (`aws.greengrass#…`) on the resource."""
        return any(
            (operation in operations or _ANY in operations) and resources.fullmatch(resource)
            for operations, resources in self._grants
        )


def _pattern(resources: object, thing_name: str | None) -> re.Pattern[str]:
    alternatives = []
    for resource in _texts(resources):
        named = (
            resource if thing_name is None else resource.replace(_THING_NAME_VARIABLE, thing_name)
        )
        alternatives.append(".*".join(re.escape(literal) for literal in named.split(_ANY)))
    if not alternatives:
        return re.compile(r"(?!)")
    return re.compile("|".join(alternatives), re.DOTALL)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> frozenset[str]:
    if not isinstance(value, list | tuple):
        return frozenset()
    return frozenset(item for item in value if isinstance(item, str))
