"""The command of operators, `associator`, in the environment."""

import shlex
from pathlib import Path

NAME = "associator"
_EXECUTABLE = 0o700

# Python is told to import from nowhere else: the current directory of an operator who is root may
# be anybody's.
_SCRIPT = """#!/bin/sh
exec {python} -I -c 'import sys
sys.path.insert(0, sys.argv.pop(1))
from client_device_associator.command.main import run_command
sys.exit(run_command(sys.argv[1:]))' {package} "$@"
"""


def write_command(environment: Path, package: Path) -> None:
    """Write the command, which is this version's although the environment may be an older one's.

    Args:
        environment: Its folder.
        package: The unpacked artifact.

    Raises:
        OSError: It cannot be written.
    """
    command = environment / "bin" / NAME
    script = _SCRIPT.format(
        python=shlex.quote(str(environment / "bin" / "python3")), package=shlex.quote(str(package))
    )
    if command.is_file() and command.read_text(encoding="utf-8") == script:
        return
    unfinished = command.with_name(f"{NAME}.new")
    unfinished.write_text(script, encoding="utf-8")
    unfinished.chmod(_EXECUTABLE)
    unfinished.replace(command)
