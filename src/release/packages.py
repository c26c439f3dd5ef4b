"""The packages of a release: the component built in each way in which it can be installed."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from release.errors import ReleaseError

BUILD = "artifacts/build.py"


@dataclass(frozen=True)
class Variant:
    """A way in which the component is built.

    Attributes:
        name: Of its folder in the release.
        arguments: For the build script.
    """

    name: str
    arguments: tuple[str, ...] = ()


BUNDLED = Variant("bundled", ("--bundle",))
"""A core device has its libraries in the package."""

INDEX = Variant("index", ("--index",))
"""It gets them from its package index."""

SYSTEM = Variant("system", ("--system",))
"""It has them from its distribution."""

VARIANTS = (BUNDLED, INDEX, SYSTEM)


@dataclass(frozen=True)
class Package:
    """What was built.

    Attributes:
        folder: With `recipes` and `artifacts`, as deployments and publishing take them.
        archive: The zip in it.
    """

    folder: Path
    archive: Path


def build_packages(
    root: Path, target: Path, variants: Sequence[Variant] = VARIANTS
) -> Iterator[Package]:
    """Builds each variant into a folder of its name below the target.

    Raises:
        ReleaseError: The build failed, or made no zip.
    """
    for variant in variants:
        folder = target / variant.name
        done = subprocess.run(
            [sys.executable, str(root / BUILD), "--output", str(folder), *variant.arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ReleaseError(f"{variant.name}: {done.stderr.strip()}")
        archives = sorted(folder.rglob("*.zip"))
        if len(archives) != 1:
            raise ReleaseError(f"{variant.name}: the build has made {len(archives)} zips, not one")
        yield Package(folder, archives[0])
