# ruff: noqa: INP001 - a folder of scripts for the device and the build, not a package.
"""Builds the component: the recipe and the zip that a deployment needs, in greengrass-build/.

Needs nothing but Python, so it runs with GDK (as its custom build command) and without. The same
sources give the same bytes, at any time and on any machine.
"""

import argparse
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

COMPONENT = "community.greengrass.ClientDeviceAssociator"
PACKAGE = "client_device_associator"
ZIP_NAME = "client-device-associator.zip"
RECIPE_NAME = "recipe.yaml"

DEVICE_FILES = ("install.sh", "requirements.txt")
"""What of artifacts/ the device needs; the rest of that folder is for developers."""

RECIPE_MAX_BYTES = 16_000
"""The service takes no larger recipe."""

BUCKET_PLACEHOLDER = "BUCKET_NAME"
"""GDK puts the bucket's name here when it publishes."""

_EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_FILE = 0o100000
_MODE_SHIFT = 16
_READABLE = 0o644
_EXECUTABLE = 0o755


class BuildError(Exception):
    """The sources do not make a component; the message says which file to correct and how."""


def build(root: Path, *, bucket: str | None = None) -> list[Path]:
    """Write the recipe, under two names, and the zip below ``root/greengrass-build``.

    Args:
        root: The project's folder.
        bucket: Name of the S3 bucket that the artifact will be in; None leaves GDK's placeholder.

    Returns:
        The files written.

    Raises:
        BuildError: Versions contradict each other, or the recipe is too large.
        OSError: A source cannot be read or the output cannot be written.
    """
    version = _version(root)
    recipe = _recipe(root, version, bucket)
    output = root / "greengrass-build"
    # GDK publishes the first; local deployments on both nuclei find a recipe by the second's name.
    recipe_paths = [
        output / "recipes" / name for name in (RECIPE_NAME, f"{COMPONENT}-{version}.yaml")
    ]
    zip_path = output / "artifacts" / COMPONENT / version / ZIP_NAME
    for path in (recipe_paths[0], zip_path):
        path.parent.mkdir(parents=True, exist_ok=True)
    for path in recipe_paths:
        path.write_text(recipe, encoding="utf-8")
    _write_zip(zip_path, _sources(root))
    return [*recipe_paths, zip_path]


def _version(root: Path) -> str:
    source = root / "src" / PACKAGE / "__init__.py"
    match = re.search(
        r'^__version__ = "([^"]+)"$', source.read_text(encoding="utf-8"), re.MULTILINE
    )
    if match is None:
        raise BuildError(f'{source} has no line like __version__ = "1.2.3"')
    version = match.group(1)
    # GDK names its folders after its own configuration: another version there loses the zip.
    configuration = json.loads((root / "gdk-config.json").read_text(encoding="utf-8"))
    configured = configuration["component"][COMPONENT]["version"]
    if configured != version:
        raise BuildError(f"gdk-config.json says version {configured}, {source} says {version}")
    return version


def _recipe(root: Path, version: str, bucket: str | None) -> str:
    path = root / RECIPE_NAME
    recipe = path.read_text(encoding="utf-8")
    for line in (f"ComponentName: {COMPONENT}", f'ComponentVersion: "{version}"'):
        if line not in recipe.splitlines():
            raise BuildError(f"{path} must have the line {line}")
    if bucket is not None:
        placeholder = f"s3://{BUCKET_PLACEHOLDER}/COMPONENT_NAME/COMPONENT_VERSION/"
        if placeholder not in recipe:
            raise BuildError(f"{path} has no artifact Uri that begins with {placeholder}")
        recipe = recipe.replace(placeholder, f"s3://{bucket}/{COMPONENT}/{version}/")
    size = len(recipe.encode())
    if size > RECIPE_MAX_BYTES:
        raise BuildError(f"{path} has {size} bytes, a recipe may have {RECIPE_MAX_BYTES}")
    return recipe


def _sources(root: Path) -> Iterator[tuple[str, Path]]:
    package = root / "src" / PACKAGE
    for path in package.rglob("*"):
        if path.suffix == ".py" or path.name == "py.typed":
            yield f"{PACKAGE}/{path.relative_to(package).as_posix()}", path
    for name in DEVICE_FILES:
        yield f"artifacts/{name}", root / "artifacts" / name


def _write_zip(target: Path, sources: Iterator[tuple[str, Path]]) -> None:
    # Stored, not deflated: what deflate makes differs between versions of zlib. Modes are fixed,
    # for those of a working tree depend on its owner's umask.
    with zipfile.ZipFile(target, "w", compression=zipfile.ZIP_STORED) as archive:
        for name, path in sorted(sources):
            entry = zipfile.ZipInfo(name, date_time=_EARLIEST_ZIP_TIME)
            entry.create_system = _UNIX
            mode = _EXECUTABLE if path.suffix == ".sh" else _READABLE
            entry.external_attr = (_REGULAR_FILE | mode) << _MODE_SHIFT
            archive.writestr(entry, path.read_bytes())


def main(arguments: Sequence[str] | None = None) -> int:
    """Build from the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Build the Greengrass component.")
    parser.add_argument(
        "--bucket", help="S3 bucket of the artifact, to publish without GDK (which fills it in)"
    )
    options = parser.parse_args(arguments)
    root = Path(__file__).resolve().parent.parent
    try:
        written = build(root, bucket=options.bucket)
    except (BuildError, OSError) as error:
        sys.stderr.write(f"build: {error}\n")
        return 1
    for path in written:
        sys.stdout.write(f"{path.relative_to(root)}  {path.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
