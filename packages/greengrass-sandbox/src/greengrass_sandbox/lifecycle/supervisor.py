"""Supervision of one component: install it, run it, start it again, give it up, stop it."""

import asyncio
import contextlib
import dataclasses
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from greengrass_sandbox.lifecycle.conduct import Conduct
from greengrass_sandbox.lifecycle.log import ComponentLog
from greengrass_sandbox.lifecycle.process import ComponentProcess
from greengrass_sandbox.lifecycle.restart import RestartRules, Verdict
from greengrass_sandbox.lifecycle.states import FINAL_STATES, ComponentState, StateRecord
from greengrass_sandbox.lifecycle.steps import CANNOT_BE_RUN, StepPlan, Steps, run_apart

_ASKS_FOR_RESTART = {100: "the nucleus", 101: "the device"}
"""Exit codes of a bootstrap step, and what both nuclei start again then (developer guide,
"Component recipe reference")."""
_REPORTED_ERROR, _REPORTED_RUNNING = "ERRORED", "RUNNING"
_HAS_FAILED = -1
"""Stands for an exit code of 0 if the component has reported that it failed."""


class Supervisor:
    """Runs a component's steps on the running loop, as the nucleus of its profile would.

    Args:
        component: The component's name.
        steps: Those that it has.
        directory: Its work directory.
        log: Its log; closed with `stop`.
        conduct: How the nucleus treats its components.
        record: Where every change of state is told.
        delay_seconds: To wait before the install step.
        make_room: Awaited after the install step and before the first start, if there is any.
    """

    def __init__(
        self,
        component: str,
        *,
        steps: Steps,
        directory: Path,
        log: ComponentLog,
        conduct: Conduct,
        record: StateRecord,
        delay_seconds: float = 0.0,
        make_room: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.component = component
        self._steps = steps
        self._is_up = False
        self._directory = directory
        self._log = log
        self._conduct = conduct
        self._record = record
        self._delay_seconds = delay_seconds
        self._make_room = make_room
        self._error_reported = False
        self._reactions: set[asyncio.Task[int]] = set()
        self._process: ComponentProcess | None = None
        self._starting: asyncio.Task[ComponentProcess] | None = None
        self._left_behind: list[ComponentProcess] = []
        self._task: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start supervising. Call it once, on the loop."""
        self._task = asyncio.get_running_loop().create_task(
            self._supervise(), name=f"supervise {self.component}"
        )

    async def stop(self) -> None:
        """Stop the component for good: SIGTERM, then SIGKILL. Safe to call twice, and at once."""
        if self._stopping is None:
            self._stopping = asyncio.get_running_loop().create_task(self._stop())
        # Who is cancelled while waiting leaves the rest to those who wait as well.
        await asyncio.shield(self._stopping)

    async def _stop(self) -> None:
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._shut_down()
        if self._starting is not None and self._process is None:
            with contextlib.suppress(OSError):
                self._process = await self._starting
        if self._process is not None:
            self._exited(await self._process.stop(self._conduct.stop_grace_seconds))
        for process in self._left_behind:
            if process.has_survivors and self._conduct.kills_what_a_step_leaves_behind:
                await process.stop(self._conduct.stop_grace_seconds)
            elif process.has_survivors:
                process.sweep()
        if self._record.snapshot.state not in FINAL_STATES:
            self._enter(ComponentState.STOPPED)
        self._log.close()

    def reported(self, state: str) -> None:
        """The component says what its state is: an error may have it started again."""
        process = self._process
        starting = self._record.snapshot.state is ComponentState.STARTING
        if state == _REPORTED_RUNNING and starting and self._steps.startup is not None:
            self._enter(ComponentState.RUNNING)
        if self._conduct.restarts_errored and state == _REPORTED_ERROR and process is not None:
            self._log.write("WARN", "lifecycle", "the component reported ERRORED")
            self._error_reported = True
            reaction = asyncio.get_running_loop().create_task(
                process.stop(self._conduct.stop_grace_seconds)
            )
            self._reactions.add(reaction)
            reaction.add_done_callback(self._reactions.discard)

    def remark(self, text: str) -> None:
        """Write a warning to the component's log."""
        self._log.write("WARN", "lifecycle", text)

    def kill(self) -> None:
        """Send SIGKILL to the component's process alone, as a kernel short of memory does."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def _supervise(self) -> None:
        try:
            await asyncio.sleep(self._delay_seconds)
            if not await self._bootstrapped():
                return
            install, main = self._steps.install, self._steps.main
            if install is not None and not await self._until_success(install):
                return
            self._enter(ComponentState.INSTALLED)
            if self._make_room is not None:
                await self._make_room()
            if main is not None and not await self._until_success(main):
                return
            if self._steps.startup is None:
                await self._shut_down()
                self._enter(ComponentState.FINISHED)
            elif self._record.snapshot.state is not ComponentState.RUNNING:
                self._enter(ComponentState.RUNNING)
        except Exception as error:
            # Whatever it is, those who wait for the component must learn that nothing more comes.
            self._log.write("ERROR", "lifecycle", f"the sandbox failed: {error!r}")
            self._enter(ComponentState.BROKEN)
            raise

    async def _bootstrapped(self) -> bool:
        """Run the bootstrap step, if there is one; False if it failed: it is not repeated."""
        step = self._steps.bootstrap
        if step is None:
            return True
        grace = self._conduct.stop_grace_seconds
        code = await run_apart(step, "bootstrap", self._directory, self._log, grace)
        if code in _ASKS_FOR_RESTART:
            self.remark(f"bootstrap asks for a restart of {_ASKS_FOR_RESTART[code]}: not done here")
        elif code != 0:
            self._enter(ComponentState.BROKEN)
            return False
        return True

    async def _shut_down(self) -> None:
        """Run the shutdown step of a component that was started, where the nucleus knows it."""
        step, was_up = self._steps.shutdown, self._is_up
        self._is_up = False
        if step is not None and was_up and self._conduct.runs_shutdown:
            grace = self._conduct.stop_grace_seconds
            await run_apart(step, "shutdown", self._directory, self._log, grace)

    async def _until_success(self, step: StepPlan) -> bool:
        """Run a step, again when it fails; False if the nucleus gives it up."""
        rules = self._conduct.restart_rules()
        first = True
        while True:
            rules.started(self._now())
            if step is self._steps.main:
                self._is_up = True
                self._enter(ComponentState.STARTING, restarted=not first)
            code = await self._once(step)
            if code == 0:
                return True
            if not self._may_restart(rules):
                return False
            await asyncio.sleep(rules.delay_seconds)
            first = False

    def _may_restart(self, rules: RestartRules) -> bool:
        self._enter(ComponentState.ERRORED)
        if rules.failed(self._now()) is Verdict.RESTART:
            return True
        self._log.write("ERROR", "lifecycle", "failed too often: BROKEN until the next deployment")
        self._enter(ComponentState.BROKEN)
        return False

    async def _once(self, step: StepPlan) -> int:
        launch = step.prepare()
        for warning in launch.warnings:
            self._log.write("WARN", "lifecycle", warning)
        # A start cancelled halfway would leave a process of which nobody knows: stop waits for it.
        self._starting = asyncio.get_running_loop().create_task(
            ComponentProcess.start(
                launch.command,
                directory=self._directory,
                environment=launch.environment,
                log=self._log,
                user=launch.user,
            )
        )
        try:
            process = await asyncio.shield(self._starting)
        except OSError as error:
            self._starting = None
            self._log.write("ERROR", "lifecycle", f"cannot run {launch.command[0]}: {error}")
            return CANNOT_BE_RUN
        self._process = process
        self._record.replace(dataclasses.replace(self._record.snapshot, pid=process.pid))
        if step is self._steps.run and step is self._steps.main:
            self._enter(ComponentState.RUNNING)
        try:
            code = await asyncio.wait_for(process.wait(), step.timeout_seconds)
        except asyncio.TimeoutError:
            self._log.write("ERROR", "lifecycle", f"timed out after {step.timeout_seconds:g} s")
            # A program that obeys SIGTERM may exit with 0, but its step has failed all the same.
            code = await process.stop(self._conduct.stop_grace_seconds) or -signal.SIGTERM
        self._exited(code, lives_on=step is self._steps.startup and code == 0)
        if self._error_reported:
            self._error_reported = False
            return code or _HAS_FAILED
        return code

    def _exited(self, code: int, *, lives_on: bool = False) -> None:
        process, self._process, self._starting = self._process, None, None
        if process is not None:
            if self._conduct.kills_what_a_step_leaves_behind and not lives_on:
                process.sweep()
            elif process.has_survivors:
                self._left_behind.append(process)
        self._log.write("INFO", "lifecycle", f"exited with {code}")
        snapshot = self._record.snapshot
        codes = snapshot.exit_codes
        if snapshot.state is ComponentState.RUNNING:
            codes = (*codes, code)
        self._record.replace(dataclasses.replace(snapshot, pid=None, exit_codes=codes))

    def _enter(self, state: ComponentState, *, restarted: bool = False) -> None:
        snapshot = self._record.snapshot
        self._log.write("INFO", "lifecycle", f"state {state}")
        self._record.replace(
            dataclasses.replace(
                snapshot,
                history=(*snapshot.history, state),
                restarts=snapshot.restarts + int(restarted),
            )
        )

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
