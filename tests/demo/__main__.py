"""`python -m demo`: arguments, signals, exit code.

Exit codes: 0 if every number is what it must be, 1 if not, 128 and the signal's number if
interrupted.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from rich.console import Console

from demo import stage, summary
from demo.live import progress_on
from demo.progress import Progress
from demo.scenario import Scenario
from greengrass_sandbox import (
    CLASSIC,
    LITE,
    CoreDevice,
    DeploymentFailedError,
    Profile,
    RootInUseError,
)
from integration.associator import NAME

_PROFILES = {profile.name: profile for profile in (CLASSIC, LITE)}
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SIGNAL_EXIT_CODE = 128


class _Interrupted(KeyboardInterrupt):
    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the demo; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="demo", description="250 client devices announce to the component on a sandbox core."
    )
    parser.add_argument(
        "--profile", choices=sorted(_PROFILES), default=CLASSIC.name, help="which nucleus to be"
    )
    options = parser.parse_args(arguments)
    console = Console()
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    try:
        with progress_on(console) as progress:
            scenario = _play(_PROFILES[options.profile], progress)
        outcome = scenario.outcome()
        log = os.path.relpath(stage.LAYOUT.log(NAME))
        summary.tell(console, outcome, seconds=progress.seconds, log=log)
    except _Interrupted as interrupted:
        sys.stderr.write("demo: interrupted; everything has been stopped\n")
        return _SIGNAL_EXIT_CODE + interrupted.number
    except (stage.DemoError, DeploymentFailedError, RootInUseError, OSError) as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    return 1 if summary.wrong(outcome) else 0


def _play(profile: Profile, progress: Progress) -> Scenario:
    with progress.stage("build the component"):
        stage.build()
    core = CoreDevice(stage.ROOT, profile=profile)
    with progress.stage(f"start a core device with the {profile.name} nucleus"):
        core.start()
    try:
        stage.clear_away()
        first_time = "" if stage.is_installed() else " (first time: downloads)"
        with progress.stage(f"install and start the component{first_time}"):
            component = stage.deploy(core)
        scenario = Scenario(core, component, progress)
        scenario.play()
    finally:
        # A second Ctrl-C must not keep the first from ending every process.
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        with progress.stage("stop everything"):
            core.stop()
    return scenario


def _interrupt(number: int, _frame: FrameType | None) -> None:
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise _Interrupted(number)


if __name__ == "__main__":
    sys.exit(main())
