"""The components of a core device: what is deployed, under which identity, and its supervision."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from greengrass_sandbox.lifecycle.artifacts import deliver
from greengrass_sandbox.lifecycle.conduct import DEFAULT_STEP_TIMEOUT_SECONDS, conduct_of
from greengrass_sandbox.lifecycle.environment import (
    Identity,
    TokenExchangeAccess,
    nucleus_variables,
    system_variables,
)
from greengrass_sandbox.lifecycle.layout import Layout
from greengrass_sandbox.lifecycle.log import ComponentLog
from greengrass_sandbox.lifecycle.states import StateRecord
from greengrass_sandbox.lifecycle.supervisor import Launch, StepPlan, Supervisor
from greengrass_sandbox.lifecycle.variables import fill_in
from greengrass_sandbox.nucleus.server import Nucleus
from greengrass_sandbox.recipe import Recipe, Step


@dataclass(frozen=True)
class Deployed:
    """A component under supervision."""

    supervisor: Supervisor
    record: StateRecord
    log_path: Path


class Components:
    """Deploys, runs and stops components. Everything but the constructor belongs on the loop.

    Args:
        layout: Where their files are.
        identity: What all of them are told of the core device.
        nucleus: Where they are registered.
        token_exchange_url: Where the token exchange is.
    """

    def __init__(
        self,
        *,
        layout: Layout,
        identity: Callable[[], Identity],
        nucleus: Nucleus,
        token_exchange_url: Callable[[], str],
    ) -> None:
        self._layout = layout
        self._identity = identity
        self._nucleus = nucleus
        self._token_exchange_url = token_exchange_url
        self._dependents: set[str] = set()
        self._conduct = conduct_of(nucleus.profile)
        self._deployed: dict[str, Deployed] = {}

    @property
    def deployed(self) -> Mapping[str, Deployed]:
        """All that have been deployed, by name."""
        return dict(self._deployed)

    def environment(
        self, name: str, configuration: Mapping[str, Any], *, depends_on_token_exchange: bool
    ) -> dict[str, str]:
        """Register a component and collect what a nucleus sets in the environment of its process.

        Its SVCUID is its token for the token exchange too.
        """
        svcuid = self._nucleus.register(name, configuration)
        if depends_on_token_exchange:
            self._dependents.add(name)
        else:
            self._dependents.discard(name)
        return nucleus_variables(
            self._identity(),
            service_uid=svcuid,
            token_exchange=(
                TokenExchangeAccess(self._token_exchange_url(), svcuid)
                if depends_on_token_exchange
                else None
            ),
            missing_is_empty=self._nucleus.profile.name == "lite",
        )

    def depends_on_token_exchange(self, name: str) -> bool:
        """Whether a component's recipe depends on the token exchange service."""
        return name in self._dependents

    async def deploy(
        self, recipe: Recipe, artifacts: Path, merge: Mapping[str, Any] | None
    ) -> Deployed:
        """Deliver, install and run a component, in place of one of its name that is there.

        Raises:
            ArtifactMissingError: See `artifacts.deliver`.
            DeploymentRejected: The component refuses the configuration.
        """
        deployment_id = str(uuid.uuid4())
        if recipe.name in self._deployed:
            await self._nucleus.ask_before_update(deployment_id)
        await self.stop(recipe.name)
        deliver(recipe, artifacts, self._layout)
        self._nucleus.register(recipe.name, recipe.default_configuration)
        if merge is not None:
            await self._nucleus.merge_configuration(recipe.name, merge)
        deployed = self._begin(
            recipe.name,
            install=self._plan(recipe, recipe.install, DEFAULT_STEP_TIMEOUT_SECONDS),
            run=self._plan(recipe, recipe.run, None),
        )
        await self._nucleus.announce_update(deployment_id)
        return deployed

    async def run(
        self,
        name: str,
        configuration: Mapping[str, Any],
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        depends_on_token_exchange: bool,
    ) -> Deployed:
        """Run any command as a component's run step, in place of one of its name that is there."""
        await self.stop(name)

        def prepare() -> Launch:
            own = self.environment(
                name, configuration, depends_on_token_exchange=depends_on_token_exchange
            )
            return Launch(command, {**system_variables(), **own, **environment})

        return self._begin(name, install=None, run=StepPlan(prepare))

    async def stop(self, name: str) -> None:
        """Stop a component; nothing happens if there is none of the name."""
        if name in self._deployed:
            await self._deployed[name].supervisor.stop()

    async def stop_all(self) -> None:
        """Stop all components, the last deployed first."""
        for name in reversed(list(self._deployed)):
            await self.stop(name)

    def _begin(self, name: str, *, install: StepPlan | None, run: StepPlan | None) -> Deployed:
        directory = self._layout.work(name)
        directory.mkdir(parents=True, exist_ok=True)
        record = StateRecord()
        log_path = self._layout.log(name)
        supervisor = Supervisor(
            name,
            install=install,
            run=run,
            directory=directory,
            log=ComponentLog(log_path, name),
            conduct=self._conduct,
            record=record,
        )
        # Deleted first, so that the order is that of the deployments.
        self._deployed.pop(name, None)
        deployed = self._deployed[name] = Deployed(supervisor, record, log_path)
        supervisor.begin()
        return deployed

    def _plan(
        self, recipe: Recipe, step: Step | None, default_timeout: float | None
    ) -> StepPlan | None:
        if step is None:
            return None
        timeout = default_timeout if step.timeout_seconds is None else step.timeout_seconds
        return StepPlan(partial(self._launch, recipe, step), timeout)

    def _launch(self, recipe: Recipe, step: Step) -> Launch:
        own = self.environment(
            recipe.name,
            recipe.default_configuration,
            depends_on_token_exchange=recipe.depends_on_token_exchange,
        )
        fill = partial(
            fill_in,
            variables=self._recipe_variables(recipe),
            configuration=self._nucleus.configuration(recipe.name),
            stop_at_unknown=self._conduct.scripts_end_at_unknown_variables,
        )
        script = fill(step.script)
        set_by_recipe = {key: fill(value).script for key, value in step.environment.items()}
        return Launch(
            ["/bin/sh", "-c", script.script],
            {**system_variables(), **own, **set_by_recipe},
            [
                f"the script has {variable}, which this nucleus cannot fill in: "
                + (
                    "only what stands before it is run"
                    if self._conduct.scripts_end_at_unknown_variables
                    else "it stays as it is"
                )
                for variable in script.unknown
            ],
        )

    def _recipe_variables(self, recipe: Recipe) -> dict[str, str]:
        component, version = recipe.name, recipe.version
        variables = {
            "artifacts:path": self._layout.artifacts(component, version),
            "artifacts:decompressedPath": self._layout.unarchived(component, version),
            "work:path": self._layout.work(component),
        }
        # The lite nucleus ends each of these with a slash, and scripts must bear with it.
        slash = "/" if self._conduct.folders_end_with_slash else ""
        return {
            "kernel:rootPath": str(self._layout.root),
            "iot:thingName": self._identity().thing_name or "",
            **{name: f"{path}{slash}" for name, path in variables.items()},
        }
