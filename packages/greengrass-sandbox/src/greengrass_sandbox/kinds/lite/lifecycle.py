"""UpdateState and what else a component says of components on nucleus lite (ggipcd, gghealthd)."""

from collections.abc import Callable, Mapping
from typing import Any

from greengrass_sandbox.kinds.lite.arguments import Fields
from greengrass_sandbox.kinds.lite.authorization import LiteAuthorization
from greengrass_sandbox.nucleus.errors import (
    OperationError,
    invalid_arguments,
    not_found,
    service_error,
    unauthorized,
)
from greengrass_sandbox.nucleus.states import ReportedStates
from greengrass_sandbox.nucleus.stream import Stream

_STATES = frozenset(
    {"NEW", "INSTALLED", "STARTING", "RUNNING", "ERRORED", "BROKEN", "STOPPING", "FINISHED"}
)
_CLI_SERVICE = "aws.greengrass.Cli"
_STREAM_MANAGER = "aws.greengrass.StreamManager"


class LiteLifecycle:
    """UpdateState, RestartComponent, CreateLocalDeployment and ValidateAuthorizationToken.

    Args:
        states: What components reported.
        authorization: Whether a component may.
        component_of: The component that an SVCUID belongs to, or None.
        restart: Restarts a component; False if there is none of the name.
    """

    def __init__(
        self,
        states: ReportedStates,
        authorization: LiteAuthorization,
        component_of: Callable[[str], str | None],
        restart: Callable[[str], bool],
    ) -> None:
        self._states = states
        self._authorization = authorization
        self._component_of = component_of
        self._restart = restart

    async def update_state(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateState: any state that there is, with little effect."""
        state = Fields(arguments).text("state")
        if state not in _STATES:
            raise service_error("Failed to update the lifecycle state.")
        self._states.report(stream.component, state)
        return {}

    async def restart(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """RestartComponent."""
        component = Fields(arguments, invalid_arguments).text("componentName")
        self._authorization.demand(stream, _CLI_SERVICE, component)
        if not self._restart(component):
            raise not_found("Component not found.")
        return {"restartStatus": "SUCCEEDED"}

    async def create_deployment(
        self, stream: Stream, _arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        """CreateLocalDeployment, which the sandbox leaves to its own command."""
        try:
            self._authorization.demand(stream, _CLI_SERVICE, "")
        except OperationError as error:
            raise service_error(error.message) from error
        raise service_error("Failed to create local deployment.")

    async def validate_token(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """ValidateAuthorizationToken, for the stream manager alone."""
        if stream.component != _STREAM_MANAGER:
            raise unauthorized("Component does not have access to token verification IPC command.")
        if self._component_of(Fields(arguments).text("token")) is None:
            raise OperationError(
                "InvalidTokenError",
                "Invalid token used by stream manager when trying to authorize.",
            )
        return {"isValid": True}
