"""`export`: all that the journal holds, as lines of JSON."""

from argparse import Namespace
from collections.abc import Mapping, Sequence

from client_device_associator import __version__
from client_device_associator.command.arguments import Arguments
from client_device_associator.command.command import Command, Context
from client_device_associator.command.exit_codes import FINE
from client_device_associator.command.shown_device import device_document
from client_device_associator.core.trail import TrailEntry
from client_device_associator.journal.overview import unsent_counts, waiting_announcements
from client_device_associator.journal.reader import converting
from client_device_associator.journal.rows import text
from client_device_associator.journal.selection import Selection, device_pages
from client_device_associator.journal.trail import whole_trail
from client_device_associator.messages.encoding import iso


def _add_arguments(arguments: Arguments) -> None:
    arguments.epilog = (
        "One JSON object a line, each with a field kind: export (the first), fact, device, waiting"
        " (an announcement that has no final result yet), owed (how many results are not sent yet),"
        " trail."
    )


def _run(options: Namespace, context: Context) -> int:  # noqa: ARG001 - it is always JSON
    write = context.output.json
    with context.directory().journal() as journal:
        # Before anything is printed: it may be no journal.
        facts = journal.read("SELECT name, value FROM fact ORDER BY name")
        write({"kind": "export", "version": __version__, "at": iso(context.now)})
        for name, value in facts:
            write({"kind": "fact", **_fact(name, value)})
        for page in device_pages(journal, Selection()):
            for device in page:
                write({"kind": "device", **device_document(device)})
        for row in waiting_announcements(journal):
            write({"kind": "waiting", **_waiting(row)})
        for bus, count in unsent_counts(journal):
            write({"kind": "owed", "bus": bus, "results": count})
        with converting():
            for entry in whole_trail(journal.read):
                write({"kind": "trail", **_trail_entry(entry)})
    return FINE


def _fact(name: object, value: object) -> Mapping[str, object]:
    with converting():
        return {"name": text(name), "value": float(str(value))}


def _waiting(row: Sequence[str]) -> Mapping[str, object]:
    thing_name, topic, announcement_id, bus = row
    return {
        "thingName": thing_name,
        "topic": topic,
        "bus": bus,
        **({"id": announcement_id} if announcement_id else {}),
    }


def _trail_entry(entry: TrailEntry) -> Mapping[str, object]:
    return {
        "at": iso(entry.at),
        "thingName": entry.thing_name,
        "event": entry.event.value,
        "detail": entry.detail,
    }


EXPORT = Command("export", "print all that the journal holds as JSON lines", _add_arguments, _run)
