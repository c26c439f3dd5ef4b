"""Making an environment: from bundled wheels, a package index, or the system's libraries."""

import importlib.util
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from component_installer.errors import InstallError
from component_installer.index import CACHE, install_from_index
from component_installer.lock import read_lock
from component_installer.sources import Sources
from component_installer.tags import Target
from component_installer.wheels import Bundle, bundle, unpack, unpacked_bytes, what_there_is

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
    environment: Path,
    sources: Sources,
    target: Target,
    *,
    free_bytes: int,
    say: Callable[[str], None],
) -> None:
    """Fill an empty folder with an environment that works.

    Args:
        environment: The folder.
        sources: What of.
        target: This device.
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
    else:
        found = bundle(sources.wheels, read_lock(sources.lock_file.read_bytes()), target)
        if found.missing:
            say(_from_index_because(sources.wheels, found, target))
            cache = environment.with_name(CACHE)
            install_from_index(environment, sources.lock_file, sources.wheels, cache)
            shutil.rmtree(cache, ignore_errors=True)
        else:
            say(f"making a virtual environment with the bundled libraries, for {target}")
            needed = unpacked_bytes(found.wheels) + _ROOM_FOR_THE_REST_BYTES
            if needed > free_bytes:
                raise InstallError(
                    f"the libraries need {needed // _MEGABYTE} MB in {environment.parent}, and"
                    f" there are {free_bytes // _MEGABYTE} MB. Make room, then deploy again."
                )
            make_environment(environment, system_libraries=False)
            unpack(found.wheels, site_packages(environment))
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
        InstallError: They fail: a library for another processor, or a part of it is missing.
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
            f"the libraries do not work on this device: {said[-1]}. They are for another system, or"
            " a part of them is missing."
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


def _from_index_because(wheels: Path, found: Bundle, target: Target) -> str:
    if not wheels.is_dir():
        return f"making a virtual environment with libraries from the package index, for {target}"
    missing = "; ".join(
        f"{one.name} {one.version} is there for"
        f" {', '.join(what_there_is(wheels, one)) or 'nothing'}"
        for one in found.missing
    )
    python = ".".join(map(str, target.python))
    family = "manylinux" if target.libc == "glibc" else "musllinux"
    return (
        f"no bundled wheels for {target}: {missing}. Trying the package index. For a device without"
        f" one, build with make package OFFLINE=1 PLATFORM={family}_{target.machine}"
        f" PYTHON={python}."
    )
