"""Supervision of real processes: restarts, giving up, stopping, environment and log."""

import asyncio
import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from greengrass_sandbox import ComponentHandle, ComponentState, CoreDevice
from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.lifecycle.log import ComponentLog
from greengrass_sandbox.lifecycle.process import ComponentProcess
from greengrass_sandbox.lifecycle.states import StateRecord
from greengrass_sandbox.lifecycle.steps import Launch, StepPlan, Steps
from greengrass_sandbox.lifecycle.supervisor import Supervisor
from greengrass_sandbox.profile import Profile

BOTH = pytest.mark.parametrize("core", [CLASSIC, LITE], ids=["classic", "lite"], indirect=True)


@pytest.fixture
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CoreDevice]:
    """A core device of the profile that the test names, or classic."""
    profile: Profile = getattr(request, "param", CLASSIC)
    with CoreDevice(tmp_path / "core", profile=profile) as device:
        yield device


class Pipe:
    """A named pipe on which a component tells the test something, and the test waits for it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "told"
        os.mkfifo(self.path)

    def read(self) -> str:
        """Wait for what somebody writes until it closes the pipe."""
        return self.path.read_text().strip()


class Watched:
    """A process whose end can be awaited though it is no child of ours."""

    def __init__(self, pid: int) -> None:
        self._descriptor = os.pidfd_open(pid)

    def has_ended(self, timeout: float) -> bool:
        """Wait for its end, at most so many seconds."""
        readable, _, _ = select.select([self._descriptor], [], [], timeout)
        return bool(readable)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._descriptor)


@pytest.fixture
def watch_process() -> Iterator[Callable[[int], Watched]]:
    """Makes processes watched, and lets go of them at the end."""
    with ExitStack() as stack:

        def watched(pid: int) -> Watched:
            return stack.enter_context(closing(Watched(pid)))

        yield watched


WatchProcess = Callable[[int], Watched]
LONG = 60.0


@pytest.fixture
def told(tmp_path: Path) -> Pipe:
    """A pipe whose path components get as $TOLD."""
    return Pipe(tmp_path)


def run(core: CoreDevice, script: str, **environment: str) -> ComponentHandle:
    """Run a shell script as a component."""
    return core.run("demo", {}, ["/bin/sh", "-c", script], environment=environment)


@BOTH
def test_exit_0_is_finished(core: CoreDevice) -> None:
    """It is never started again."""
    handle = run(core, "echo done")
    handle.wait_for_state(ComponentState.FINISHED)
    assert (handle.exit_codes, handle.restarts, handle.pid) == ([0], 0, None)


@BOTH
def test_third_failure_is_broken(core: CoreDevice) -> None:
    """Two restarts, all with the SVCUID that the component has with this nucleus."""
    handle = run(core, "echo uid=$SVCUID; exit 7")
    handle.wait_for_state("BROKEN")
    assert (handle.exit_codes, handle.restarts) == ([7, 7, 7], 2)
    lines = [line for line in handle.log_path.read_text().splitlines() if "uid=" in line]
    assert [line.partition("uid=")[2] for line in lines] == [core.environment("demo")["SVCUID"]] * 3


@BOTH
def test_killed_component_is_started_again(core: CoreDevice, told: Pipe) -> None:
    """A process that dies is a failure like any other."""
    handle = run(core, 'echo $$ >"$TOLD"; exec sleep 600', TOLD=str(told.path))
    first = told.read()
    handle.kill()
    second = told.read()
    handle.wait_for_state(ComponentState.RUNNING)
    assert first != second
    assert str(handle.pid) == second
    assert handle.exit_codes == [-signal.SIGKILL]
    assert handle.restarts == 1


def test_stop_lets_a_component_end_by_itself(core: CoreDevice, told: Pipe) -> None:
    """SIGTERM comes first, and what is written until the end is in the log."""
    handle = run(
        core,
        'trap "echo goodbye; exit 0" TERM; echo up >"$TOLD"; while :; do sleep 600 & wait; done',
        TOLD=str(told.path),
    )
    told.read()
    handle.stop()
    assert handle.state is ComponentState.STOPPED
    assert handle.exit_codes == [0]
    assert "[INFO] demo: stdout. goodbye" in handle.log_path.read_text()
    handle.stop()


@BOTH
def test_stopping_the_core_stops_its_components(
    core: CoreDevice, told: Pipe, watch_process: WatchProcess
) -> None:
    """With all their children."""
    handle = run(core, 'sleep 600 & echo $! >"$TOLD"; wait', TOLD=str(told.path))
    child = watch_process(int(told.read()))
    assert handle.pid is not None
    component = watch_process(handle.pid)
    core.call(core.components.stop_all)
    assert handle.state is ComponentState.STOPPED
    assert component.has_ended(0)
    assert child.has_ended(LONG)


def test_lite_kills_what_a_dead_component_leaves_behind(
    tmp_path: Path, told: Pipe, watch_process: WatchProcess
) -> None:
    """The nucleus is systemd there, which empties the control group."""
    with CoreDevice(tmp_path / "core", profile=LITE) as core:
        handle = run(core, 'sleep 600 & echo $! >"$TOLD"; wait', TOLD=str(told.path))
        child = watch_process(int(told.read()))
        handle.kill()
        assert child.has_ended(LONG)


def test_classic_leaves_orphans_until_the_end(
    tmp_path: Path, told: Pipe, watch_process: WatchProcess
) -> None:
    """It does not know of them; the sandbox does, and leaves nothing behind."""
    with CoreDevice(tmp_path / "core") as core:
        handle = run(core, 'sleep 600 & echo $! >"$TOLD"; wait', TOLD=str(told.path))
        orphan = watch_process(int(told.read()))
        handle.kill()
        told.read()
        assert not orphan.has_ended(0)
    assert orphan.has_ended(LONG)


@BOTH
def test_output_is_info_and_errors_are_warnings(core: CoreDevice) -> None:
    """A last line without its end is a line too."""
    handle = run(core, "echo out; echo err >&2; printf 'no end \\377'")
    handle.wait_for_state("FINISHED")
    text = handle.log_path.read_text()
    assert handle.log_path == core.layout.root / "logs" / "demo.log"
    assert "[INFO] demo: stdout. out\n" in text
    assert "[WARN] demo: stderr. err\n" in text
    assert "[INFO] demo: stdout. no end �\n" in text


@BOTH
def test_runs_in_its_work_directory(core: CoreDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the nucleus's environment, and not the developer's."""
    monkeypatch.setenv("AWS_PROFILE", "developer")
    handle = run(
        core, 'pwd; echo "thing=$AWS_IOT_THING_NAME profile=$AWS_PROFILE ggc=$GGC_VERSION"'
    )
    handle.wait_for_state("FINISHED")
    text = handle.log_path.read_text()
    assert f"stdout. {core.layout.root}/work/demo\n" in text
    assert f"thing=sandbox-core profile= ggc={core.profile.nucleus_version}" in text


