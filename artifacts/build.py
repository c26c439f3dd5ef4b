# ruff: noqa: INP001 - a folder of scripts for the device and the build, not a package.
"""Builds the component: the recipe and the zip that a deployment needs, in greengrass-build/.

Needs nothing but Python and its pip, which downloads the libraries that the package brings; so it
runs with GDK (as its custom build command) and without. The same sources and options give the same
bytes, at any time and on any machine; but where pip gets nothing, a build without options says so
and makes the package of `--index`.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path

COMPONENT = "community.greengrass.ClientDeviceAssociator"
PACKAGES = ("client_device_associator", "component_installer")
"""What of src/ the device needs; the first is the component and has its version."""

ZIP_NAME = "client-device-associator.zip"
RECIPE_NAME = "recipe.yaml"

DEVICE_FILES = ("install.sh", "requirements.txt")
"""What of artifacts/ the device needs; the rest of that folder is for developers."""

SYSTEM_FILE = "system-packages.txt"
"""In artifacts/, if the device's distribution brings the libraries: which ones it must have."""

RECIPE_MAX_BYTES = 16_000
"""The service takes no larger recipe."""

BUCKET_PLACEHOLDER = "BUCKET_NAME"
"""GDK puts the bucket's name here when it publishes."""

LOWEST_PYTHON = "3.10"
"""What the libraries must run with; pip is asked for those that do."""

_EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_FILE = 0o100000
_MODE_SHIFT = 16
_READABLE = 0o644
_EXECUTABLE = 0o755


class BuildError(Exception):
    """The sources do not make a component; the message says which file to correct and how."""


class UnreachableError(BuildError):
    """The libraries cannot be had here."""


class Libraries(Enum):
    """Where the component gets its libraries on a core device."""

    BUNDLED = "bundled"
    """They are in the package."""
    FROM_INDEX = "index"
    """A package index has them."""
    FROM_SYSTEM = "system"
    """The device's distribution brings them."""


def build(
    root: Path,
    *,
    bucket: str | None = None,
    libraries: Libraries = Libraries.BUNDLED,
    wheels: Path | None = None,
    output: Path | None = None,
) -> list[Path]:
    """Write the recipe, under two names, and the zip.

    Args:
        root: The project's folder.
        bucket: Name of the S3 bucket that the artifact will be in; None leaves GDK's placeholder.
        libraries: Where the device gets its libraries.
        wheels: A folder that has the wheels to bundle; None: pip downloads them.
        output: Where to; by default, ``root/greengrass-build``.

    Returns:
        The files written.

    Raises:
        BuildError: Versions contradict each other, the recipe is too large, or wheels are missing.
        UnreachableError: There is no pip, or no package index within its reach.
        OSError: A source cannot be read or the output cannot be written.
    """
    version = _version(root)
    recipe = _recipe(root, version, bucket)
    output = output or root / "greengrass-build"
    # GDK publishes the first; local deployments on both nuclei find a recipe by the second's name.
    recipe_paths = [
        output / "recipes" / name for name in (RECIPE_NAME, f"{COMPONENT}-{version}.yaml")
    ]
    zip_path = output / "artifacts" / COMPONENT / version / ZIP_NAME
    with tempfile.TemporaryDirectory() as scratch:
        brought = {}
        if libraries is Libraries.FROM_SYSTEM:
            brought[f"artifacts/{SYSTEM_FILE}"] = _wanted_from_system(root).encode()
        elif libraries is Libraries.BUNDLED:
            brought.update(_bundled(root, wheels, Path(scratch)))
        for path in (recipe_paths[0], zip_path):
            path.parent.mkdir(parents=True, exist_ok=True)
        for path in recipe_paths:
            path.write_text(recipe, encoding="utf-8")
        sources = {name: path.read_bytes() for name, path in _sources(root)}
        _write_zip(zip_path, {**sources, **brought})
    return [*recipe_paths, zip_path]


def _version(root: Path) -> str:
    source = root / "src" / PACKAGES[0] / "__init__.py"
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
    for name in PACKAGES:
        package = root / "src" / name
        for path in package.rglob("*"):
            if path.suffix == ".py" or path.name == "py.typed":
                yield f"{name}/{path.relative_to(package).as_posix()}", path
    for name in DEVICE_FILES:
        yield f"artifacts/{name}", root / "artifacts" / name


