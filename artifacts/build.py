# ruff: noqa: INP001 - a folder of scripts for the device and the build, not a package.
"""Builds the component: the recipe and the zip that a deployment needs, in greengrass-build/.

Needs nothing but Python, so it runs with GDK (as its custom build command) and without; only a
package that brings its libraries needs pip besides, to download them. The same sources give the
same bytes, at any time and on any machine.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

COMPONENT = "community.greengrass.ClientDeviceAssociator"
PACKAGES = ("client_device_associator", "component_installer")
"""What of src/ the device needs; the first is the component and has its version."""

ZIP_NAME = "client-device-associator.zip"
RECIPE_NAME = "recipe.yaml"

DEVICE_FILES = ("install.sh", "requirements.txt")
"""What of artifacts/ the device needs; the rest of that folder is for developers."""

RECIPE_MAX_BYTES = 16_000
"""The service takes no larger recipe."""

BUCKET_PLACEHOLDER = "BUCKET_NAME"
"""GDK puts the bucket's name here when it publishes."""

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
"""For which libraries can be brought."""

PLATFORMS = {
    f"{family}_{machine}": [f"{tag}_{machine}" for tag in tags]
    for machine in ("x86_64", "aarch64")
    for family, tags in {
        "manylinux": ("manylinux2014", "manylinux_2_17", "manylinux_2_28"),
        "musllinux": ("musllinux_1_1", "musllinux_1_2"),
    }.items()
}
"""Systems for which libraries can be brought (glibc and musl), and pip's names for their wheels."""

_NEWEST_LIBC = {"manylinux": ("glibc", (2, 99)), "musllinux": ("musl", (1, 99))}
"""Of a device that takes every wheel that is made for its platform."""

_EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_FILE = 0o100000
_MODE_SHIFT = 16
_READABLE = 0o644
_EXECUTABLE = 0o755


class BuildError(Exception):
    """The sources do not make a component; the message says which file to correct and how."""


@dataclass(frozen=True)
class Libraries:
    """Where the component gets its libraries on a core device.

    Attributes:
        platforms: Systems for which they are in the package; none: it brings no libraries.
        pythons: Versions of Python for which they are.
        wheels: A folder that has the wheels already; None: pip downloads them.
        from_system: Whether the device's distribution brings them; else a package index does.
    """

    platforms: Sequence[str] = ()
    pythons: Sequence[str] = PYTHONS
    wheels: Path | None = None
    from_system: bool = False


def build(
    root: Path,
    *,
    bucket: str | None = None,
    libraries: Libraries | None = None,
    output: Path | None = None,
) -> list[Path]:
    """Write the recipe, under two names, and the zip.

    Args:
        root: The project's folder.
        bucket: Name of the S3 bucket that the artifact will be in; None leaves GDK's placeholder.
        libraries: Where the device gets its libraries; by default, from a package index.
        output: Where to; by default, ``root/greengrass-build``.

    Returns:
        The files written.

    Raises:
        BuildError: Versions contradict each other, the recipe is too large, or wheels are missing.
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
        brought = dict(_brought(root, libraries or Libraries(), Path(scratch)))
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


def _brought(root: Path, libraries: Libraries, scratch: Path) -> Iterator[tuple[str, bytes]]:
    """What the package has besides the sources, by name."""
    if libraries.from_system:
        yield "artifacts/system-packages.txt", _wanted_from_system(root).encode()
    for path in sorted(set(_wheels(root, libraries, scratch))):
        yield f"artifacts/wheels/{path.name}", path.read_bytes()


def _wanted_from_system(root: Path) -> str:
    """The dependencies of pyproject.toml, a line each. Python 3.10 has no parser for it."""
    path = root / "pyproject.toml"
    match = re.search(r"^dependencies = \[(.+)\]$", path.read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise BuildError(f"{path} has no line like dependencies = [...]")
    return "".join(f"{one}\n" for one in re.findall(r'"([^"]+)"', match[1]))


def _wheels(root: Path, libraries: Libraries, scratch: Path) -> Iterator[Path]:
    """The wheels for each platform and Python, checked against the lock."""
    # What a device chooses and checks is chosen and checked here by the same code.
    sys.path.insert(0, str(root / "src"))
    try:
        from component_installer import lock, tags, wheels  # noqa: PLC0415
        from component_installer.errors import InstallError  # noqa: PLC0415
    finally:
        sys.path.pop(0)
    lock_path = root / "artifacts" / "requirements.txt"
    for platform in libraries.platforms:
        family, _, machine = platform.partition("_")
        for python in libraries.pythons:
            folder = libraries.wheels or _downloaded(scratch, lock_path, platform, python)
            major, minor = map(int, python.split("."))
            target = tags.Target((major, minor), machine, *_NEWEST_LIBC[family])
            try:
                found = wheels.bundle(folder, lock.read_lock(lock_path.read_bytes()), target)
            except InstallError as error:
                raise BuildError(str(error)) from error
            if found.missing:
                names = ", ".join(f"{one.name} {one.version}" for one in found.missing)
                raise BuildError(
                    f"{folder} has no wheels of {names} for {platform}, Python {python}"
                )
            for path in found.wheels:
                _check_layout(path)
                yield path


def _downloaded(scratch: Path, lock_path: Path, platform: str, python: str) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", str(scratch)]
    command += ["--implementation", "cp", "--python-version", python]
    for tag in PLATFORMS[platform]:
        command += ["--platform", tag]
    if subprocess.run([*command, "-r", str(lock_path)], check=False).returncode:
        raise BuildError(f"pip could not download the wheels for {platform} and Python {python}")
    return scratch


def _check_layout(wheel: Path) -> None:
    """A device unpacks a wheel, and does no more: what would need more must not get there."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            folder, _, rest = name.partition("/")
            if folder.endswith(".data") and not rest.startswith("scripts/"):
                raise BuildError(f"{wheel.name} cannot be installed by unpacking: it has {name}")


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
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--offline", action="store_true", help="bring the libraries, for devices with no index"
    )
    kind.add_argument(
        "--system", action="store_true", help="take the libraries from the device's distribution"
    )
    parser.add_argument(
        "--platform", action="append", choices=sorted(PLATFORMS), help="for --offline; repeatable"
    )
    parser.add_argument(
        "--python", action="append", choices=PYTHONS, help="for --offline; repeatable (all)"
    )
    parser.add_argument(
        "--wheels", type=Path, help="for --offline: a folder that has the wheels already"
    )
    options = parser.parse_args(arguments)
    if options.offline and not options.platform:
        parser.error(f"--offline needs --platform: {', '.join(sorted(PLATFORMS))}")
    if not options.offline and (options.platform or options.python or options.wheels):
        parser.error("--platform, --python and --wheels are for --offline")
    return options


def _shown(paths: Iterable[Path], root: Path) -> Iterator[str]:
    for path in paths:
        shown = path.relative_to(root) if path.is_relative_to(root) else path
        yield f"{shown}  {path.stat().st_size} bytes\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build from the command line; returns the exit code."""
    options = _arguments(arguments)
    root = Path(__file__).resolve().parent.parent
    libraries = Libraries(
        platforms=options.platform or (),
        pythons=options.python or PYTHONS,
        wheels=options.wheels,
        from_system=options.system,
    )
    try:
        written = build(root, bucket=options.bucket, libraries=libraries, output=options.output)
    except (BuildError, OSError) as error:
        sys.stderr.write(f"build: {error}\n")
        return 1
    sys.stdout.writelines(_shown(written, root))
    return 0


if __name__ == "__main__":
    sys.exit(main())
