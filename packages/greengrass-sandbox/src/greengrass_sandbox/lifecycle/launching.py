"""What is run for a step of a recipe: the script filled in, its environment, its user."""

import os
import pwd
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from greengrass_sandbox.lifecycle.conduct import (
    DEFAULT_SHUTDOWN_TIMEOUT_SECONDS,
    DEFAULT_STEP_TIMEOUT_SECONDS,
    Conduct,
)
from greengrass_sandbox.lifecycle.environment import system_variables
from greengrass_sandbox.lifecycle.layout import Layout
from greengrass_sandbox.lifecycle.steps import Launch, StepPlan, Steps
from greengrass_sandbox.lifecycle.variables import fill_in
from greengrass_sandbox.recipe import Recipe, Step


class NewEnvironment(Protocol):
    """Registers a component, and collects what a nucleus sets in the environment of its process."""

    def __call__(
        self, name: str, configuration: Mapping[str, Any], *, depends_on_token_exchange: bool
    ) -> dict[str, str]:
        """For one start of a component with this default configuration."""


@dataclass(frozen=True)
class Launching:
    """Plans a recipe's steps.

    Attributes:
        layout: Where the files are.
        conduct: How the nucleus fills in scripts.
        thing_name: The core device's, now.
        environment: Of a component's process.
        configuration: A component's, as it is now.
    """

    layout: Layout
    conduct: Conduct
    thing_name: Callable[[], str | None]
    environment: NewEnvironment
    configuration: Callable[[str], Mapping[str, Any]]

    def steps(self, recipe: Recipe, user: str | None, *, is_new: bool) -> Steps:
        """All steps of a recipe.

        Args:
            recipe: Whose.
            user: Who runs them (``posixUser``); None: this process's own. Others need root.
            is_new: Whether it, or its artifacts, are others than before.
        """
        plan = partial(self._plan, recipe, user=user)
        return Steps(
            bootstrap=plan(recipe.bootstrap, DEFAULT_STEP_TIMEOUT_SECONDS) if is_new else None,
            install=plan(recipe.install, DEFAULT_STEP_TIMEOUT_SECONDS),
            startup=plan(recipe.startup, DEFAULT_STEP_TIMEOUT_SECONDS),
            run=plan(recipe.run, None),
            shutdown=plan(recipe.shutdown, DEFAULT_SHUTDOWN_TIMEOUT_SECONDS),
        )

    def _plan(
        self, recipe: Recipe, step: Step | None, default_timeout: float | None, user: str | None
    ) -> StepPlan | None:
        """A step that can be started again and again; None if the recipe has none."""
        if step is None:
            return None
        timeout = default_timeout if step.timeout_seconds is None else step.timeout_seconds
        return StepPlan(partial(self._launch, recipe, step, user), timeout)

    def _launch(self, recipe: Recipe, step: Step, user: str | None) -> Launch:
        own = self.environment(
            recipe.name,
            recipe.default_configuration,
            depends_on_token_exchange=recipe.depends_on_token_exchange,
        )
        fill = partial(
            fill_in,
            variables=self._recipe_variables(recipe),
            configuration=self.configuration(recipe.name),
            stop_at_unknown=self.conduct.scripts_end_at_unknown_variables,
        )
        script = fill(step.script)
        set_by_recipe = {key: fill(value).script for key, value in step.environment.items()}
        return Launch(
            ["/bin/sh", "-c", script.script],
            {**system_variables(), **_user_variables(user), **own, **set_by_recipe},
            [
                f"the script has {variable}, which this nucleus cannot fill in: "
                + (
                    "only what stands before it is run"
                    if self.conduct.scripts_end_at_unknown_variables
                    else "it stays as it is"
                )
                for variable in script.unknown
            ],
            user,
        )

    def _recipe_variables(self, recipe: Recipe) -> dict[str, str]:
        component, version = recipe.name, recipe.version
        variables = {
            "artifacts:path": self.layout.artifacts(component, version),
            "artifacts:decompressedPath": self.layout.unarchived(component, version),
            "work:path": self.layout.work(component),
        }
        # Nucleus lite ends each of these with a slash, and scripts must bear with it.
        slash = "/" if self.conduct.folders_end_with_slash else ""
        return {
            "kernel:rootPath": str(self.layout.root),
            "iot:thingName": self.thing_name() or "",
            **{name: f"{path}{slash}" for name, path in variables.items()},
        }


def _user_variables(user: str | None) -> dict[str, str]:
    if user is None:
        return {}
    account = pwd.getpwnam(user)
    return {"USER": user, "HOME": account.pw_dir, "SHELL": account.pw_shell or os.defpath}