def test_token_exchange_is_for_those_who_depend_on_it(core: CoreDevice) -> None:
    """Others get neither address nor token."""
    script = 'echo "at <$AWS_CONTAINER_CREDENTIALS_FULL_URI$AWS_CONTAINER_AUTHORIZATION_TOKEN>"'
    handle = core.run("other", {}, ["sh", "-c", script], depends_on_token_exchange=False)
    handle.wait_for_state("FINISHED")
    assert "at <>" in handle.log_path.read_text()
    granted = core.environment("demo")
    assert granted["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == core.token_exchange.url


def test_command_that_is_not_there_breaks_the_component(core: CoreDevice) -> None:
    """And its log says so."""
    handle = core.run("demo", {}, ["/no/such/program"])
    handle.wait_for_state("BROKEN")
    assert "cannot run /no/such/program" in handle.log_tail()


def test_waiting_in_vain_tells_the_state_and_the_log(core: CoreDevice) -> None:
    """A failing test should not need a debugger."""
    handle = run(core, "echo something; exit 0")
    handle.wait_for_state("FINISHED")
    with pytest.raises(TimeoutError, match=r"(?s)demo: state BROKEN.*it is FINISHED.*something"):
        handle.wait_for_state("BROKEN", timeout=0.01)


def test_running_again_replaces_the_component(core: CoreDevice, told: Pipe) -> None:
    """There is one component of a name."""
    first = run(core, 'echo up >"$TOLD"; exec sleep 600', TOLD=str(told.path))
    told.read()
    second = run(core, "exit 0")
    second.wait_for_state("FINISHED")
    assert first.state is ComponentState.STOPPED


def test_sigkill_follows_when_sigterm_is_ignored(tmp_path: Path, told: Pipe) -> None:
    """The grace is a parameter here, so that the test need not wait five seconds."""

    async def scenario() -> int:
        log = ComponentLog(tmp_path / "log", "demo")
        process = await ComponentProcess.start(
            ["sh", "-c", 'trap "" TERM; echo up >"$TOLD"; while :; do sleep 600; done'],
            directory=tmp_path,
            environment={"PATH": os.environ["PATH"], "TOLD": str(told.path)},
            log=log,
        )
        await asyncio.to_thread(told.read)
        code = await process.stop(grace_seconds=0.2)
        log.close()
        return code

    assert asyncio.run(scenario()) == -signal.SIGKILL


@pytest.mark.parametrize("turns", range(8))
def test_stop_in_the_middle_of_a_start_leaves_nothing(tmp_path: Path, turns: int) -> None:
    """Wherever the start is when it is cancelled: each turn of the loop takes it one step on."""
    lifeline = tmp_path / "lifeline"
    os.mkfifo(lifeline)
    reader = os.open(lifeline, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(lifeline, os.O_WRONLY)
    script = f'exec 9>"{lifeline}"; sleep 600 & wait'

    async def scenario() -> None:
        supervisor = Supervisor(
            "demo",
            steps=Steps(run=StepPlan(lambda: Launch(["/bin/sh", "-c", script], {}))),
            directory=tmp_path,
            log=ComponentLog(tmp_path / "log", "demo"),
            conduct=CLASSIC.conduct,
            record=StateRecord(),
        )
        supervisor.begin()
        for _ in range(turns):
            await asyncio.sleep(0)
        await supervisor.stop()

    try:
        asyncio.run(scenario())
        os.close(writer)
        # The pipe has its end when the last of those is gone who hold it open.
        assert select.select([reader], [], [], LONG)[0]
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)
