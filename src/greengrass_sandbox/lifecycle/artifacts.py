"""Bringing a component's artifacts to where its scripts expect them."""

import shutil
import zipfile
from pathlib import Path

from greengrass_sandbox.lifecycle.layout import Layout
from greengrass_sandbox.recipe import Recipe


class ArtifactMissingError(Exception):
    """An artifact that the recipe names is not there, or is damaged."""


def deliver(recipe: Recipe, source: Path, layout: Layout) -> None:
    """Copy the recipe's artifacts to the core device and unpack those which it wants unpacked.

    Args:
        recipe: What to deliver.
        source: A folder with the files, or one with ``<component>/<version>/`` below it (as a
            build lays them out).
        layout: Where to.

    Raises:
        ArtifactMissingError: A file is not in the folder, or is not a zip although it should be.
        OSError: It cannot be copied.
    """
    built = source / recipe.name / recipe.version
    folder = built if built.is_dir() else source
    delivered = layout.artifacts(recipe.name, recipe.version)
    unarchived = layout.unarchived(recipe.name, recipe.version)
    # A component may be deployed again with the same version while it is being developed.
    for target in (delivered, unarchived):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
    for artifact in recipe.artifacts:
        path = folder / artifact.file_name
        if not path.is_file():
            raise ArtifactMissingError(
                f"{recipe.name} {recipe.version} needs the artifact {artifact.file_name}, which is "
                f"not in {folder}: build the component, or name the folder that has it"
            )
        copy = Path(shutil.copy(path, delivered))
        if artifact.unarchive:
            _unpack(copy, unarchived / copy.stem)


def _unpack(archive: Path, target: Path) -> None:
    try:
        # extractall strips leading slashes and ".." itself, so nothing lands outside the target.
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(target)
    except zipfile.BadZipFile as error:
        raise ArtifactMissingError(f"{archive.name} is not a zip file: {error}") from error
