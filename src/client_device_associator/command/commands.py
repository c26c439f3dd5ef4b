"""The table of all commands: a new one is a module of this room, and a line here."""

from client_device_associator.command.changes import CHANGING
from client_device_associator.command.command import Command
from client_device_associator.command.completion import completion_of
from client_device_associator.command.devices import DEVICES
from client_device_associator.command.doctor.command import DOCTOR
from client_device_associator.command.export import EXPORT
from client_device_associator.command.report.command import REPORT
from client_device_associator.command.status import STATUS
from client_device_associator.command.things import THINGS
from client_device_associator.command.why import WHY

_LOOKING = (STATUS, DEVICES, WHY, DOCTOR, EXPORT, REPORT, THINGS)

COMMANDS: tuple[Command, ...] = (*_LOOKING, *CHANGING, completion_of((*_LOOKING, *CHANGING)))
"""In the order of the help."""
