"""`doctor`: checks what can be checked on the core device, and says what to do."""

from argparse import Namespace
from collections.abc import Mapping

from client_device_associator.command.arguments import Arguments
from client_device_associator.command.command import Command, Context
from client_device_associator.command.doctor.finding import Finding, Health
from client_device_associator.command.exit_codes import FINE, WRONG
from client_device_associator.command.output import Colour, Output

_MARKS: Mapping[Health, tuple[str, Colour]] = {
    Health.OK: ("ok   ", Colour.GOOD),
    Health.WRONG: ("WRONG", Colour.BAD),
    Health.UNKNOWN: ("?    ", Colour.FAINT),
}
_WIDTH = len("calls (disassociating)")


def _add_arguments(arguments: Arguments) -> None:
    arguments.epilog = (
        "It changes nothing. It asks token exchange for credentials, connects to AWS IoT"
        " Greengrass, and has the running component make a call or two there that change nothing,"
        " to see what the role allows. The exit code is 1 if something is wrong."
    )


def _run(options: Namespace, context: Context) -> int:
    # It brings Python's HTTP and TLS, several MB that the other commands do not need.
    from client_device_associator.command.doctor.examination import findings  # noqa: PLC0415

    directory = context.directory()
    is_wrong = False
    for found in findings(directory, context.now):
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


def _print(found: Finding, out: Output) -> None:
    mark, colour = _MARKS[found.health]
    text = f"{out.plain(found.what):{_WIDTH}}  {out.plain(found.text)}"
    out.line(f"{out.paint(mark, colour)}  {text}")
    if found.remedy:
        out.line(f"       {'':{_WIDTH}}  -> {out.plain(found.remedy)}")


DOCTOR = Command(
    "doctor", "check what can be checked here, and say what to do", _add_arguments, _run
)
