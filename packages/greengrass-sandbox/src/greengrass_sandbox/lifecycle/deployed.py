"""What is deployed, and what has become of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from greengrass_sandbox.lifecycle.states import StateRecord
from greengrass_sandbox.lifecycle.supervisor import Supervisor
from greengrass_sandbox.recipe import Recipe

Content = tuple[Recipe, str, str | None]
"""What a deployment brings but the configuration: recipe, digest of the artifacts, user."""


@dataclass(frozen=True)
class Deployment:
    """What to deploy.

    Attributes:
        recipe: The component's.
        artifacts: A folder with its artifacts, or a build's ``artifacts`` folder.
        merge: A configurationUpdate to merge into its configuration.
        from_cloud: Whether it comes from the cloud, rather than from this device.
        posix_user: Who runs it (``runWith``); None: the sandbox's own user. Others need root.
    """

    recipe: Recipe
    artifacts: Path
    merge: Mapping[str, Any] | None = None
    from_cloud: bool = False
    posix_user: str | None = None


@dataclass(frozen=True)
class Deployed:
    """A component under supervision.

    Attributes:
        content: What was deployed; None for a command that just runs.
        before: What runs until this is installed.
    """

    supervisor: Supervisor
    record: StateRecord
    log_path: Path
    content: Content | None = None
    before: "Deployed | None" = None

    async def stop(self) -> None:
        """Stop it for good, and what it was to replace."""
        await self.supervisor.stop()
        if self.before is not None:
            await self.before.stop()
