"""`devices`: a table of client devices, which begins at once however many there are."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator

from client_device_associator.command.arguments import Arguments
from client_device_associator.command.command import Command, Context
from client_device_associator.command.durations import duration, read_duration
from client_device_associator.command.exit_codes import FINE, WRONG
from client_device_associator.command.output import Colour, Output
from client_device_associator.command.shown_device import STATE_NAMES, device_document
from client_device_associator.core.admission.pattern import glob_pattern
from client_device_associator.core.admission.syntax import PatternError
from client_device_associator.core.device import Device
from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.journal.reader import JournalReader
from client_device_associator.journal.selection import Order, Selection, device_pages, longest_name

_NAME, _STATE, _FOR, _NEXT, _TRIES, _LAST = (
    "THING NAME",
    "STATE",
    "FOR",
    "NEXT CALL",
    "TRIES",
    "LAST ERROR",
)
_STATE_WIDTH = max(map(len, STATE_NAMES))
_TIME_WIDTH = len("999 min")
_SHOWN_ERROR = 60
"""Characters; JSON has all of it."""

_COLOURS = {
    DeviceState.PENDING: Colour.WAITING,
    DeviceState.LEAVING: Colour.WAITING,
    DeviceState.ASSOCIATED: Colour.GOOD,
    DeviceState.FAILED: Colour.BAD,
    DeviceState.LEFT: Colour.FAINT,
}


def _add_arguments(arguments: Arguments) -> None:
    arguments.add_argument(
        "globs",
        nargs="*",
        metavar="GLOB",
        type=glob,
        help="shell-style patterns of thing names, in quotes: 'hall-?-*' (default: all)",
    )
    arguments.add_argument(
        "--state",
        action="append",
        choices=list(STATE_NAMES),
        default=[],
        help="only devices in this state; may be given several times",
    )
    arguments.add_argument(
        "--older-than",
        metavar="TIME",
        type=_duration,
        help="only devices in their state for longer than 90s, 15min, 2h, 3d, 1w",
    )
    arguments.add_argument(
        "--sort",
        choices=[order.name.lower() for order in Order],
        default=Order.NAME.name.lower(),
        help="what to sort by (default: name, which begins to print soonest)",
    )


def _run(options: Namespace, context: Context) -> int:
    older = options.older_than
    selection = Selection(
        tuple(STATE_NAMES[name] for name in options.state),
        tuple(options.globs),
        None if older is None else context.now - older,
    )
    order = Order[options.sort.upper()]
    with context.directory().journal() as journal:
        found = 0
        lines = _documents if options.json else _table
        for _ in lines(journal, selection, order, context):
            found += 1
    if found or selection == Selection():
        return FINE
    return WRONG


def _documents(
    journal: JournalReader, selection: Selection, order: Order, context: Context
) -> Iterator[None]:
    """Prints a line of JSON for each device; one item for each."""
    for page in device_pages(journal, selection, order):
        for device in page:
            context.output.json(device_document(device))
            yield


def _table(
    journal: JournalReader, selection: Selection, order: Order, context: Context
) -> Iterator[None]:
    """Prints a line for each device; one item for each."""
    out = context.output
    width = max(longest_name(journal, selection), len(_NAME))
    head = (
        f"{_NAME:{width}}  {_STATE:{_STATE_WIDTH}}  {_FOR:>{_TIME_WIDTH}}"
        f"  {_NEXT:>{len(_NEXT)}}  {_TRIES:>{len(_TRIES)}}  {_LAST}"
    )
    out.line(out.paint(head, Colour.STRONG))
    for page in device_pages(journal, selection, order):
        for device in page:
            out.line(_row(device, width, context.now, out))
            yield


def _row(device: Device, width: int, now: float, out: Output) -> str:
    state = out.paint(f"{device.state.name.lower():{_STATE_WIDTH}}", _COLOURS[device.state])
    last = f"{device.code}: {device.message}" if device.code else ""
    if len(last) > _SHOWN_ERROR:
        last = f"{last[: _SHOWN_ERROR - 1]}…"
    row = (
        f"{out.plain(device.thing_name):{width}}  {state}"
        f"  {duration(now - device.since):>{_TIME_WIDTH}}"
        f"  {_next_call(device, now):>{len(_NEXT)}}"
        f"  {device.attempts or '':>{len(_TRIES)}}  {out.plain(last)}"
    )
    return row.rstrip()


def _next_call(device: Device, now: float) -> str:
    if device.state not in QUEUED:
        return ""
    return "now" if device.due_at <= now else f"in {duration(device.due_at - now)}"


def glob(text: str) -> str:
    """A shell-style pattern, as the rules of admission have it; raises ArgumentTypeError."""
    try:
        glob_pattern(text, "")
    except PatternError as error:
        raise ArgumentTypeError(f"{text!r}: expected {error}") from error
    return text


def _duration(text: str) -> float:
    try:
        return read_duration(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


DEVICES = Command("devices", "list client devices with their states", _add_arguments, _run)
