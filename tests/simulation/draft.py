"""A plan in the making."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from client_device_associator.configuration.parser import default_settings
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.policy import Policy
from simulation.plan import Plan, Thing, Window


@dataclass(slots=True)
class Draft:
    """What is chosen so far.

    Attributes:
        rng: The randomness of the choice.
        plan: So far, without the things and the first document.
        active: Seconds until everything is healthy.
        things: The client devices.
        settings: What the first document means.
    """

    rng: random.Random
    plan: Plan
    active: float
    things: list[Thing] = field(default_factory=list)
    settings: Settings = field(default_factory=default_settings)

    @property
    def policy(self) -> Policy:
        """Of the first document."""
        return self.settings.policy

    def set_policy(self, policy: Policy) -> None:
        """Changes that of the first document."""
        self.settings = replace(self.settings, policy=policy)

    def change(self, share: float, how: Callable[[Thing], Thing]) -> None:
        """Changes some of the things, one at least."""
        chosen = [index for index in range(len(self.things)) if self.rng.random() < share]
        for index in chosen or [self.rng.randrange(len(self.things))]:
            self.things[index] = how(self.things[index])

    def times(self, most: int) -> list[float]:
        """Some moments before everything is healthy."""
        count = self.rng.randint(1, most)
        return sorted(self.rng.uniform(0, self.active) for _ in range(count))

    def window(self, kind: str, detail: float = 0.0, longest: float = float("inf")) -> Window:
        """Some stretch of the time before everything is healthy."""
        start = self.rng.uniform(-0.3, 0.9) * self.active
        length = min(self.rng.choice([0.05, 0.3, 1.0]) * self.active, longest)
        return Window(max(0.0, start), min(self.active, max(0.0, start) + length), kind, detail)
