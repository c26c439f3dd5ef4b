"""What components say of themselves and of each other on the classic nucleus (read and run)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from greengrass_sandbox.kinds.classic.authorization import ClassicAuthorization
from greengrass_sandbox.nucleus.errors import (
    OperationError,
    invalid_arguments,
    not_found,
    service_error,
    unauthorized,
)
from greengrass_sandbox.nucleus.states import ReportedStates
from greengrass_sandbox.nucleus.stream import NAMESPACE, Stream

LIFECYCLE_SERVICE = "aws.greengrass.ipc.lifecycle"
METRIC_SERVICE = "aws.greengrass.ipc.componentmetric"
_REPORTABLE_STATES = frozenset({"RUNNING", "ERRORED"})
_STREAM_MANAGER = "aws.greengrass.StreamManager"
_AWS_COMPONENT = re.compile(r"aws\.")
_MAX_METRIC_NAME_BYTES = 32


class ClassicLifecycle:
    """UpdateState, PauseComponent, ResumeComponent, PutComponentMetric and token validation.

    Args:
        states: What components reported.
        authorization: Whether a component may.
        component_of: The component that an SVCUID belongs to, or None.
        is_known: Whether there is a component of a name.
    """

    def __init__(
        self,
        states: ReportedStates,
        authorization: ClassicAuthorization,
        component_of: Callable[[str], str | None],
        is_known: Callable[[str], bool],
    ) -> None:
        self._states = states
        self._authorization = authorization
        self._component_of = component_of
        self._is_known = is_known

    async def update_state(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateState: RUNNING or ERRORED; to Java every other state is none."""
        state = arguments["state"]
        if state not in _REPORTABLE_STATES:
            raise service_error("the state is null")
        self._states.report(stream.component, state)
        return {}

    async def pause(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """PauseComponent and ResumeComponent, which need cgroups that the sandbox has not."""
        component = arguments["componentName"]
        if not component:
            raise invalid_arguments("Component name is required.")
        self._authorization.demand(stream, LIFECYCLE_SERVICE, component)
        if not self._is_known(component):
            raise not_found("there is no such component")
        raise service_error(f"Failed to pause or resume component {component}")

    async def put_metric(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """PutComponentMetric, for components of AWS alone."""
        operation = NAMESPACE + stream.operation
        if not _AWS_COMPONENT.match(stream.component):
            raise unauthorized(
                f"Principal {stream.component} is not authorized to perform "
                f"{METRIC_SERVICE}:{operation} "
            )
        for metric in arguments["metrics"] or [{}]:
            name, unit, value = (metric.get(key) for key in ("name", "unit", "value"))
            if not name or not unit or len(name.encode()) > _MAX_METRIC_NAME_BYTES:
                raise invalid_arguments("Invalid argument found in PutComponentMetricRequest")
            if value is None or value < 0:
                raise invalid_arguments("Invalid argument found in PutComponentMetricRequest")
            self._authorization.demand(stream, METRIC_SERVICE, name)
        return {}

    async def validate_token(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """ValidateAuthorizationToken, for the stream manager alone."""
        if stream.component != _STREAM_MANAGER:
            raise unauthorized(
                f"{stream.component} is not authorized to perform {NAMESPACE}{stream.operation}"
            )
        if self._component_of(arguments["token"] or "") is None:
            raise OperationError("InvalidTokenError", "Authentication token not found")
        return {"isValid": True}
