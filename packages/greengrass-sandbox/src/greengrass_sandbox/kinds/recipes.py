"""A recipe as the one nucleus reads it, with advice for the other."""

from pathlib import Path

from greengrass_sandbox.kinds.classic.profile import CLASSIC
from greengrass_sandbox.kinds.lite.profile import LITE
from greengrass_sandbox.profile import Profile
from greengrass_sandbox.recipe import Recipe, parse_recipe


def recipe_for(profile: Profile, text: str) -> Recipe:
    """Read a recipe's text as a nucleus of this kind reads it.

    Raises:
        RecipeRefusedError: It would refuse it; every problem is listed.
    """
    others = [it.dialect for it in (CLASSIC, LITE) if it.name != profile.name]
    return parse_recipe(text, profile.dialect, others)


def recipe_file_for(profile: Profile, path: Path) -> Recipe:
    """Read a recipe file as a nucleus of this kind reads it.

    Raises:
        RecipeRefusedError: It would refuse it; every problem is listed.
        OSError: The file cannot be read.
    """
    return recipe_for(profile, path.read_text(encoding="utf-8"))
