"""`things`: the first thing names that begin in some way, for the shell's completion."""

from argparse import Namespace

from client_device_associator.command.arguments import Arguments
from client_device_associator.command.command import Command, Context
from client_device_associator.command.exit_codes import FINE
from client_device_associator.journal.selection import names_with_prefix

MOST = 100
"""A person does not read more; and with 100,000 devices nobody is to wait for all of them."""


def _add_arguments(arguments: Arguments) -> None:
    arguments.add_argument("prefix", nargs="?", default="", help="what they begin with")
    arguments.epilog = f"At most {MOST}, in the order of names. The shell's completion asks this."


def _run(options: Namespace, context: Context) -> int:
    with context.directory().journal() as journal:
        for name in names_with_prefix(journal, options.prefix, MOST):
            if options.json:
                context.output.json({"thingName": name})
            else:
                context.output.line(context.output.plain(name))
    return FINE


THINGS = Command("things", "print the first thing names that begin so", _add_arguments, _run)
