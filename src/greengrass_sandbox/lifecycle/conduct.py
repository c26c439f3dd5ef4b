"""How each nucleus treats the processes of its components."""

from dataclasses import dataclass

from greengrass_sandbox.lifecycle.restart import ConsecutiveErrors, RestartRules, StartLimit
from greengrass_sandbox.profile import Profile

DEFAULT_STEP_TIMEOUT_SECONDS = 120.0
"""For an install step whose recipe says nothing, on both nuclei."""


@dataclass(frozen=True)
class Conduct:
    """What the lifecycle does differently on the two nuclei.

    Attributes:
        socket_name: File name of the IPC socket in the root folder.
        scripts_end_at_unknown_variables: See `variables.fill_in`.
        folders_end_with_slash: Whether the recipe variables that name folders do.
        kills_what_a_step_leaves_behind: systemd kills the whole control group when the main process
            has ended; the classic nucleus knows nothing of children that outlive their parent.
    """

    socket_name: str
    scripts_end_at_unknown_variables: bool
    folders_end_with_slash: bool
    kills_what_a_step_leaves_behind: bool
    _restarts: type[ConsecutiveErrors] | type[StartLimit]

    def restart_rules(self) -> RestartRules:
        """Fresh rules for one component."""
        return self._restarts()


def conduct_of(profile: Profile) -> Conduct:
    """Look up the conduct of the profile's kind of nucleus."""
    if profile.name == "lite":
        return Conduct(
            socket_name="gg-ipc.socket",
            scripts_end_at_unknown_variables=True,
            folders_end_with_slash=True,
            kills_what_a_step_leaves_behind=True,
            _restarts=StartLimit,
        )
    return Conduct(
        socket_name="ipc.socket",
        scripts_end_at_unknown_variables=False,
        folders_end_with_slash=False,
        kills_what_a_step_leaves_behind=False,
        _restarts=ConsecutiveErrors,
    )