def _wanted_from_system(root: Path) -> str:
    """The dependencies of pyproject.toml, a line each. Python 3.10 has no parser for it."""
    path = root / "pyproject.toml"
    match = re.search(r"^dependencies = \[(.+)\]$", path.read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise BuildError(f"{path} has no line like dependencies = [...]")
    return "".join(f"{one}\n" for one in re.findall(r'"([^"]+)"', match[1]))


def _bundled(root: Path, wheels: Path | None, scratch: Path) -> Iterator[tuple[str, bytes]]:
    """The libraries as a device has them, and the checksums of the wheels that they come from."""
    sys.path.insert(0, str(root / "src"))
    try:
        from bundling.errors import BundlingError  # noqa: PLC0415
        from bundling.wheels import choose, sums, unpack  # noqa: PLC0415
        from component_installer.errors import InstallError  # noqa: PLC0415
        from component_installer.lock import read_lock  # noqa: PLC0415
    finally:
        sys.path.pop(0)
    folder = wheels or _downloaded(root, scratch / "wheels")
    libraries = scratch / "libraries"
    try:
        chosen = choose(folder, read_lock(_lock_file(root).read_bytes()))
        unpack(chosen, libraries)
    except (BundlingError, InstallError) as error:
        raise BuildError(str(error)) from error
    yield "artifacts/wheels.sha256", sums(chosen).encode()
    for path in libraries.rglob("*"):
        if path.is_file():
            yield f"artifacts/libraries/{path.relative_to(libraries).as_posix()}", path.read_bytes()


def _downloaded(root: Path, folder: Path) -> Path:
    """The folder, with the locked wheels that pip got: of pure Python, for any system."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", str(folder)]
    command += ["--python-version", LOWEST_PYTHON]
    command += ["--implementation", "py", "--abi", "none", "--platform", "any"]
    if subprocess.run([*command, "-r", str(_lock_file(root))], check=False).returncode:
        raise UnreachableError(
            "pip could not download the libraries that the package brings: see its message above."
            " It needs pip (make setup brings one) and a package index, or a folder that has the"
            " wheels (--wheels). Or leave it to each core device to get them (--index)."
        )
    return folder


def _lock_file(root: Path) -> Path:
    return root / "artifacts" / "requirements.txt"


def _write_zip(target: Path, contents: dict[str, bytes]) -> None:
    # Stored, not deflated: what deflate makes differs between versions of zlib. Modes are fixed,
    # for those of a working tree depend on its owner's umask.
    with zipfile.ZipFile(target, "w", compression=zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, date_time=_EARLIEST_ZIP_TIME)
            entry.create_system = _UNIX
            mode = _EXECUTABLE if name.endswith(".sh") else _READABLE
            entry.external_attr = (_REGULAR_FILE | mode) << _MODE_SHIFT
            archive.writestr(entry, contents[name])


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Build the Greengrass component.")
    parser.add_argument(
        "--bucket", help="S3 bucket of the artifact, to publish without GDK (which fills it in)"
    )
    parser.add_argument("--output", type=Path, help="folder to write to (greengrass-build)")
    libraries = parser.add_mutually_exclusive_group()
    libraries.add_argument(
        "--wheels", type=Path, help="a folder that has the libraries' wheels (pip downloads them)"
    )
    for option, kind, words in (
        ("--bundle", Libraries.BUNDLED, "bring the libraries, or build nothing"),
        ("--index", Libraries.FROM_INDEX, "bring no libraries: each device has a package index"),
        ("--system", Libraries.FROM_SYSTEM, "bring no libraries: the devices' distribution does"),
    ):
        libraries.add_argument(
            option, dest="libraries", action="store_const", const=kind, help=words
        )
    return parser.parse_args(arguments)


def _shown(paths: Iterable[Path], root: Path) -> Iterator[str]:
    for path in paths:
        shown = path.relative_to(root) if path.is_relative_to(root) else path
        yield f"{shown}  {path.stat().st_size} bytes\n"


def _build_as_asked(root: Path, options: argparse.Namespace) -> list[Path]:
    def build_with(libraries: Libraries) -> list[Path]:
        return build(
            root,
            bucket=options.bucket,
            libraries=libraries,
            wheels=options.wheels,
            output=options.output,
        )

    if options.libraries is not None:
        return build_with(options.libraries)
    try:
        return build_with(Libraries.BUNDLED)
    except UnreachableError as error:
        # A machine that builds may be the one that has no index.
        sys.stderr.write(
            f"build: {error}\nbuild: this package brings no libraries, each core device will get"
            " them from its package index (as with --index; --bundle makes this an error)\n"
        )
        return build_with(Libraries.FROM_INDEX)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build from the command line; returns the exit code."""
    options = _arguments(arguments)
    root = Path(__file__).resolve().parent.parent
    try:
        written = _build_as_asked(root, options)
    except (BuildError, OSError) as error:
        sys.stderr.write(f"build: {error}\n")
        return 1
    sys.stdout.writelines(_shown(written, root))
    return 0


if __name__ == "__main__":
    sys.exit(main())
