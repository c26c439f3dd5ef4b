"""Deployments to a component that is there already, on each nucleus."""

import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from greengrass_sandbox import ComponentHandle, ComponentState, CoreDevice
from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.lifecycle import components as lifecycle_components
from greengrass_sandbox.nucleus.errors import DeploymentRejected
from sandbox.lifecycle_support import BOTH, NAME, Project
from sandbox.open_folder import open_folder
from sandbox.waiting import eventually

on_classic = pytest.mark.parametrize("core", [CLASSIC], ids=["classic"], indirect=True)
on_lite = pytest.mark.parametrize("core", [LITE], ids=["lite"], indirect=True)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may run things as other users")
FOR_EVER = "exec sleep 600"
FIRST_ONLY = "test -e again && exec sleep 600; touch again"
"""Ends at once the first time, and runs on the second."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder where every user may go."""
    with open_folder() as path:
        yield path


@pytest.fixture
def core(request: pytest.FixtureRequest, folder: Path) -> Iterator[CoreDevice]:
    """A core device of the profile that the test names."""
    with CoreDevice(folder / "core", profile=request.param) as device:
        yield device


@pytest.fixture
def project(folder: Path) -> Project:
    """An empty project."""
    return Project(folder / "project")


def deploy(
    core: CoreDevice,
    project: Project,
    merge: Mapping[str, Any] | None = None,
    *,
    from_cloud: bool = False,
    posix_user: str | None = None,
) -> ComponentHandle:
    """Deploys the project as it is."""
    return core.deploy(
        project.recipe, project.artifacts, merge, from_cloud=from_cloud, posix_user=posix_user
    )


@BOTH
def test_another_configuration_is_applied_to_the_running_process(
    core: CoreDevice, project: Project
) -> None:
    """A local deployment of what is there already changes values and nothing else."""
    project.write(run=FOR_EVER)
    first = deploy(core, project)
    second = deploy(core, project, merge={"number": 6})
    assert core.call(core.nucleus.configuration, NAME)["number"] == 6
    assert (second.pid, second.restarts) == (first.pid, 0)
    assert first.state is ComponentState.RUNNING


@on_classic
def test_the_cloud_configures_classic_live(core: CoreDevice, project: Project) -> None:
    """Where a deployment comes from makes no difference there."""
    project.write(run=FOR_EVER)
    first = deploy(core, project)
    second = deploy(core, project, merge={"number": 6}, from_cloud=True)
    assert second.pid == first.pid


