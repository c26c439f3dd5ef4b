"""`python -m contract_probe`: arguments, signals, exit codes.

Exit codes: 0 all was asked, 1 not all was asked (the findings say why), 2 the arguments make no
sense, 3 something is left in the account, 128 and the signal's number if a signal came.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import FrameType

from contract_probe.belongings import COUNT
from contract_probe.calls import NoAnswerError
from contract_probe.run import COMPLETE, MAX_CALLS, Probe

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_INCOMPLETE, _LEFT_BEHIND, _SIGNAL_EXIT_CODE = 1, 3, 128

_PLAN = """\
In the account of these credentials, {count} things whose names begin with {first} would be made,
associated with the core device {core}, and removed again, with at most {calls} calls. The client
devices that it has already are left alone. Say --yes if that is meant.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Asks the service; returns the exit code."""
    options = _parser().parse_args(arguments)
    with closing(Probe(options.core, options.region, run_id=options.clean)) as probe:
        return _carry_out(probe, options)


def _carry_out(probe: Probe, options: argparse.Namespace) -> int:
    if options.clean is not None:
        return _clean(probe)
    if not options.yes:
        first = probe.own.names[0].rpartition("-")[0]
        text = _PLAN.format(count=COUNT, first=first, core=options.core, calls=MAX_CALLS)
        sys.stdout.write(text)
        return 0
    try:
        refusal = probe.check_access()
    except NoAnswerError as error:
        refusal = str(error)
    if refusal is not None:
        sys.stderr.write(
            f"the list of {options.core} cannot be read, nothing was done: {refusal}\n"
        )
        return _INCOMPLETE
    return _run(probe, options.output)


def _run(probe: Probe, output: Path) -> int:
    received: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        probe.calls.stop.set()

    for number in _SIGNALS:
        signal.signal(number, stop)
    outcome = probe.ask_everything(output, _say)
    _say(f"{probe.calls.made} calls; the findings are in {output} ({outcome.ended})")
    if outcome.left_behind is not None:
        sys.stderr.write(f"{outcome.left_behind}\n")
        return _LEFT_BEHIND
    if received:
        return _SIGNAL_EXIT_CODE + received[0]
    return 0 if outcome.ended == COMPLETE else _INCOMPLETE


def _clean(probe: Probe) -> int:
    left = probe.clean()
    if left is not None:
        sys.stderr.write(f"{left}\n")
        return _LEFT_BEHIND
    _say(f"nothing of the run {probe.own.run} is left")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m contract_probe",
        description="Asks AWS IoT Greengrass what nobody documents about associations.",
    )
    parser.add_argument("--core", required=True, help="thing name of a core device")
    parser.add_argument("--region", help="AWS region (default: as the SDK is configured)")
    parser.add_argument("--yes", action="store_true", help="do it; without, the plan is printed")
    parser.add_argument(
        "--output", type=Path, default=Path("contract.json"), help="findings (default: %(default)s)"
    )
    parser.add_argument("--clean", metavar="RUN", help="remove what an earlier run has left")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
