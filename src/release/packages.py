"""The packages of a release: the component built in each way in which it can be installed."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from release.errors import ReleaseError

BUILD = "artifacts/build.py"
_BUILT = "greengrass-build"


@dataclass(frozen=True)
class Variant:
    """A way in which the component is built.

    Attributes:
        name: Of its folder in the release.
        arguments: For the build script.
    """

    name: str
    arguments: tuple[str, ...] = ()


VARIANTS = (Variant("index"),)
"""`index`: a core device gets its libraries from its package index."""


@dataclass(frozen=True)
class Package:
    """What was built, copied into the release.

    Attributes:
        folder: With `recipes` and `artifacts`, as deployments and publishing take them.
        archive: The zip in it.
    """

    folder: Path
    archive: Path


def build_packages(root: Path, target: Path) -> Iterator[Package]:
    """Builds each variant into a folder of its name below the target.

    Raises:
        ReleaseError: The build failed, or made no zip.
    """
    for variant in VARIANTS:
        built = root / _BUILT
        # What an earlier build has left must not get into a release.
        shutil.rmtree(built, ignore_errors=True)
        done = subprocess.run(
            [sys.executable, str(root / BUILD), *variant.arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ReleaseError(f"{variant.name}: {done.stderr.strip()}")
        folder = target / variant.name
        shutil.copytree(built, folder)
        archives = sorted(folder.rglob("*.zip"))
        if len(archives) != 1:
            raise ReleaseError(f"{variant.name}: the build has made {len(archives)} zips, not one")
        yield Package(folder, archives[0])
