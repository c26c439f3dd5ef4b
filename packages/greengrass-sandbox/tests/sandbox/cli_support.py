"""A sandbox in a process of its own, and the commands that ask it for something."""

import contextlib
import io
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from greengrass_sandbox.command.main import main

_PROGRAM_WORDS = 3
"""`python -m greengrass_sandbox` comes before what `main` is given."""


def command(root: Path, *arguments: str) -> list[str]:
    """A command line for the sandbox with this root."""
    name, *rest = arguments
    return [sys.executable, "-m", "greengrass_sandbox", name, "--root", str(root), *rest]


def ask(root: Path, *arguments: str, code: int = 0) -> str:
    """Run a command to its end; returns what it says."""
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        returned = main(command(root, *arguments)[_PROGRAM_WORDS:])
    assert returned == code, complained.getvalue()
    return said.getvalue() if code == 0 else complained.getvalue()


class Up:
    """A sandbox in the background."""

    def __init__(self, root: Path, arguments: Sequence[str]) -> None:
        self.root = root
        self.process = subprocess.Popen(
            command(root, "up", *arguments), stdout=subprocess.PIPE, text=True
        )
        self.first_line = self.read_line()

    def read_line(self) -> str:
        """Wait for its next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Send a signal and wait; returns the exit code and what it said at the end."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, rest

    def close(self) -> None:
        """Leaves no process and no pipe behind; it may have ended already."""
        if self.process.poll() is None:
            self.end()
        assert self.process.stdout is not None
        self.process.stdout.close()
