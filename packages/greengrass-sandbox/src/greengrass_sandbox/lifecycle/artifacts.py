"""Bringing a component's artifacts to where its scripts expect them."""

import hashlib
import pwd
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from greengrass_sandbox.lifecycle.layout import Layout
from greengrass_sandbox.recipe import Artifact, Recipe


class ArtifactMissingError(Exception):
    """An artifact that the recipe names is not there, or is damaged."""


def find(recipe: Recipe, source: Path) -> dict[Artifact, Path]:
    """Where each of the recipe's artifacts is.

    Args:
        recipe: What it is that has them.
        source: A folder with the files, or one with ``<component>/<version>/`` below it (as a
            build lays them out).

    Raises:
        ArtifactMissingError: A file is not in the folder, or is not a zip although it should be.
    """
    built = source / recipe.name / recipe.version
    folder = built if built.is_dir() else source
    found = {}
    for artifact in recipe.artifacts:
        path = folder / artifact.file_name
        if not path.is_file():
            raise ArtifactMissingError(
                f"{recipe.name} {recipe.version} needs the artifact {artifact.file_name}, which is "
                f"not in {folder}: build the component, or name the folder that has it"
            )
        if artifact.unarchive and not zipfile.is_zipfile(path):
            raise ArtifactMissingError(f"{path.name} is not a zip file")
        found[artifact] = path
    return found


def digest(found: Mapping[Artifact, Path]) -> str:
    """What tells one content of artifacts from another."""
    total = hashlib.sha256()
    for artifact, path in found.items():
        total.update(f"{artifact.file_name}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def deliver(
    recipe: Recipe,
    found: Mapping[Artifact, Path],
    layout: Layout,
    *,
    unpacked_mode: int | None = None,
    user: str | None = None,
) -> None:
    """Copy the recipe's artifacts to the core device and unpack those which it wants unpacked.

    Args:
        recipe: What to deliver.
        found: Where its artifacts are.
        layout: Where to.
        unpacked_mode: Permissions of unpacked files; None leaves them as they were packed.
        user: Who shall own them; None: this process's own user. Others need root.

    Raises:
        ArtifactMissingError: A zip is damaged.
        OSError: It cannot be copied.
    """
    delivered = layout.artifacts(recipe.name, recipe.version)
    unarchived = layout.unarchived(recipe.name, recipe.version)
    # A component may be deployed again with the same version while it is being developed.
    for target in (delivered, unarchived):
        _clear_away(target)
        target.mkdir(parents=True)
    for artifact, path in found.items():
        copy = Path(shutil.copy(path, delivered))
        if artifact.unarchive:
            _unpack(copy, unarchived / copy.stem)
    for path in unarchived.rglob("*"):
        if unpacked_mode is not None and path.is_file():
            path.chmod(unpacked_mode)
    if user is not None:
        give_all(delivered, user)
        give_all(unarchived, user)


def _clear_away(folder: Path) -> None:
    """Delete a folder in which the version that still runs may write, such as its bytecode."""
    if folder.exists():
        aside = folder.with_name(f".{folder.name}.old")
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def give_all(folder: Path, user: str) -> None:
    """Make a folder and all that is in it another user's."""
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user, pwd.getpwnam(user).pw_gid)


def _unpack(archive: Path, target: Path) -> None:
    try:
        # extractall strips leading slashes and ".." itself, so nothing lands outside the target.
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(target)
    except zipfile.BadZipFile as error:
        raise ArtifactMissingError(f"{archive.name} is damaged: {error}") from error
