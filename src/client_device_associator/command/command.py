"""What a command is, and what it is given."""

from argparse import Namespace
from collections.abc import Callable

from client_device_associator.command.arguments import Arguments
from client_device_associator.command.output import Output
from client_device_associator.command.work_directory import WorkDirectory
from client_device_associator.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """What a command works with.

    Attributes:
        directory: Finds the component's work directory, or raises CommandError.
        output: Where it writes.
        now: Epoch seconds.
    """

    directory: Callable[[], WorkDirectory]
    output: Output
    now: float


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: What it is called by.
        summary: One line about it.
        add_arguments: Adds its own arguments to the common ones.
        run: Does it; returns the exit code, or raises CommandError or JournalError.
    """

    name: str
    summary: str
    add_arguments: Callable[[Arguments], None]
    run: Callable[[Namespace, Context], int]
