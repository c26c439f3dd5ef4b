"""Waiting for the end of a deployment."""

from greengrass_sandbox.lifecycle.conduct import DEFAULT_STEP_TIMEOUT_SECONDS
from greengrass_sandbox.lifecycle.handle import ComponentHandle
from greengrass_sandbox.lifecycle.states import FINAL_STATES, ComponentState, Snapshot
from greengrass_sandbox.recipe import Recipe

_ATTEMPTS = 3
_SPARE_SECONDS = 60.0


class DeploymentFailedError(Exception):
    """A component could not be installed; the message has the end of its log."""


def started_or_over(snapshot: Snapshot) -> bool:
    """Whether a component has been started once, or never will be."""
    return ComponentState.RUNNING in snapshot.history or snapshot.state in FINAL_STATES


def wait_until_deployed(handle: ComponentHandle, recipe: Recipe) -> ComponentHandle:
    """Wait until a component has been installed and started, or has no run step.

    Raises:
        DeploymentFailedError: Installing failed too often, or it was stopped meanwhile.
        TimeoutError: It takes longer than the recipe allows.
    """
    steps = [it for it in (recipe.bootstrap, recipe.install, recipe.startup) if it is not None]
    once = sum(it.timeout_seconds or DEFAULT_STEP_TIMEOUT_SECONDS for it in steps)
    snapshot = handle.wait_for(
        started_or_over, _ATTEMPTS * once + _SPARE_SECONDS, what="its deployment"
    )
    if ComponentState.INSTALLED not in snapshot.history:
        raise DeploymentFailedError(
            f"{recipe.name} {recipe.version} is {snapshot.state}, its log ends with:\n"
            f"{handle.log_tail()}"
        )
    return handle
