"""Making an environment: from bundled libraries, a package index, or the system's libraries."""

import importlib.util
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from component_installer.errors import InstallError
from component_installer.index import CACHE, install_from_index
from component_installer.libraries import copy, files_of
from component_installer.lock import read_lock
from component_installer.sources import Sources

NEEDED_MODULES = {"sqlite3": "_sqlite3", "ssl": "_ssl", "venv": "venv"}
"""What distributions pack apart from Python, and where it shows that it is there."""

_ROOM_FOR_THE_REST_BYTES = 4 * 1024 * 1024
_MEGABYTE = 1_000_000

# What the component imports, by importing it; and the description of the service that it calls,
# which a distribution may have taken out of botocore.
_TRIAL = """
import sys
sys.path.insert(0, sys.argv[1])
import client_device_associator.nucleus.ipc, client_device_associator.cloud.client
import botocore.session
botocore.session.Session().get_service_model("greengrassv2")
"""


def make(
    environment: Path, sources: Sources, *, free_bytes: int, say: Callable[[str], None]
) -> None:
    """Fill an empty folder with an environment that works.

    Args:
        environment: The folder.
        sources: What of.
        free_bytes: What there is room for.
        say: Told what is done.

    Raises:
        InstallError: It cannot be made, or does not work.
        OSError: It cannot be written.
    """
    _check_modules()
    if sources.from_system:
        say("making a virtual environment with the system's libraries")
        make_environment(environment, system_libraries=True)
    elif sources.libraries.is_dir():
        files = files_of(sources.libraries, read_lock(sources.lock_file.read_bytes()))
        say("making a virtual environment with the bundled libraries")
        _check_room(environment, sum(file.size_bytes for file in files), free_bytes)
        make_environment(environment, system_libraries=False)
        copy(files, sources.libraries, site_packages(environment))
    else:
        say("making a virtual environment with libraries from the package index")
        cache = environment.with_name(CACHE)
        install_from_index(environment, sources.lock_file, cache)
        shutil.rmtree(cache, ignore_errors=True)
    try_out(environment, sources.package)


def make_environment(environment: Path, *, system_libraries: bool) -> None:
    """Make a virtual environment with nothing in it."""
    import venv  # noqa: PLC0415 - a distribution may have left it away, which was checked before

    builder = venv.EnvBuilder(symlinks=True, with_pip=False, system_site_packages=system_libraries)
    builder.create(environment)


def site_packages(environment: Path) -> Path:
    """The folder of an environment's libraries."""
    base = {"base": str(environment), "platbase": str(environment)}
    # By name: a distribution may have another scheme for its own Python.
    return Path(sysconfig.get_path("purelib", "posix_prefix", vars=base))


def try_out(environment: Path, package: Path) -> None:
    """Have the component's imports done in the environment.

    Raises:
        InstallError: They fail: a part of Python or of a library is missing.
    """
    tried = subprocess.run(
        [environment / "bin" / "python3", "-I", "-c", _TRIAL, package],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode:
        said = tried.stderr.strip().splitlines() or [f"exit code {tried.returncode}"]
        raise InstallError(
            f"the libraries do not work on this device: {said[-1]}. A part of them, or of Python,"
            " is missing."
        )


def _check_modules() -> None:
    missing = [
        name for name, sign in NEEDED_MODULES.items() if importlib.util.find_spec(sign) is None
    ]
    if missing:
        raise InstallError(
            f"{sys.executable} has no {' and no '.join(missing)}, which distributions pack apart"
            " from Python. Install them (Debian, Ubuntu: apt-get install python3-venv; Yocto:"
            " python3-modules, or python3-sqlite3, python3-netclient, python3-venv), then deploy"
            " again."
        )


def _check_room(environment: Path, libraries_bytes: int, free_bytes: int) -> None:
    needed = libraries_bytes + _ROOM_FOR_THE_REST_BYTES
    if needed > free_bytes:
        raise InstallError(
            f"the libraries need {needed // _MEGABYTE} MB in {environment.parent}, and"
            f" there are {free_bytes // _MEGABYTE} MB. Make room, then deploy again."
        )
