"""A component's accessControl as the classic nucleus parses it (AuthorizationPolicyParser, run).

It is parsed as a whole: one part that is not a policy, and the component has no permissions at all.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_DESCRIPTION, _OPERATIONS, _RESOURCES = "policydescription", "operations", "resources"
_PROPERTIES = frozenset({_DESCRIPTION, _OPERATIONS, _RESOURCES})


@dataclass(frozen=True)
class Policy:
    """What one policy grants.

    Attributes:
        operations: Names such as `aws.greengrass#PublishToTopic`, or `*`.
        resources: Patterns.
    """

    operations: frozenset[str]
    resources: tuple[str, ...]


class _NoPolicyError(Exception):
    """Jackson would not make a policy of this."""


def parse(access_control: object) -> dict[str, list[Policy]]:
    """The policies by the service that they are for; none if any part of it is malformed."""
    try:
        if isinstance(access_control, str):
            access_control = json.loads(access_control)
        return {
            service: [
                policy
                for config in _mapping(policies).values()
                if (policy := _policy(_mapping(config))) is not None
            ]
            for service, policies in _mapping(access_control).items()
        }
    except (_NoPolicyError, ValueError):
        return {}


def _policy(config: Mapping[str, Any]) -> Policy | None:
    """A policy; None for one without operations, which is passed over."""
    properties = {str(key).lower(): value for key, value in config.items()}
    if not properties.keys() <= _PROPERTIES or not isinstance(
        properties.get(_DESCRIPTION, ""), str
    ):
        raise _NoPolicyError
    operations = _texts(properties.get(_OPERATIONS, []))
    resources = _texts(properties.get(_RESOURCES, []))
    return Policy(frozenset(operations), tuple(resources)) if operations else None


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _NoPolicyError
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or any(isinstance(item, dict | list) for item in value):
        raise _NoPolicyError
    return [item if isinstance(item, str) else json.dumps(item) for item in value]