@on_lite
def test_a_configuration_from_the_cloud_starts_it_again_on_lite(
    core: CoreDevice, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The values are live at once; then install runs beside the old process, which is replaced."""
    monkeypatch.setattr(lifecycle_components, "CLOUD_RESTART_DELAY_SECONDS", 0.01)
    project.write(install="echo installing", run=FOR_EVER)
    first = deploy(core, project)
    second = deploy(core, project, merge={"number": 6}, from_cloud=True)
    assert core.call(core.nucleus.configuration, NAME)["number"] == 6
    assert first.state is ComponentState.STOPPED
    assert second.state is ComponentState.RUNNING
    assert second.log_path.read_text().count("stdout. installing") == 2


@on_lite
def test_lite_installs_beside_the_running_version(core: CoreDevice, project: Project) -> None:
    """The old version runs until the new one is installed."""
    project.write(run=f"echo $$ >pid; {FOR_EVER}")
    old = deploy(core, project)
    eventually((core.layout.work(NAME) / "pid").exists)
    project.write(version="2.0.0", install='kill -0 "$(cat pid)" && echo beside', run=FOR_EVER)
    new = deploy(core, project)
    assert "stdout. beside" in new.log_path.read_text()
    assert old.state is ComponentState.STOPPED
    assert new.state is ComponentState.RUNNING


@on_classic
def test_classic_stops_the_old_version_first(core: CoreDevice, project: Project) -> None:
    """Install never runs beside a running version there."""
    project.write(run=f"echo $$ >pid; {FOR_EVER}")
    deploy(core, project)
    eventually((core.layout.work(NAME) / "pid").exists)
    project.write(version="2.0.0", install='kill -0 "$(cat pid)" || echo alone', run=FOR_EVER)
    new = deploy(core, project)
    assert "stdout. alone" in new.log_path.read_text()


@on_classic
def test_another_deployment_starts_what_has_ended(core: CoreDevice, project: Project) -> None:
    """A FINISHED component runs again, though the deployment is of another one."""
    project.write(run=FIRST_ONLY)
    deploy(core, project).wait_for_state("FINISHED")
    other = Project(project.folder / "other")
    other.write(run=FOR_EVER)
    other.recipe.write_text(other.recipe.read_text().replace(NAME, "com.example.Other"))
    core.deploy(other.recipe, other.artifacts / NAME / "1.0.0")
    again = core.components.deployed[NAME]
    assert again.record.wait_for(lambda it: it.state is ComponentState.RUNNING, 60)


@on_classic
def test_the_next_deployment_revives_what_is_broken(core: CoreDevice, project: Project) -> None:
    """It is installed again, too."""
    project.write(install="echo installing", run="test -e repaired && exec sleep 600; exit 1")
    broken = deploy(core, project)
    broken.wait_for_state("BROKEN")
    (core.layout.work(NAME) / "repaired").touch()
    again = deploy(core, project, merge={"number": 6})
    again.wait_for(lambda it: it.state is ComponentState.RUNNING)
    assert again.log_path.read_text().count("stdout. installing") == 2


@on_lite
def test_what_has_ended_on_lite_waits_for_a_deployment_of_its_own(
    core: CoreDevice, project: Project
) -> None:
    """Deploying it again, even unchanged, starts it."""
    project.write(run=FIRST_ONLY)
    deploy(core, project).wait_for_state("FINISHED")
    again = deploy(core, project)
    again.wait_for(lambda it: it.state is ComponentState.RUNNING)


@on_lite
def test_unpacked_files_are_for_their_owner_and_group_on_lite(
    core: CoreDevice, project: Project
) -> None:
    """Nobody may write them, nor run them."""
    project.write(run=FOR_EVER)
    deploy(core, project)
    script = core.layout.unarchived(NAME, "1.0.0") / "demo" / "inside" / "hello.sh"
    assert stat.S_IMODE(script.stat().st_mode) == 0o440


@as_root
@BOTH
def test_a_component_may_run_as_another_user(core: CoreDevice, project: Project) -> None:
    """It owns its work directory and its artifacts, and reaches the nucleus."""
    project.write(
        run='id -un; touch mine; cat "{artifacts:decompressedPath}/demo/inside/hello.sh"; '
        'test -w "$AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT" && echo reachable'
    )
    handle = deploy(core, project, posix_user="nobody")
    handle.wait_for_state("FINISHED")
    text = handle.log_path.read_text()
    assert "stdout. nobody\n" in text
    assert "echo hello from 1.0.0" in text
    assert "stdout. reachable" in text
    owner = (core.layout.work(NAME) / "mine").stat().st_uid
    assert owner == pwd.getpwnam("nobody").pw_uid


@as_root
@BOTH
def test_a_changed_user_gets_the_work_directory(core: CoreDevice, project: Project) -> None:
    """On lite the directory alone: what an earlier user left in it stays that user's."""
    project.write(run=f"touch kept; {FOR_EVER}")
    deploy(core, project)
    kept = core.layout.work(NAME) / "kept"
    eventually(kept.exists)
    deploy(core, project, posix_user="nobody")
    nobody = pwd.getpwnam("nobody").pw_uid
    assert kept.parent.stat().st_uid == nobody
    assert kept.stat().st_uid == (0 if core.profile is LITE else nobody)


@BOTH
def test_a_rejected_deployment_leaves_the_component_running(
    core: CoreDevice, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configuration is asked about and applied before anything is stopped."""
    project.write(run=FOR_EVER)
    first = deploy(core, project)

    async def refuse(*_: object) -> None:
        raise DeploymentRejected("no")

    monkeypatch.setattr(core.nucleus, "merge_configuration", refuse)
    project.write(version="2.0.0", run="exit 0")
    with pytest.raises(DeploymentRejected):
        deploy(core, project, merge={"number": 6})
    assert first.state is ComponentState.RUNNING


@BOTH
def test_advice_on_a_recipe_is_in_the_component_s_log(core: CoreDevice, project: Project) -> None:
    """Who looks why a step never ran finds the reason there."""
    project.write(run=FOR_EVER)
    text = project.recipe.read_text().replace("install:", "Install:")
    project.recipe.write_text(text)
    handle = deploy(core, project)
    assert "nucleus lite knows this key only as install" in handle.log_path.read_text()
