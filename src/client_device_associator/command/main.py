"""Runs a command: from the arguments to the exit code."""

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from client_device_associator.command.command import Context
from client_device_associator.command.commands import COMMANDS
from client_device_associator.command.errors import CommandError
from client_device_associator.command.exit_codes import OTHER_VERSION, UNREADABLE, USAGE, WRONG
from client_device_associator.command.output import Output, has_colours
from client_device_associator.command.parser import PROGRAM, make_parser
from client_device_associator.command.work_directory import find
from client_device_associator.errors import JournalError, JournalVersionError
from client_device_associator.messages.text import printable


def run_command(arguments: Sequence[str]) -> int:
    """Runs a command as a process of its own; returns the exit code."""
    # As other programs of the shell: the reader may end first (`| head`), and a person too.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return main(arguments, sys.stdout, sys.stderr, os.environ, time.time())


def main(
    arguments: Sequence[str],
    out: TextIO,
    errors: TextIO,
    environment: Mapping[str, str],
    now: float,
) -> int:
    """Runs a command; returns the exit code.

    Args:
        arguments: Behind the program's name.
        out: Takes what was asked for.
        errors: Takes why it could not be done.
        environment: Says whether there may be colours.
        now: Epoch seconds.

    Raises:
        SystemExit: The arguments make no sense, or ask for help; argparse has said it.
    """
    parser, _ = make_parser(COMMANDS)
    if not arguments:
        parser.print_help(errors)
        return USAGE
    options = parser.parse_args(arguments)
    command = next(one for one in COMMANDS if one.name == options.command)
    context = Context(
        lambda: find(options.directory, Path.cwd()),
        Output(out, has_colours(out, environment)),
        now,
    )
    try:
        exit_code = command.run(options, context)
        out.flush()
    except CommandError as error:
        return _refuse(errors, error, error.exit_code)
    except JournalVersionError as error:
        return _refuse(errors, error, OTHER_VERSION)
    except JournalError as error:
        return _refuse(errors, error, UNREADABLE)
    except OSError as error:
        # Neither the journal nor what a command reads beside it: what it writes to.
        return _refuse(errors, error, WRONG)
    return exit_code


def _refuse(errors: TextIO, error: Exception, exit_code: int) -> int:
    errors.write(f"{PROGRAM}: {printable(str(error))}\n")
    return exit_code
