"""`status`: whether the component runs, what it reaches, and what waits."""

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence

from client_device_associator import __version__
from client_device_associator.channel.client import (
    ChannelError,
    ChannelVersionError,
    NotAllowedError,
    NotRunningError,
    look,
)
from client_device_associator.command.arguments import Arguments
from client_device_associator.command.changed_settings import changed_settings
from client_device_associator.command.command import Command, Context
from client_device_associator.command.component_state import ComponentState, Running
from client_device_associator.command.errors import CommandError
from client_device_associator.command.exit_codes import (
    FINE,
    NOT_RUNNING,
    OTHER_VERSION,
    UNREADABLE,
    WRONG,
)
from client_device_associator.command.output import Colour, Output
from client_device_associator.command.status_lines import (
    Line,
    configuration_lines,
    journal_lines,
    running_lines,
    state_lines,
)
from client_device_associator.command.work_directory import WorkDirectory
from client_device_associator.errors import JournalError, JournalVersionError
from client_device_associator.journal.overview import Overview, read_overview
from client_device_associator.messages.encoding import iso

_LABEL_WIDTH = len("departures")


def _add_arguments(arguments: Arguments) -> None:
    arguments.epilog = "A line that needs a person begins with an exclamation mark."


def _run(options: Namespace, context: Context) -> int:
    directory = context.directory()
    state = ComponentState(_readable(directory, directory.state) or {})
    configuration = _readable(directory, directory.configuration)
    overview, unreadable = _overview(directory)
    running = state.running
    if running is Running.NEVER and unreadable is not None:
        # Neither has anything to say.
        raise unreadable
    lines = [*running_lines(state, running, context.now)]
    if running is Running.YES:
        state, asked = _as_it_is_now(state, directory)
        lines += [*state_lines(state, context.now), *asked]
    lines += configuration_lines(state, changed_settings(configuration or {}))
    if overview is not None:
        lines += journal_lines(overview, context.now)
    if unreadable is not None:
        lines.append(Line("journal", str(unreadable), is_wrong=True))
    if options.json:
        context.output.json(_document(directory, state, running, overview, lines, configuration))
    else:
        _print(context.output, lines)
    return _exit_code(state, running, unreadable, lines)


def _as_it_is_now(
    kept: ComponentState, directory: WorkDirectory
) -> tuple[ComponentState, Sequence[Line]]:
    """What the running component says of itself; if it does not, what it has written last."""
    why, is_wrong = "", False
    try:
        # The process is no part of what it says.
        return ComponentState({**kept.document, **look(directory.path)}), ()
    except (NotRunningError, NotAllowedError, ChannelVersionError) as error:
        why = str(error)
    except ChannelError as error:
        why, is_wrong = str(error), True
    return kept, [Line("not asked", f"the above is of {kept.text('timestamp')}: {why}", is_wrong)]


def _readable(
    directory: WorkDirectory, read: Callable[[], Mapping[str, object] | None]
) -> Mapping[str, object] | None:
    try:
        return read()
    except OSError as error:
        raise CommandError(
            f"this user may not read {directory.path}: be root, or the component's user ({error})",
            UNREADABLE,
        ) from error


def _overview(directory: WorkDirectory) -> tuple[Overview | None, JournalError | None]:
    """What the journal holds, or why that cannot be said."""
    try:
        with directory.journal() as journal:
            return read_overview(journal), None
    except JournalError as error:
        return None, error


def _exit_code(
    state: ComponentState,
    running: Running,
    unreadable: JournalError | None,
    lines: Sequence[Line],
) -> int:
    if running is not Running.YES:
        return NOT_RUNNING
    if state.text("version") != __version__ or isinstance(unreadable, JournalVersionError):
        return OTHER_VERSION
    if unreadable is not None:
        return UNREADABLE
    return WRONG if any(line.is_wrong for line in lines) else FINE


def _print(output: Output, lines: Sequence[Line]) -> None:
    for line in lines:
        mark = "!" if line.is_wrong else " "
        label = output.paint(f"{line.label:{_LABEL_WIDTH}}", Colour.STRONG)
        text = output.paint(line.text, Colour.BAD) if line.is_wrong else output.plain(line.text)
        output.line(f"{mark} {label}  {text}")


def _document(  # noqa: PLR0917 - one after the other as they are read
    directory: WorkDirectory,
    state: ComponentState,
    running: Running,
    overview: Overview | None,
    lines: Sequence[Line],
    configuration: Mapping[str, object] | None,
) -> Mapping[str, object]:
    return {
        "running": running is Running.YES,
        "workDirectory": str(directory.path.absolute()),
        "commandVersion": __version__,
        "state": state.document or None,
        "journal": _journal_document(overview),
        "changedSettings": changed_settings(configuration or {}),
        "problems": [f"{line.label}: {line.text}" for line in lines if line.is_wrong],
    }


def _journal_document(overview: Overview | None) -> Mapping[str, object] | None:
    if overview is None:
        return None
    moments = {
        "oldestWaitingSince": overview.oldest_waiting,
        "nextDueAt": overview.next_due_at,
        "lastSettledAt": overview.last_settled,
    }
    return {
        "devices": {state.name.lower(): number for state, number in overview.devices.items()},
        **{key: iso(moment) for key, moment in moments.items() if moment is not None},
        "unsentResults": dict(overview.unsent),
    }


STATUS = Command(
    "status",
    "say whether the component runs, what it reaches, and what waits",
    _add_arguments,
    _run,
)
