"""`doctor`: checks what can be checked on the core device, and says what to do."""

from argparse import Namespace
from collections.abc import Iterator, Mapping

from client_device_associator.command.arguments import Arguments
from client_device_associator.command.command import Command, Context
from client_device_associator.command.component_state import Running, readable_state
from client_device_associator.command.doctor.component_checks import (
    check_calls,
    check_component,
    check_nucleus,
    check_roster,
    check_settings,
)
from client_device_associator.command.doctor.finding import Finding, Health, ok, unknown
from client_device_associator.command.doctor.journal_checks import check_journal
from client_device_associator.command.doctor.machine_checks import check_clock, check_disk
from client_device_associator.command.doctor.offline_checks import check_offline
from client_device_associator.command.doctor.surroundings import environment_of
from client_device_associator.command.exit_codes import FINE, WRONG
from client_device_associator.command.output import Colour, Output
from client_device_associator.command.work_directory import WorkDirectory

_MARKS: Mapping[Health, tuple[str, Colour]] = {
    Health.OK: ("ok   ", Colour.GOOD),
    Health.WRONG: ("WRONG", Colour.BAD),
    Health.UNKNOWN: ("?    ", Colour.FAINT),
}
_WIDTH = len("calls (disassociating)")
_BESIDE_STATE = "only while the component runs, as root or as its user"


def _add_arguments(arguments: Arguments) -> None:
    arguments.epilog = (
        "It changes nothing. It asks token exchange for credentials and connects to AWS IoT"
        " Greengrass, and calls nothing there. The exit code is 1 if something is wrong."
    )


def _run(options: Namespace, context: Context) -> int:
    directory = context.directory()
    is_wrong = False
    for found in _findings(directory, context.now):
        is_wrong |= found.health is Health.WRONG
        if options.json:
            context.output.json(
                {
                    "what": found.what,
                    "health": found.health.value,
                    "text": found.text,
                    **({"remedy": found.remedy} if found.remedy else {}),
                }
            )
        else:
            _print(found, context.output)
    return WRONG if is_wrong else FINE


def _findings(directory: WorkDirectory, now: float) -> Iterator[Finding]:
    state = readable_state(directory)
    running = state.running
    environment = None
    if running is Running.YES:
        environment = environment_of(state.section("process").number("pid"))
    # It brings Python's HTTP and TLS, several MB that the other commands do not need.
    from client_device_associator.command.doctor.network_checks import (  # noqa: PLC0415
        check_endpoint,
        check_token_exchange,
    )

    yield from check_component(state, running)
    yield from check_disk(directory.path)
    yield from check_clock(now, directory.path.glob("*"))
    yield from check_journal(directory, now)
    if running is Running.YES:
        region = (environment or {}).get("AWS_REGION", "")
        yield from check_nucleus(state)
        yield from check_settings(state)
        yield from check_calls(state, region)
        yield from check_roster(state, region)
    if environment is None:
        yield unknown("nucleus", f"its version and token exchange are seen {_BESIDE_STATE}")
    else:
        version = environment.get("GGC_VERSION") or "not said"
        yield ok("nucleus", f"version {version}")
        yield from check_token_exchange(environment, now)
        yield from check_endpoint(environment)
    yield from check_offline()


def _print(found: Finding, out: Output) -> None:
    mark, colour = _MARKS[found.health]
    text = f"{out.plain(found.what):{_WIDTH}}  {out.plain(found.text)}"
    out.line(f"{out.paint(mark, colour)}  {text}")
    if found.remedy:
        out.line(f"       {'':{_WIDTH}}  -> {out.plain(found.remedy)}")


DOCTOR = Command(
    "doctor", "check what can be checked here, and say what to do", _add_arguments, _run
)
