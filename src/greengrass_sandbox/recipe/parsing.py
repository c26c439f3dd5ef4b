"""From a recipe's text to a `Recipe`: the nucleus's own reading, and advice from the other's."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import yaml

from greengrass_sandbox.recipe.dialect import CLASSIC, LITE
from greengrass_sandbox.recipe.model import Recipe
from greengrass_sandbox.recipe.reader import Reading

RECIPE_MAX_BYTES = 16_000
"""The service refuses a larger recipe (AWS IoT Greengrass V2 quotas)."""

NucleusName = Literal["classic", "lite"]


class RecipeRefusedError(Exception):
    """A nucleus would not deploy this recipe.

    Attributes:
        problems: Each thing that is wrong, with its place in the recipe and what would be right.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("the recipe is refused:\n" + "\n".join(f"- {it}" for it in self.problems))


def load_recipe(path: Path, nucleus: NucleusName) -> Recipe:
    """Read a recipe file as one kind of nucleus reads it.

    Raises:
        RecipeRefusedError: It would refuse it; every problem is listed.
        OSError: The file cannot be read.
    """
    return parse_recipe(path.read_text(encoding="utf-8"), nucleus)


def parse_recipe(text: str, nucleus: NucleusName) -> Recipe:
    """Read a recipe, YAML or JSON (which is YAML), as one kind of nucleus reads it.

    Raises:
        RecipeRefusedError: It would refuse it; every problem is listed.
    """
    size = len(text.encode())
    if size > RECIPE_MAX_BYTES:
        raise RecipeRefusedError([f"it has {size} bytes, and may have {RECIPE_MAX_BYTES}"])
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RecipeRefusedError([f"it is not YAML: {error}"]) from error
    if not isinstance(document, dict):
        raise RecipeRefusedError(["it is not a mapping of keys to values"])
    own, other = (LITE, CLASSIC) if nucleus == "lite" else (CLASSIC, LITE)
    reading = Reading(own)
    others = Reading(other)
    recipe = reading.read(document)
    others.read(document)
    if reading.problems:
        raise RecipeRefusedError(reading.problems + reading.passed_over)
    elsewhere = [f"{other.name} would refuse it: {problem}" for problem in others.problems]
    return replace(recipe, advice=(*reading.passed_over, *elsewhere, *others.passed_over))
