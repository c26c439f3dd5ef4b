"""How each nucleus treats the processes of its components."""

from collections.abc import Callable
from dataclasses import dataclass

from greengrass_sandbox.lifecycle.restart import RestartRules

DEFAULT_STEP_TIMEOUT_SECONDS = 120.0
"""For a step to install or to start whose recipe says nothing, on both nuclei."""
DEFAULT_SHUTDOWN_TIMEOUT_SECONDS = 15.0
"""For a shutdown step, on the classic nucleus (its source, Lifecycle)."""
CLOUD_RESTART_DELAY_SECONDS = 5.0
"""From a configuration of the cloud being live on lite to its install step (ran)."""


@dataclass(frozen=True)
class Conduct:
    """What the lifecycle does differently on the two nuclei.

    Attributes:
        socket_name: File name of the IPC socket in the root folder.
        scripts_end_at_unknown_variables: See `variables.fill_in`.
        folders_end_with_slash: Whether the recipe variables that name folders do.
        missing_identity_is_empty: Whether a core device without thing name or region sets the
            variables all the same, to the empty string.
        kills_what_a_step_leaves_behind: systemd kills the whole control group when the main process
            has ended; the classic nucleus knows nothing of children that outlive their parent.
        stop_grace_seconds: From SIGTERM to SIGKILL.
        runs_shutdown: Whether a recipe's shutdown step is run.
        restarts_errored: Whether a component that reports ERRORED is stopped and started again.
        starts_ended_again: Whether each deployment, of any component, starts again those that are
            FINISHED or BROKEN.
        installs_beside: Whether a new version's install step runs while the old version still does.
        cloud_configuration_restarts: Whether a deployment from the cloud that has a configuration
            installs and restarts a component, some seconds after the values are live.
        unpacked_mode: Permissions of unpacked files; None leaves them as they were packed.
        gives_whole_work_directory: Whether a component's user gets all that is in its work
            directory, or the directory alone.
        restart_rules: Makes the rules for one component.
    """

    socket_name: str
    scripts_end_at_unknown_variables: bool
    folders_end_with_slash: bool
    missing_identity_is_empty: bool
    kills_what_a_step_leaves_behind: bool
    stop_grace_seconds: float
    restarts_errored: bool
    runs_shutdown: bool
    starts_ended_again: bool
    installs_beside: bool
    cloud_configuration_restarts: bool
    unpacked_mode: int | None
    gives_whole_work_directory: bool
    restart_rules: Callable[[], RestartRules]
