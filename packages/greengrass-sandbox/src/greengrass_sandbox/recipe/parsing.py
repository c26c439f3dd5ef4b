"""From a recipe's text to a `Recipe`: the nucleus's own reading, and advice from the other's."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import yaml

from greengrass_sandbox.recipe.dialect import Dialect
from greengrass_sandbox.recipe.model import Recipe
from greengrass_sandbox.recipe.reader import Reading

RECIPE_MAX_BYTES = 16_000
"""The service refuses a larger recipe (AWS IoT Greengrass V2 quotas)."""


class RecipeRefusedError(Exception):
    """A nucleus would not deploy this recipe.

    Attributes:
        problems: Each thing that is wrong, with its place in the recipe and what would be right.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("the recipe is refused:\n" + "\n".join(f"- {it}" for it in self.problems))


def parse_recipe(text: str, dialect: Dialect, others: Sequence[Dialect] = ()) -> Recipe:
    """Read a recipe, YAML or JSON (which is YAML), as one kind of nucleus reads it.

    Args:
        text: The recipe.
        dialect: The kind's reading.
        others: Those of other kinds, for advice.

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
    reading = Reading(dialect)
    recipe = reading.read(document)
    if reading.problems:
        raise RecipeRefusedError(reading.problems + reading.passed_over)
    advice = [*reading.passed_over]
    for other in others:
        elsewhere = Reading(other)
        elsewhere.read(document)
        advice += [f"{other.name} would refuse it: {it}" for it in elsewhere.problems]
        advice += elsewhere.passed_over
    return replace(recipe, advice=tuple(advice))
