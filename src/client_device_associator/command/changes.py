"""`retry`, `forget`, `announce` and `reconcile`: what only the running component can do.

They do not touch the journal: the component is asked, decides, and answers.
"""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Sequence

from client_device_associator.channel.client import (
    ChannelError,
    ChannelVersionError,
    NotAllowedError,
    NotRunningError,
    ask,
)
from client_device_associator.channel.protocol import CarriedOut, Refused, Trouble
from client_device_associator.command.arguments import Arguments
from client_device_associator.command.changed_devices import ChangedDevices
from client_device_associator.command.command import Command, Context
from client_device_associator.command.devices import glob
from client_device_associator.command.durations import duration
from client_device_associator.command.errors import CommandError
from client_device_associator.command.exit_codes import (
    FINE,
    NOT_RUNNING,
    OTHER_VERSION,
    UNREADABLE,
    WRONG,
)
from client_device_associator.command.work_directory import WorkDirectory
from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.core.operator import (
    MAX_NAMES,
    Announce,
    Forget,
    Reconcile,
    Request,
    Retry,
)
from client_device_associator.core.thing_name import is_thing_name, why_not
from client_device_associator.journal.selection import Selection, device_pages
from client_device_associator.messages.encoding import iso

_TO_RETRY = tuple(state for state in DeviceState if state in QUEUED | {DeviceState.FAILED})
"""Whom a pattern means that are to be tried again: for the others there is nothing to do."""

_ANY: tuple[DeviceState, ...] = ()

_EXIT_CODES = {Trouble.OTHER_VERSION: OTHER_VERSION, Trouble.NOT_ALLOWED: UNREADABLE}

MakeRequest = Callable[[tuple[str, ...]], Request]


def _carry_out(directory: WorkDirectory, request: Request) -> CarriedOut:
    """What the running component has done; raises CommandError."""
    try:
        reply = ask(directory.path, request)
    except NotRunningError as error:
        raise CommandError(f"{error}. Only a running component can do this", NOT_RUNNING) from error
    except NotAllowedError as error:
        raise CommandError(str(error), UNREADABLE) from error
    except ChannelVersionError as error:
        raise CommandError(str(error), OTHER_VERSION) from error
    except ChannelError as error:
        raise CommandError(str(error), WRONG) from error
    if isinstance(reply, Refused):
        raise CommandError(reply.message, _EXIT_CODES.get(reply.trouble, WRONG))
    return reply


def _change(
    portions: Iterator[Sequence[str]], make: MakeRequest, options: Namespace, context: Context
) -> int:
    """Has something done with devices, a portion after the other."""
    directory = context.directory()
    shown = ChangedDevices(context.output, as_json=options.json)
    for names in portions:
        reply = _carry_out(directory, make(tuple(names)))
        shown.add(reply.outcomes)
    shown.end()
    return FINE if shown.all_is_well else WRONG


def _portions(
    globs: Sequence[str], states: Sequence[DeviceState], context: Context
) -> Iterator[Sequence[str]]:
    """Names as they were given, and those that the journal has for patterns; each once."""
    names = [one for one in globs if is_thing_name(one)]
    yield from _of(list(dict.fromkeys(names)))
    patterns = tuple(one for one in globs if not is_thing_name(one))
    if not patterns:
        return
    with context.directory().journal() as journal:
        for page in device_pages(journal, Selection(tuple(states), patterns)):
            yield from _of([one.thing_name for one in page if one.thing_name not in names])


def _of(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), MAX_NAMES):
        yield names[start : start + MAX_NAMES]


def _retry(options: Namespace, context: Context) -> int:
    return _change(_portions(options.globs, _TO_RETRY, context), Retry, options, context)


def _forget(options: Namespace, context: Context) -> int:
    return _change(_portions(options.globs, _ANY, context), Forget, options, context)


def _announce(options: Namespace, context: Context) -> int:
    names = list(dict.fromkeys(options.things))
    return _change(_of(names), Announce, options, context)


def _reconcile(options: Namespace, context: Context) -> int:
    list_at = _carry_out(context.directory(), Reconcile()).list_at
    at = context.now if list_at is None else list_at
    if options.json:
        context.output.json({"listAt": iso(at)})
    elif at <= context.now:
        context.output.line("the cloud's list is asked for now")
    else:
        context.output.line(f"the cloud's list is asked for in {duration(at - context.now)}")
    return FINE


def _add_globs(arguments: Arguments) -> None:
    arguments.add_argument(
        "globs",
        nargs="+",
        metavar="THING|GLOB",
        type=glob,
        help="thing names, or shell-style patterns of them in quotes: 'hall-?-*'",
    )


def _add_things(arguments: Arguments) -> None:
    arguments.add_argument(
        "things", nargs="+", metavar="THING", type=_thing_name, help="thing names; no patterns"
    )


def _add_nothing(_: Arguments) -> None:
    """It has none of its own."""


def _thing_name(text: str) -> str:
    if not is_thing_name(text):
        raise ArgumentTypeError(f"{text!r} is no thing name: {why_not(text)}")
    return text


CHANGING = (
    Command("retry", "have devices that wait or have failed tried again now", _add_globs, _retry),
    Command("forget", "have the component forget devices; nothing is called", _add_globs, _forget),
    Command("announce", "announce devices in their place", _add_things, _announce),
    Command("reconcile", "have the cloud's list of devices compared now", _add_nothing, _reconcile),
)
"""They need the running component."""
