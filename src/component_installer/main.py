"""What artifacts/install.sh runs: the environment made if need be, put in place, the rest cleared.

The nucleus calls this at each of its starts (classic) and at deployments that change configuration
(lite). When the libraries and Python are those of last time it looks, and does nothing else: what
only a first install needs is imported there, because on a small device that takes most of the time.
"""

import errno
import hashlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from component_installer.environments import Environments
from component_installer.errors import InstallError
from component_installer.operators_command import write_command
from component_installer.sources import Sources

_MEGABYTE = 1_000_000
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_PREFIX = "client-device-associator install: "

Say = Callable[[str], None]


def main(arguments: Sequence[str]) -> int:
    """Install into the current directory, which a nucleus sets to the work directory.

    Args:
        arguments: The folder of the unpacked artifact.

    Returns:
        The exit code.
    """
    work = Path.cwd()
    try:
        install(Path(arguments[0]), work, _say, _warn)
    except InstallError as error:
        _warn(str(error))
        return 1
    except OSError as error:
        _warn(_about(error, work))
        return 1
    return 0


def install(package: Path, work: Path, say: Say, warn: Say) -> None:
    """Have `venv` in the work directory lead to an environment for a package.

    Args:
        package: The unpacked artifact.
        work: The work directory.
        say: Told what is done.
        warn: Told what an operator should know.

    Raises:
        InstallError: There is none, and none can be made; what was there before stays.
        OSError: The same, because of the disk or a permission.
    """
    sources = Sources(package)
    if sources.from_system:
        from component_installer import system  # noqa: PLC0415 - see above

        wanted = system.wanted_from_system(sources.system_file.read_text(encoding="utf-8"))
        system.check_system(wanted, sys.executable)
    purpose = _purpose(sources)
    environments = Environments(work, warn)
    try:
        found = environments.find(purpose)
        if found is None:
            environments.clear_away()
            made = _made(environments, purpose, sources, say)
            _offer_command(made, package, warn)
            environments.use(made)
            say("the virtual environment is ready")
        else:
            # An earlier version may have made it for everybody.
            found.chmod(0o700)
            _offer_command(found, package, warn)
            environments.use(found)
            say("the virtual environment is up to date")
        environments.clear_away()
    finally:
        environments.close()


def _made(environments: Environments, purpose: str, sources: Sources, say: Say) -> Path:
    import shutil  # noqa: PLC0415 - see above

    from component_installer import making  # noqa: PLC0415

    folder = environments.new(purpose)
    try:
        free = shutil.disk_usage(folder).free
        making.make(folder, sources, free_bytes=free, say=say)
        environments.complete(folder, purpose)
    except BaseException:
        environments.remove(folder)
        raise
    return folder


def _purpose(sources: Sources) -> str:
    """What an environment depends on: the lock file's contents, and the Python that it links to.

    In the words of earlier versions: so each finds its own environment after a rollback.
    """
    try:
        digest = hashlib.sha256(sources.lock_file.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        raise InstallError(
            f"{sources.lock_file} is missing: the artifact is damaged. Build and deploy it again."
        ) from error
    kind = "system " if sources.from_system else ""
    version = "{} {}".format(*sys.version_info)
    return f"{kind}{digest} {version} {sys.executable}"


def _offer_command(environment: Path, package: Path, warn: Say) -> None:
    """The component works without it."""
    try:
        write_command(environment, package)
    except OSError as error:
        warn(f"could not write the operator's command: {error}")


def _about(error: OSError, work: Path) -> str:
    if error.errno in _NO_ROOM:
        import shutil  # noqa: PLC0415 - see above

        free = shutil.disk_usage(work).free // _MEGABYTE
        return (
            f"the disk is full: {free} MB are free in {work}. What was half made is removed again."
            " Make room, then deploy again."
        )
    return f"could not make the virtual environment in {work}: {error}"


def _say(text: str) -> None:
    sys.stdout.write(f"{_PREFIX}{text}\n")
    sys.stdout.flush()


def _warn(text: str) -> None:
    sys.stderr.write(f"{_PREFIX}{text}\n")
    sys.stderr.flush()
