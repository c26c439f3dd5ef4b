"""The contestants: how each is started."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.contestants.running import Command, Running, RunningComponent
from greengrass_sandbox import CoreDevice
from integration.announcer import SHARED
from integration.associator import COMMAND, default_configuration, merged
from integration.associator import NAME as COMPONENT
from integration.what_operators_do import access

BARE, OBVIOUS, BATCHING = "bare", "obvious", "batching"
OURS, AT_ONCE = "component", "component, maxWaitSeconds 0"

NO_LIST = {"reconcile": {"intervalHours": 0}}
"""The cloud's list is asked for soon after the start and once a day: not in these seconds."""


@dataclass(frozen=True)
class Contestant:
    """Something that listens to announcements.

    Attributes:
        key: What the record calls it.
        module: The script of this package; "" for the component.
        changes: What the component is configured to otherwise than in its recipe.
    """

    key: str
    module: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def answers(self) -> bool:
        """Whether it publishes results."""
        return self.key != BARE

    def start(
        self,
        core: CoreDevice,
        topic: str = SHARED,
        environment: Mapping[str, str] | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> Running:
        """Starts it.

        Args:
            core: Where.
            topic: To which topic filter a script is subscribed. The component has its own.
            environment: Variables besides those of the nucleus.
            changes: More changes of the component's configuration.

        Raises:
            RuntimeError: It does not subscribe.
        """
        given = environment or {}
        if self.module:
            words = [sys.executable, "-u", "-m", f"benchmarks.contestants.{self.module}", topic]
            allowed = {"accessControl": access(topic.replace("/+/#", "/*"), f"{topic}/status")}
            return Running(core, self.module, allowed, Command(words, [topic], given))
        configuration = merged(merged(default_configuration(), self.changes), changes or {})
        filters = [entry["topic"] for entry in configuration["announcements"].values()]
        command = Command(COMMAND, filters, given)
        return RunningComponent(core, COMPONENT, configuration, command)


CONTESTANTS = (
    Contestant(BARE, "bare"),
    Contestant(OBVIOUS, "obvious"),
    Contestant(BATCHING, "batching"),
    Contestant(OURS),
)
BY_KEY = {one.key: one for one in CONTESTANTS}
COMPONENT_AT_ONCE = Contestant(AT_ONCE, changes={"batching": {"maxWaitSeconds": 0}})
