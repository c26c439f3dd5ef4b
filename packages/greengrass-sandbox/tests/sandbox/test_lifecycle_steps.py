"""The steps besides install and run: bootstrap, startup, shutdown."""

import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from greengrass_sandbox import ComponentState, CoreDevice, DeploymentFailedError
from greengrass_sandbox.kinds import CLASSIC
from greengrass_sandbox.profile import Profile
from sandbox.lifecycle_support import BOTH, Project

LONG = 60.0
NOTE = 'echo {} >> "{{work:path}}/steps"'


def note(step: str) -> str:
    """A script that notes that it ran."""
    return NOTE.format(step)


@pytest.fixture
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CoreDevice]:
    """A core device of the profile that the test names, or classic."""
    profile: Profile = getattr(request, "param", CLASSIC)
    with CoreDevice(tmp_path / "core", profile=profile) as device:
        yield device


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A component to write."""
    return Project(tmp_path)


def steps(core: CoreDevice) -> list[str]:
    """Those that were run, in order."""
    (noted,) = core.layout.root.rglob("steps")
    return noted.read_text().split()


@BOTH
def test_startup_comes_in_place_of_run(core: CoreDevice, project: Project) -> None:
    """What it leaves behind goes on, and ends when the component is stopped."""
    # Startup goes on when what it leaves behind is ready to be told.
    told = f"trap '{note('told')}; exit' TERM; echo > ready; sleep 600 & wait"
    daemon = f'mkfifo ready; ({told}) & echo $! > "{{work:path}}/pid"; cat ready'
    scripts = {"bootstrap": note("bootstrap"), "startup": f"{note('startup')}; {daemon}"}
    scripts |= {"shutdown": note("shutdown")}
    project.write(install=note("install"), run=note("run"), others=scripts)
    component = core.deploy(project.recipe, project.artifacts)
    component.wait_for(lambda it: it.pid is None, what="the end of startup")
    assert component.state == ComponentState.RUNNING
    assert steps(core) == ["bootstrap", "install", "startup"]
    (pid,) = core.layout.root.rglob("pid")
    alive = os.pidfd_open(int(pid.read_text()))
    assert not select.select([alive], [], [], 0)[0]
    core.call(core.components.stop_all)
    assert select.select([alive], [], [], LONG)[0]
    os.close(alive)
    assert component.snapshot.state is ComponentState.STOPPED
    # Nucleus lite knows no shutdown, and its systemd tells all processes of the component.
    assert steps(core)[3:] == (["shutdown"] if core.profile is CLASSIC else ["told"])


def test_startup_that_fails_is_repeated_until_broken(core: CoreDevice, project: Project) -> None:
    """As run is; what was started is shut down once."""
    failing = f"{note('startup')}; exit 3"
    project.write(others={"startup": failing, "shutdown": note("shutdown")})
    component = core.deploy(project.recipe, project.artifacts)
    component.wait_for(lambda it: it.state == ComponentState.BROKEN, what="its end")
    assert ComponentState.RUNNING not in component.snapshot.history
    core.call(core.components.stop_all)
    assert steps(core) == ["startup"] * 3 + ["shutdown"]


def test_bootstrap_is_for_a_new_version(core: CoreDevice, project: Project) -> None:
    """It may ask for a restart of the nucleus, which the sandbox only notes."""
    project.write(run="sleep 600", others={"bootstrap": f"{note('bootstrap')}; exit 100"})
    core.deploy(project.recipe, project.artifacts)
    core.deploy(project.recipe, project.artifacts, {"number": 6})
    assert steps(core) == ["bootstrap"]
    project.write(run="sleep 600", others={"bootstrap": note("again")}, version="1.0.1")
    component = core.deploy(project.recipe, project.artifacts)
    assert steps(core) == ["bootstrap", "again"]
    assert "asks for a restart of the nucleus" in component.log_path.read_text()


@pytest.mark.parametrize("script", ["exit 1", "sleep 600"])
def test_bootstrap_that_fails_fails_the_deployment(
    core: CoreDevice, project: Project, script: str
) -> None:
    """It is not repeated, whether it says so or takes too long."""
    project.write(others={"bootstrap": f"{note('bootstrap')}; {script}"}, timeout=1)
    with pytest.raises(DeploymentFailedError, match="bootstrap exited with"):
        core.deploy(project.recipe, project.artifacts)
    assert steps(core) == ["bootstrap"]


def test_a_component_that_ends_is_shut_down(core: CoreDevice, project: Project) -> None:
    """Before it counts as FINISHED; and not once more when the nucleus stops."""
    project.write(run=note("run"), others={"shutdown": note("shutdown")})
    component = core.deploy(project.recipe, project.artifacts)
    component.wait_for(lambda it: it.state == ComponentState.FINISHED, what="its end")
    core.call(core.components.stop_all)
    assert steps(core) == ["run", "shutdown"]
