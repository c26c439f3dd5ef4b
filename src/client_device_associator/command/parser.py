"""The command line of all commands."""

import argparse
from collections.abc import Iterable

from client_device_associator import __version__
from client_device_associator.command.arguments import Arguments
from client_device_associator.command.command import Command

PROGRAM = "associator"

_ABOUT = (
    "Looks at the client device associator on this core device, whether it runs or not, and has it"
    " change something while it runs."
)
_EXIT_CODES = """\
exit codes:
  0  all is well, or what was asked for was found
  1  something needs a person, or nothing was found
  2  the arguments make no sense
  3  what has to be read is not there, is damaged, or may not be read by this user
  4  the component does not run
  5  the component or its journal is of another version than this command
"""


def make_parser(commands: Iterable[Command]) -> tuple[Arguments, dict[str, Arguments]]:
    """The parser, and that of each command by its name."""
    parser = Arguments(
        prog=PROGRAM,
        description=_ABOUT,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="version", version=__version__, help="print this command's version"
    )
    choices = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    parsers: dict[str, Arguments] = {}
    for command in commands:
        one = choices.add_parser(
            command.name,
            help=command.summary,
            description=f"{command.summary[0].upper()}{command.summary[1:]}.",
            allow_abbrev=False,
        )
        one.add_argument(
            "--directory", metavar="DIR", help="the component's work directory (default: found)"
        )
        one.add_argument(
            "--json", action="store_true", help="print JSON, for programs, instead of text"
        )
        command.add_arguments(one)
        parsers[command.name] = one
    return parser, parsers
