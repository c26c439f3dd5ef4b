"""What a nucleus takes from a recipe."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TOKEN_EXCHANGE = "aws.greengrass.TokenExchangeService"  # noqa: S105 - a component's name
"""The public component that gives credentials to the components which depend on it."""


@dataclass(frozen=True)
class Step:
    """One step of a lifecycle.

    Attributes:
        script: What `sh` runs, with its recipe variables not yet filled in.
        timeout_seconds: None where the recipe leaves it to the nucleus.
        environment: Variables that the recipe sets for this step (``Setenv``).
    """

    script: str
    timeout_seconds: float | None
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Artifact:
    """A file that comes with a deployment, by the last part of its address."""

    file_name: str
    unarchive: bool


@dataclass(frozen=True)
class Recipe:
    """What a nucleus on Linux takes from a recipe.

    Attributes:
        advice: What this nucleus ignores, and what the other kind would ignore or refuse: each with
            its place in the recipe and what would be right.
    """

    name: str
    version: str
    default_configuration: Mapping[str, Any]
    depends_on_token_exchange: bool
    artifacts: tuple[Artifact, ...]
    install: Step | None
    run: Step | None
    bootstrap: Step | None = None
    startup: Step | None = None
    shutdown: Step | None = None
    advice: tuple[str, ...] = ()
