"""`why`: the whole story of one device, with what happens next and what a person can do."""

from argparse import Namespace
from collections.abc import Iterator, Mapping

from client_device_associator.command.arguments import Arguments
from client_device_associator.command.case import Case, read_case
from client_device_associator.command.command import Command, Context
from client_device_associator.command.component_state import Running
from client_device_associator.command.diagnosis import diagnose
from client_device_associator.command.errors import CommandError
from client_device_associator.command.exit_codes import FINE, UNREADABLE, WRONG
from client_device_associator.command.moments import ago
from client_device_associator.command.output import Colour, Output
from client_device_associator.command.shown_device import device_document
from client_device_associator.command.story import words_of
from client_device_associator.command.verdict import Verdict
from client_device_associator.core.bus import shown
from client_device_associator.core.trail import TrailEntry
from client_device_associator.messages.encoding import iso


def _add_arguments(arguments: Arguments) -> None:
    arguments.add_argument("thing", metavar="THING", help="the thing name of one client device")
    arguments.epilog = (
        "The exit code is 1 if something needs a person, and 0 if the device is associated, or"
        " will be by itself."
    )


def _run(options: Namespace, context: Context) -> int:
    directory = context.directory()
    try:
        with directory.journal() as journal:
            case = read_case(options.thing, journal, directory, context.now)
    except OSError as error:
        raise CommandError(
            f"this user may not read {directory.path}: be root, or the component's user ({error})",
            UNREADABLE,
        ) from error
    verdict = diagnose(case)
    if options.json:
        context.output.json(_document(case, verdict))
    else:
        _print(context.output, case, verdict)
    return WRONG if verdict.needs_person else FINE


def _print(out: Output, case: Case, verdict: Verdict) -> None:
    colour = Colour.BAD if verdict.needs_person else Colour.GOOD
    out.line(f"{out.paint(case.thing_name, Colour.STRONG)}: {out.paint(verdict.cause, colour)}")
    if verdict.next:
        out.line(f"  next:        {out.plain(verdict.next)}")
    out.line(f"  you can do:  {out.plain(verdict.remedy)}")
    for title, lines in _sections(case):
        out.line()
        out.line(out.paint(title, Colour.STRONG))
        for line in lines:
            out.line(f"  {out.plain(line)}")


def _sections(case: Case) -> Iterator[tuple[str, list[str]]]:
    """What there is to be said besides, each with a title."""
    if case.trail:
        yield "What has happened", [_line(one, case.now) for one in reversed(case.trail)]
    if case.waiting:
        topics = [
            shown(one.bus, one.topic)
            + (f" (id {one.announcement_id})" if one.announcement_id else "")
            for one in case.waiting
        ]
        yield "Who waits for a result", topics
    if case.unsent:
        yield (
            "Results that the nucleus has not taken yet",
            [f"{one.status.value}, for {shown(one.bus, one.topic)}" for one in case.unsent],
        )


def _line(entry: TrailEntry, now: float) -> str:
    return f"{iso(entry.at)}  {words_of(entry)} ({ago(entry.at, now)})"


def _document(case: Case, verdict: Verdict) -> Mapping[str, object]:
    return {
        "thingName": case.thing_name,
        "reason": verdict.reason,
        "cause": verdict.cause,
        "next": verdict.next,
        "remedy": verdict.remedy,
        "needsPerson": verdict.needs_person,
        "running": case.running is Running.YES,
        "device": None if case.device is None else device_document(case.device),
        "waiting": [
            {
                "topic": one.topic,
                "bus": one.bus.value,
                **({"id": one.announcement_id} if one.announcement_id else {}),
            }
            for one in case.waiting
        ],
        "unsentResults": [
            {"status": one.status.value, "topic": one.topic, "bus": one.bus.value}
            for one in case.unsent
        ],
        "trail": [
            {"at": iso(one.at), "event": one.event.value, "detail": dict(one.detail)}
            for one in case.trail
        ],
    }


WHY = Command("why", "say why a device is not associated, and what to do", _add_arguments, _run)
