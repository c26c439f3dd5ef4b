"""`report`: writes the page."""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from client_device_associator.command.arguments import Arguments
from client_device_associator.command.command import Command, Context
from client_device_associator.command.component_state import readable_state
from client_device_associator.command.errors import CommandError
from client_device_associator.command.exit_codes import FINE, WRONG
from client_device_associator.command.report.facts import gather
from client_device_associator.command.report.page import page
from client_device_associator.core.device import Device
from client_device_associator.journal.reader import JournalReader, converting
from client_device_associator.journal.selection import Selection, device_pages
from client_device_associator.journal.trail import whole_trail
from client_device_associator.privacy import PRIVATE_FILE
from client_device_associator.whole_file import replace_file

_STANDARD_OUTPUT = "-"


def _add_arguments(arguments: Arguments) -> None:
    arguments.add_argument(
        "--html",
        metavar="FILE",
        required=True,
        help="where to write the page, for this user alone; it is replaced as a whole. - is the"
        " standard output",
    )
    arguments.epilog = (
        "The page is one file and loads nothing. It names devices, as the journal does."
    )


def _run(options: Namespace, context: Context) -> int:
    directory = context.directory()
    with directory.journal() as journal:
        devices = _devices(journal)
        with converting():
            trail = list(whole_trail(journal.read))
        facts = gather(devices, trail)
    core_thing_name = readable_state(directory).text("coreDeviceThingName")
    text = page(facts, core_thing_name, context.now)
    if options.html == _STANDARD_OUTPUT:
        context.output.line(text.rstrip("\n"))
        return FINE
    try:
        # A code of the cloud may hold what is no Unicode.
        content = text.encode(errors="replace")
        replace_file(Path(options.html), content, mode=PRIVATE_FILE)
    except OSError as error:
        raise CommandError(f"the page cannot be written: {error}", WRONG) from error
    if options.json:
        context.output.json({"file": options.html, "devices": sum(facts.counts.values())})
    else:
        context.output.line(f"{options.html}: {sum(facts.counts.values())} devices")
    return FINE


def _devices(journal: JournalReader) -> Iterator[Device]:
    for portion in device_pages(journal, Selection()):
        yield from portion


REPORT = Command("report", "write a page that shows how things stand", _add_arguments, _run)
