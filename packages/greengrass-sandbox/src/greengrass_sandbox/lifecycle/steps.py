"""The steps of a component's lifecycle, as they can be started; and one that runs apart."""

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from greengrass_sandbox.lifecycle.log import ComponentLog
from greengrass_sandbox.lifecycle.process import ComponentProcess

CANNOT_BE_RUN = 127
"""The exit code that a shell gives for a command which is not there."""


@dataclass(frozen=True)
class Launch:
    """A command to start.

    Attributes:
        command: The program and its arguments.
        environment: All of it.
        warnings: What to write to the component's log before.
        user: Who runs it; None: this process's own user.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    warnings: Sequence[str] = ()
    user: str | None = None


@dataclass(frozen=True)
class StepPlan:
    """A step of the lifecycle that can be started again and again.

    Attributes:
        prepare: Makes the command of each start, as everything is at that moment.
        timeout_seconds: After which the step counts as failed; None: never.
    """

    prepare: Callable[[], Launch]
    timeout_seconds: float | None = None


@dataclass(frozen=True)
class Steps:
    """The steps that a component has.

    Attributes:
        bootstrap: Once for each version, before all others.
        install: Before a version starts.
        startup: What starts it and ends; it is RUNNING then. It comes in place of `run`.
        run: What is RUNNING as long as it lasts.
        shutdown: What stops it, before its processes are told to.
    """

    bootstrap: StepPlan | None = None
    install: StepPlan | None = None
    startup: StepPlan | None = None
    run: StepPlan | None = None
    shutdown: StepPlan | None = None

    @property
    def main(self) -> StepPlan | None:
        """The step that makes it RUNNING, if it has one."""
        return self.startup or self.run


async def run_apart(
    step: StepPlan, name: str, directory: Path, log: ComponentLog, grace_seconds: float
) -> int:
    """Run a step to its end, beside what else the component does.

    Args:
        step: What to run.
        name: Of the step, for the log.
        directory: Where it starts.
        log: Where its output goes.
        grace_seconds: From SIGTERM to SIGKILL when its time is over.

    Returns:
        Its exit code, negative for a signal.
    """
    launch = step.prepare()
    for warning in launch.warnings:
        log.write("WARN", "lifecycle", warning)
    try:
        process = await ComponentProcess.start(
            launch.command,
            directory=directory,
            environment=launch.environment,
            log=log,
            user=launch.user,
        )
    except OSError as error:
        log.write("ERROR", "lifecycle", f"cannot run {launch.command[0]}: {error}")
        return CANNOT_BE_RUN
    try:
        code = await asyncio.wait_for(process.wait(), step.timeout_seconds)
    except asyncio.TimeoutError:
        log.write("ERROR", "lifecycle", f"{name} timed out after {step.timeout_seconds:g} s")
        code = await process.stop(grace_seconds) or -signal.SIGTERM
    finally:
        process.sweep()
    log.write("INFO", "lifecycle", f"{name} exited with {code}")
    return code
