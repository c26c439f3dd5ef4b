"""Deploying a component from its recipe and its zip."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from greengrass_sandbox import ComponentState, CoreDevice, DeploymentFailedError
from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.lifecycle.artifacts import ArtifactMissingError
from greengrass_sandbox.recipe import RecipeRefusedError
from sandbox.lifecycle_support import BOTH, NAME, Project
from sandbox.waiting import eventually


@pytest.fixture
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CoreDevice]:
    """A core device of the profile that the test names, or classic."""
    with CoreDevice(tmp_path / "core", profile=getattr(request, "param", CLASSIC)) as device:
        yield device


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project."""
    return Project(tmp_path / "project")


@BOTH
def test_installs_and_runs_what_the_zip_brings(core: CoreDevice, project: Project) -> None:
    """Install and run share the work directory; variables lead to the unpacked files."""
    project.write(
        install="cp {artifacts:decompressedPath}/demo/inside/hello.sh {work:path}/installed.sh",
        run='sh installed.sh; echo "of {iot:thingName} in {kernel:rootPath}"',
    )
    handle = core.deploy(project.recipe, project.artifacts)
    handle.wait_for_state(ComponentState.FINISHED)
    text = handle.log_path.read_text()
    assert "stdout. hello from 1.0.0\n" in text
    assert f"stdout. of sandbox-core in {core.layout.root}\n" in text
    assert (core.layout.root / "work" / NAME / "installed.sh").exists()


@BOTH
def test_unknown_variable_is_treated_as_the_nucleus_does(
    core: CoreDevice, project: Project
) -> None:
    """Classic runs the whole script with the braces in it, lite only what stands before them."""
    project.write(run="echo before\necho '{no:such}'\necho after")
    handle = core.deploy(project.recipe, project.artifacts)
    handle.wait_for_state("BROKEN" if core.profile is LITE else "FINISHED")
    text = handle.log_path.read_text()
    assert "stdout. before\n" in text
    assert ("stdout. after\n" in text) == (core.profile is CLASSIC)
    assert "{no:such}" in text


def test_update_replaces_the_old_version_and_keeps_its_work(
    core: CoreDevice, project: Project
) -> None:
    """The component finds what it has kept, and its configuration."""
    project.write(run="touch kept; exec sleep 600")
    first = core.deploy(project.recipe, project.artifacts, merge={"nested": {"text": "merged"}})
    eventually((core.layout.work(NAME) / "kept").exists)
    project.write(version="2.0.0", run="ls; sh {artifacts:decompressedPath}/demo/inside/hello.sh")
    second = core.deploy(project.recipe, project.artifacts)
    second.wait_for_state("FINISHED")
    assert first.state is ComponentState.STOPPED
    text = second.log_path.read_text()
    assert "stdout. kept\n" in text
    assert "stdout. hello from 2.0.0\n" in text
    assert core.call(core.nucleus.configuration, NAME) == {
        "number": 5,
        "nested": {"text": "merged"},
    }


def test_same_version_may_be_deployed_again(core: CoreDevice, project: Project) -> None:
    """While it is being developed, a component changes without a new number."""
    project.write(run="echo first")
    core.deploy(project.recipe, project.artifacts).wait_for_state("FINISHED")
    project.write(run="echo second")
    handle = core.deploy(project.recipe, project.artifacts)
    handle.wait_for_state("FINISHED")
    assert "stdout. second\n" in handle.log_path.read_text()


def test_artifacts_may_lie_in_the_folder_itself(core: CoreDevice, project: Project) -> None:
    """Not everybody builds into folders of name and version."""
    project.write(run="sh {artifacts:decompressedPath}/demo/inside/hello.sh")
    handle = core.deploy(project.recipe, project.artifacts / NAME / "1.0.0")
    handle.wait_for_state("FINISHED")
    assert handle.exit_codes == [0]


def test_failing_install_is_tried_three_times(core: CoreDevice, project: Project) -> None:
    """Then the deployment has failed, with the end of the log to tell why."""
    project.write(install="echo attempt; echo why >&2; exit 1")
    with pytest.raises(DeploymentFailedError, match=r"(?s)is BROKEN.*stderr. why"):
        core.deploy(project.recipe, project.artifacts)
    log = core.layout.log(NAME).read_text()
    assert log.count("stdout. attempt\n") == 3


def test_install_that_takes_too_long_is_ended(core: CoreDevice, project: Project) -> None:
    """Its time-out is the recipe's."""
    project.write(install="echo started; exec sleep 600")
    text = project.recipe.read_text()
    project.recipe.write_text(text.replace("Timeout: 60", "Timeout: 1", 1))
    with pytest.raises(DeploymentFailedError, match=r"timed out after 1 s"):
        core.deploy(project.recipe, project.artifacts)


def test_missing_artifact_is_named(core: CoreDevice, project: Project) -> None:
    """With where it was looked for, and what to do."""
    project.write()
    (project.artifacts / NAME / "1.0.0" / "demo.zip").unlink()
    with pytest.raises(ArtifactMissingError, match=r"demo\.zip.*build the component"):
        core.deploy(project.recipe, project.artifacts)


def test_what_is_no_zip_is_named(core: CoreDevice, project: Project) -> None:
    """It never gets to installing."""
    project.write()
    (project.artifacts / NAME / "1.0.0" / "demo.zip").write_bytes(b"not a zip")
    with pytest.raises(ArtifactMissingError, match=r"demo\.zip is not a zip file"):
        core.deploy(project.recipe, project.artifacts)


def test_refused_recipe_changes_nothing(core: CoreDevice, project: Project) -> None:
    """What runs goes on running."""
    project.write(run="exec sleep 600")
    handle = core.deploy(project.recipe, project.artifacts)
    project.write(version="two")
    with pytest.raises(RecipeRefusedError):
        core.deploy(project.recipe, project.artifacts)
    assert handle.state is ComponentState.RUNNING


@BOTH
def test_recipe_s_variables_reach_its_steps(core: CoreDevice, project: Project) -> None:
    """Setenv, with recipe variables in it."""
    project.write(run='echo "folder=$FOLDER"')
    text = project.recipe.read_text()
    lifecycle = "    Lifecycle:\n"
    project.recipe.write_text(
        text.replace(lifecycle, f'{lifecycle}      Setenv: {{FOLDER: "{{work:path}}"}}\n')
    )
    handle = core.deploy(project.recipe, project.artifacts)
    handle.wait_for_state("FINISHED")
    assert f"folder={core.layout.root}/work/{NAME}" in handle.log_path.read_text()
