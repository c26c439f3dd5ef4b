"""The libraries from a package index, by pip."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from component_installer.certificates import write_certificates
from component_installer.errors import InstallError

CACHE = "venv.cache"
"""What was downloaded before an install was interrupted; it goes when an install succeeds."""

_PATIENCE = {"PIP_RETRIES": "2", "PIP_DEFAULT_TIMEOUT": "15"}
"""For an index that does not answer: the nucleus lite ends an install after about 305 s."""

_MEGABYTE = 1_000_000

_CERTIFI = "from pip._vendor import certifi; print(certifi.where())"


def install_from_index(environment: Path, lock_file: Path, cache: Path) -> None:
    """Install the locked libraries with pip.

    Args:
        environment: An empty folder.
        lock_file: What to install, with hashes.
        cache: A folder for downloads.

    Raises:
        InstallError: There is no pip, or it could not install them.
        OSError: The environment cannot be written.
    """
    make_environment_with_pip(environment)
    python = environment / "bin" / "python3"
    variables = pip_variables(os.environ)
    certificates = write_certificates(
        environment / "certificates.pem", _usual_certificates(python), os.environ
    )
    if certificates is not None:
        variables["PIP_CERT"] = str(certificates)
    command = pip_command(python, lock_file, cache)
    if subprocess.run(command, env=variables, check=False).returncode:
        free = shutil.disk_usage(environment).free // _MEGABYTE
        raise InstallError(
            f"could not install the Python packages: see pip's message above ({free} MB are free on"
            " the disk). The device must reach"
            " its package index (PIP_INDEX_URL, proxies and GG_ROOT_CA_PATH are respected). What"
            " was downloaded is kept for the next try. A device without an index needs the package"
            " that brings its libraries: make package without INDEX=1 (docs/packages.md)."
        )


def make_environment_with_pip(environment: Path) -> None:
    """Make a virtual environment with pip in it.

    Raises:
        InstallError: This Python cannot.
    """
    try:
        # Distributions pack them apart from Python.
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: PLC0415
    except ImportError as error:
        raise InstallError(
            f"this Python has no pip to install with ({error}). Install it (on Debian or Ubuntu:"
            " apt-get install python3-venv), or build the package that brings its libraries,"
            " which needs no pip (docs/packages.md); then deploy again."
        ) from error
    try:
        venv.EnvBuilder(symlinks=True, with_pip=True).create(environment)
    except subprocess.CalledProcessError as error:
        said = (error.output or b"").decode("utf-8", "replace").strip()
        raise InstallError(f"could not make a virtual environment with pip: {said}") from error


def pip_command(python: Path, lock_file: Path, cache: Path) -> list[str]:
    """The command that installs the lock: nothing is compiled, and nothing is taken on trust."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--no-compile", "--cache-dir", str(cache)]
    command += ["--require-hashes", "--only-binary", ":all:"]
    return [*command, "-r", str(lock_file)]


def pip_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for pip: that of the nucleus, and less patience than pip has by itself."""
    return {**_PATIENCE, **environment}


def _usual_certificates(python: Path) -> Sequence[Path]:
    import ssl  # noqa: PLC0415 - it may be missing, which is said elsewhere

    ran = subprocess.run([python, "-c", _CERTIFI], capture_output=True, text=True, check=False)
    system = ssl.get_default_verify_paths().cafile
    return [Path(path) for path in (ran.stdout.strip(), system) if path]
