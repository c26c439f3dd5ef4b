"""The components of a core device: what is deployed, under which identity, and its supervision."""

import dataclasses
import pwd
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from greengrass_sandbox.lifecycle.artifacts import deliver, digest, find, give_all
from greengrass_sandbox.lifecycle.conduct import CLOUD_RESTART_DELAY_SECONDS, Conduct
from greengrass_sandbox.lifecycle.deployed import Content, Deployed, Deployment
from greengrass_sandbox.lifecycle.environment import (
    Identity,
    TokenExchangeAccess,
    nucleus_variables,
    system_variables,
)
from greengrass_sandbox.lifecycle.launching import Launching
from greengrass_sandbox.lifecycle.layout import Layout
from greengrass_sandbox.lifecycle.log import ComponentLog
from greengrass_sandbox.lifecycle.states import FINAL_STATES, ComponentState, StateRecord
from greengrass_sandbox.lifecycle.steps import Launch, StepPlan, Steps
from greengrass_sandbox.lifecycle.supervisor import Supervisor
from greengrass_sandbox.nucleus.server import Nucleus
from greengrass_sandbox.recipe import Artifact

_STARTED_BY_DEPLOYMENTS = frozenset({ComponentState.FINISHED, ComponentState.BROKEN})


class Components:
    """Deploys, runs and stops components. Everything but the constructor belongs on the loop.

    Args:
        layout: Where their files are.
        identity: What all of them are told of the core device.
        nucleus: Where they are registered.
        conduct: How the nucleus treats their processes.
        token_exchange_url: Where the token exchange is.
    """

    def __init__(
        self,
        *,
        layout: Layout,
        identity: Callable[[], Identity],
        nucleus: Nucleus,
        conduct: Conduct,
        token_exchange_url: Callable[[], str],
    ) -> None:
        self._layout = layout
        self._identity = identity
        self._nucleus = nucleus
        self._token_exchange_url = token_exchange_url
        self._dependents: set[str] = set()
        self._conduct = conduct
        self._launching = Launching(
            layout=layout,
            conduct=self._conduct,
            thing_name=lambda: identity().thing_name,
            environment=self.environment,
            configuration=nucleus.configuration,
        )
        self._deployed: dict[str, Deployed] = {}
        nucleus.on_reported_state(self._reported)

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
            missing_is_empty=self._conduct.missing_identity_is_empty,
        )

    def depends_on_token_exchange(self, name: str) -> bool:
        """Whether a component's recipe depends on the token exchange service."""
        return name in self._dependents

    async def deploy(self, deployment: Deployment) -> Deployed:
        """Deploy a component as this kind of nucleus does.

        A component that is there already, with the same recipe and artifacts, stays as it is: its
        configuration is applied live (but see `Conduct.cloud_configuration_restarts`).

        Raises:
            ArtifactMissingError: See `artifacts.find`.
            DeploymentRejected: The component refuses the configuration.
        """
        deployment_id = str(uuid.uuid4())
        recipe = deployment.recipe
        found = find(recipe, deployment.artifacts)
        content = (recipe, digest(found), deployment.posix_user)
        before = self._deployed.get(recipe.name)
        is_same = before is not None and before.content == content
        if before is None or not is_same:
            self._nucleus.register(recipe.name, recipe.default_configuration)
        await self._nucleus.ask_before_update(deployment_id)
        if deployment.merge is not None:
            await self._nucleus.merge_configuration(recipe.name, deployment.merge)
        if before is not None and is_same and not self._restarts(before, deployment):
            deployed = before
        else:
            if before is not None and not self._conduct.installs_beside:
                await before.stop()
            deployed = self._replace(before, deployment, found, content)
        if self._conduct.starts_ended_again:
            deployed = self._start_ended(but=deployed)
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

        return self._begin(name, Steps(run=StepPlan(prepare)))

    async def stop(self, name: str) -> None:
        """Stop a component; nothing happens if there is none of the name."""
        if name in self._deployed:
            await self._deployed[name].stop()

    async def stop_all(self) -> None:
        """Stop all components, the last deployed first."""
        for name in reversed(list(self._deployed)):
            await self.stop(name)

    def _restarts(self, before: Deployed, deployment: Deployment) -> bool:
        """Whether a deployment that changes at most the configuration starts a component again."""
        if before.record.snapshot.state in FINAL_STATES:
            return not self._conduct.starts_ended_again
        return (
            self._conduct.cloud_configuration_restarts
            and deployment.from_cloud
            and deployment.merge is not None
        )

    def _replace(
        self,
        before: Deployed | None,
        deployment: Deployment,
        found: Mapping[Artifact, Path],
        content: Content,
    ) -> Deployed:
        recipe, user = deployment.recipe, deployment.posix_user
        is_new = before is None or before.content != content
        if is_new:
            deliver(
                recipe, found, self._layout, unpacked_mode=self._conduct.unpacked_mode, user=user
            )
        deployed = self._begin(
            recipe.name,
            self._launching.steps(recipe, user, is_new=is_new),
            content=content,
            before=before,
            install_delay_seconds=(
                CLOUD_RESTART_DELAY_SECONDS if not is_new and deployment.from_cloud else 0.0
            ),
        )
        for line in recipe.advice:
            deployed.supervisor.remark(f"advice on the recipe: {line}")
        return deployed

    def _start_ended(self, but: Deployed) -> Deployed:
        """Start every component again that has ended; returns what becomes of the one deployed."""
        for name, deployed in list(self._deployed.items()):
            state = deployed.record.snapshot.state
            if deployed.content is None or state not in _STARTED_BY_DEPLOYMENTS:
                continue
            recipe, _, user = deployed.content
            steps = self._launching.steps(recipe, user, is_new=False)
            if state is not ComponentState.BROKEN:
                steps = dataclasses.replace(steps, install=None)
            again = self._begin(
                name,
                steps,
                content=deployed.content,
                before=deployed,
            )
            if deployed is but:
                but = again
        return but

    def _reported(self, component: str, state: str) -> None:
        if component in self._deployed:
            self._deployed[component].supervisor.reported(state)

    def _begin(
        self,
        name: str,
        steps: Steps,
        *,
        content: Content | None = None,
        before: Deployed | None = None,
        install_delay_seconds: float = 0.0,
    ) -> Deployed:
        directory = self._layout.work(name)
        directory.mkdir(parents=True, exist_ok=True)
        user = content[-1] if content is not None else None
        if user is not None:
            self._give_work_directory(directory, user)
        record = StateRecord()
        log_path = self._layout.log(name)
        supervisor = Supervisor(
            name,
            steps=steps,
            directory=directory,
            log=ComponentLog(log_path, name),
            conduct=self._conduct,
            record=record,
            delay_seconds=install_delay_seconds,
            make_room=None if before is None else before.stop,
        )
        # Deleted first, so that the order is that of the deployments.
        self._deployed.pop(name, None)
        deployed = Deployed(supervisor, record, log_path, content, before)
        self._deployed[name] = deployed
        supervisor.begin()
        return deployed

    def _give_work_directory(self, directory: Path, user: str) -> None:
        if self._conduct.gives_whole_work_directory:
            give_all(directory, user)
        else:
            shutil.chown(directory, user, pwd.getpwnam(user).pw_gid)
