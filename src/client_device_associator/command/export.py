"""`export`: all that the journal holds, as lines of JSON."""

import json
from argparse import Namespace
from collections.abc import Mapping

from client_device_associator import __version__
from client_device_associator.command.arguments import Arguments
from client_device_associator.command.command import Command, Context
from client_device_associator.command.exit_codes import FINE
from client_device_associator.command.shown_device import device_document
from client_device_associator.errors import JournalError
from client_device_associator.journal.overview import table_rows, unsent_counts
from client_device_associator.journal.selection import Selection, device_pages
from client_device_associator.messages.encoding import iso

_WAITING_KEY = ("thing_name", "topic", "announcement_id", "bus")
_TRAIL, _TRAIL_KEY = "trail", ("entry_id",)


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
            write({"kind": "fact", "name": name, "value": value})
        for page in device_pages(journal, Selection()):
            for device in page:
                write({"kind": "device", **device_document(device)})
        for row in table_rows(journal, "waiting", _WAITING_KEY):
            write(
                {
                    "kind": "waiting",
                    "thingName": row["thing_name"],
                    "topic": row["topic"],
                    "bus": row["bus"],
                    **({"id": row["announcement_id"]} if row["announcement_id"] else {}),
                }
            )
        for bus, count in unsent_counts(journal):
            write({"kind": "owed", "bus": bus, "results": count})
        for row in table_rows(journal, _TRAIL, _TRAIL_KEY):
            write({"kind": "trail", **_trail_entry(row)})
    return FINE


def _trail_entry(row: Mapping[str, object]) -> Mapping[str, object]:
    try:
        at, detail = iso(float(str(row["at"]))), json.loads(str(row["detail"]))
    except (ValueError, RecursionError) as error:
        raise JournalError(f"the journal is damaged: a row has {error}") from error
    return {"at": at, "thingName": row["thing_name"], "event": row["event"], "detail": detail}


EXPORT = Command("export", "print all that the journal holds as JSON lines", _add_arguments, _run)
