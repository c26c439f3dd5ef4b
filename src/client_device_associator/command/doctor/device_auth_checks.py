"""Client device auth: who may publish announcements at the local broker, and with a proven name.

Read in its source: a device belongs to the groups whose selection rule it fits, and may do what the
policies of these groups allow; there is no denial. An operation is matched exactly, or by `*` or
`mqtt:*`; a resource as text in which `*` alone is a wildcard, over any number of levels
(PermissionEvaluationUtils). The one variable is the connected thing's name
(PolicyVariableResolver). A group with a policy that is not there, or a variable that is not known,
makes the whole component fail (GroupConfiguration, ClientDevicesAuthService).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from client_device_associator.command.doctor.finding import Finding, ok, unknown, wrong
from client_device_associator.command.doctor.neighbour_checks import Deployed
from client_device_associator.command.doctor.nucleus_root import DEVICE_AUTH
from client_device_associator.command.doctor.resource_pattern import can_meet
from client_device_associator.configuration.admission import Admission
from client_device_associator.configuration.settings import AnnouncementTopic, Settings
from client_device_associator.core.bus import Bus

_WHAT = "device groups"
_CONNECT, _PUBLISH, _ANYTHING = "mqtt:connect", "mqtt:publish", frozenset({"*", "mqtt:*"})
THING_NAME = "${iot:Connection.Thing.ThingName}"
_VARIABLE = re.compile(r"\$\{.*?}")
_TOPIC = "mqtt:topic:"
_READ_MORE = "see 'From a client device' in docs/announcing.md for groups and policies that do"


def check_device_auth(
    deployed: Deployed, settings: Settings, *, has_heard: bool
) -> Iterator[Finding]:
    """Whether client devices may announce themselves.

    Args:
        deployed: What the nucleus' record says.
        settings: In effect.
        has_heard: Whether announcements have come; then policies that do not allow it may be meant
            so.
    """
    if DEVICE_AUTH not in deployed:
        remedy = f"deploy {DEVICE_AUTH}, on which brokers and the bridge depend"
        yield wrong(_WHAT, f"{DEVICE_AUTH} is not deployed", remedy)
        return
    groups = _map(_map(deployed[DEVICE_AUTH], "configuration"), "deviceGroups")
    definitions, policies = _map(groups, "definitions"), _map(groups, "policies")
    if not definitions:
        text = "none is defined: no client device may connect"
        yield wrong(_WHAT, text, f"define one in the configuration of {DEVICE_AUTH}; {_READ_MORE}")
        return
    faults = list(_faults(definitions, policies))
    if faults:
        yield from faults
        return
    used = {str(one.get("policyName")) for one in definitions.values() if isinstance(one, Mapping)}
    statements = [
        statement
        for name in sorted(used)
        for statement in _map(policies, name).values()
        if isinstance(statement, Mapping)
    ]
    if not _resources(statements, _CONNECT):
        yield wrong(_WHAT, f"no policy in use allows {_CONNECT}", _READ_MORE)
    yield from _check_topics(_resources(statements, _PUBLISH), settings, has_heard=has_heard)


def _check_topics(
    resources: Sequence[str], settings: Settings, *, has_heard: bool
) -> Iterator[Finding]:
    topics = settings.topics_on(Bus.LOCAL)
    allowed = [one for one in topics if any(_meets(each, one) for each in resources)]
    if allowed:
        filters = ", ".join(one.topic_filter for one in allowed)
        yield ok(_WHAT, f"client devices may publish on {filters}")
    else:
        text = f"no policy in use allows {_PUBLISH} on an announcement topic"
        if any(one.partition(_TOPIC)[2].count(sign) for one in resources for sign in "+#"):
            text += "; '+' and '#' are no wildcards in these policies, '*' is"
        yield unknown(_WHAT, text, _READ_MORE) if has_heard else wrong(_WHAT, text, _READ_MORE)
    gate = settings.policy.gate
    if isinstance(gate, Admission) and gate.requires_proven_name:
        yield from _check_proof(resources, [one for one in allowed if one.proves_names])


def _check_proof(resources: Sequence[str], own: Sequence[AnnouncementTopic]) -> Iterator[Finding]:
    """Whether a device is held to the topic with its own name."""
    wide = sorted(
        {
            resource
            for resource in resources
            if THING_NAME not in resource and any(_meets(resource, one) for one in own)
        }
    )
    if wide:
        topic = own[0].topic_filter.replace("+", THING_NAME)
        yield wrong(
            "proven names",
            f"admission.requireProvenName is on, and {', '.join(wide)} lets a client device"
            " publish on the topic of another one",
            f"allow {_TOPIC}{topic} in its place",
        )
    elif own:
        yield ok("proven names", "each client device is held to the topic with its own name")


def _faults(definitions: Mapping[str, Any], policies: Mapping[str, Any]) -> Iterator[Finding]:
    """What client device auth does not take; it does not run with it."""
    for name, definition in definitions.items():
        policy = definition.get("policyName") if isinstance(definition, Mapping) else None
        if not isinstance(policy, str) or policy not in policies:
            yield wrong(
                _WHAT,
                f"the group {name} has the policy {policy}, which is not there: client device auth"
                " fails with that",
                "add the policy, or correct policyName",
            )
    for name in policies:
        for statement in _map(policies, name).values():
            for resource in _texts(statement, "resources"):
                unknown_ones = set(_VARIABLE.findall(resource)) - {THING_NAME}
                if unknown_ones:
                    yield wrong(
                        _WHAT,
                        f"the policy {name} has {', '.join(sorted(unknown_ones))}, which is no"
                        " variable here: client device auth fails with that",
                        f"the one variable is {THING_NAME}",
                    )


def _resources(statements: Sequence[Mapping[str, Any]], operation: str) -> list[str]:
    """The resources for which an operation is allowed."""
    return [
        resource
        for statement in statements
        if _ANYTHING.union({operation}).intersection(_texts(statement, "operations"))
        for resource in _texts(statement, "resources")
    ]


def _meets(resource: str, topic: AnnouncementTopic) -> bool:
    """Whether a resource allows some topic on which announcements are heard."""
    return can_meet(resource, THING_NAME, _TOPIC + topic.topic_filter)


def _texts(statement: object, key: str) -> list[str]:
    found = statement.get(key) if isinstance(statement, Mapping) else None
    return [str(one) for one in found] if isinstance(found, list) else []


def _map(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, Mapping) else {}
