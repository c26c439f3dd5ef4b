"""Recipes: read as one kind of nucleus reads them, with advice for the other kind."""

from greengrass_sandbox.recipe.model import TOKEN_EXCHANGE, Artifact, Recipe, Step
from greengrass_sandbox.recipe.parsing import (
    RECIPE_MAX_BYTES,
    RecipeRefusedError,
    parse_recipe,
)

__all__ = [
    "RECIPE_MAX_BYTES",
    "TOKEN_EXCHANGE",
    "Artifact",
    "Recipe",
    "RecipeRefusedError",
    "Step",
    "parse_recipe",
]
