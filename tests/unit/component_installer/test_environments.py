"""The environments in the work directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from component_installer.environments import Environments
from support.other_user import NOBODY, act_as_another_user, work_folder

LIBRARIES, OTHERS = "one lock 3 11 /usr/bin/python3", "another lock 3 11 /usr/bin/python3"


@pytest.fixture
def warned() -> list[str]:
    """What was warned of."""
    return []


@pytest.fixture
def environments(tmp_path: Path, warned: list[str]) -> Environments:
    """Those of an empty work directory."""
    return Environments(tmp_path, warned.append)


def fill(folder: Path, python: str = sys.executable) -> None:
    """Put a Python into it."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python3").symlink_to(python)


def made(environments: Environments, purpose: str, python: str = sys.executable) -> Path:
    """A complete environment."""
    folder = environments.new(purpose)
    fill(folder, python)
    environments.complete(folder, purpose)
    environments.close()
    return folder


def used(environments: Environments, purpose: str, python: str = sys.executable) -> Path:
    """A complete environment that is in place."""
    folder = made(environments, purpose, python)
    environments.use(folder)
    environments.clear_away()
    return folder


def names(folder: Path) -> set[str]:
    """All that is there."""
    return {path.name for path in folder.iterdir()}


def test_a_complete_environment_is_found(environments: Environments) -> None:
    """For the purpose that it was made for, and no other."""
    folder = made(environments, LIBRARIES)
    assert environments.find(LIBRARIES) == folder
    assert environments.find(OTHERS) is None


def test_an_environment_without_its_stamp_is_not_found(environments: Environments) -> None:
    """Its install was killed; the next one makes another, beside it."""
    folder = environments.new(LIBRARIES)
    fill(folder)
    assert environments.find(LIBRARIES) is None
    other = made(environments, LIBRARIES)
    assert other != folder
    assert environments.find(LIBRARIES) == other


def test_an_environment_whose_python_is_gone_is_not_found(environments: Environments) -> None:
    """An upgrade of the system can take it away."""
    folder = made(environments, LIBRARIES)
    (folder / "bin" / "python3").unlink()
    (folder / "bin" / "python3").symlink_to("/absent/python3")
    assert environments.find(LIBRARIES) is None


def test_the_link_leads_to_the_one_in_use(environments: Environments, tmp_path: Path) -> None:
    """By a relative path: the root folder of a nucleus may be mounted elsewhere."""
    folder = used(environments, LIBRARIES)
    assert environments.current == folder
    assert not (tmp_path / "venv").readlink().is_absolute()
    assert (tmp_path / "venv" / "bin" / "python3").exists()
    assert not (tmp_path / "venv.link").exists()


def test_the_one_before_is_kept_for_a_rollback(environments: Environments, tmp_path: Path) -> None:
    """And the one before that is removed."""
    first, second = used(environments, LIBRARIES), used(environments, OTHERS)
    assert (environments.find(LIBRARIES), environments.current) == (first, second)
    environments.use(first)
    assert environments.current == first
    assert environments.find(OTHERS) == second
    third = used(environments, "a third lock")
    assert names(tmp_path) == {"venv", "venv.previous", first.name, third.name}


def test_an_environment_in_use_is_not_cleared_away(
    environments: Environments, tmp_path: Path
) -> None:
    """On nucleus lite two deployments may fail while the component of an older one still runs."""
    first = used(environments, LIBRARIES)
    with subprocess.Popen(
        [first / "bin" / "python3", "-c", "input()"], stdin=subprocess.PIPE
    ) as running:
        used(environments, OTHERS)
        used(environments, "a third lock")
        assert first.exists()
        running.communicate(b"\n")
    environments.clear_away()
    assert not first.exists()
    assert len(names(tmp_path)) == 4


def test_what_another_install_makes_is_not_cleared_away(
    environments: Environments, tmp_path: Path
) -> None:
    """A nucleus that was killed may have left an install that goes on."""
    being_made = environments.new(LIBRARIES)
    other = Environments(tmp_path, print)
    used(other, LIBRARIES)
    assert being_made.exists()
    environments.close()
    other.clear_away()
    assert not being_made.exists()


def test_an_earlier_version_s_environment_is_kept(
    environments: Environments, tmp_path: Path
) -> None:
    """As any environment that was in use before; what else such versions left is removed."""
    fill(tmp_path / "venv")
    for name in ("venv.new", "venv.old", "venv.old.1"):
        fill(tmp_path / name)
    folder = used(environments, LIBRARIES)
    assert names(tmp_path) == {"venv", "venv.previous", folder.name, "venv-earlier"}
    assert (tmp_path / "venv.previous").resolve() == tmp_path / "venv-earlier"


def test_another_user_s_environments_harm_nobody() -> None:
    """Nucleus lite gives a new posixUser the work directory, and nothing of what is in it."""
    with work_folder() as folder:
        # Which every user may run, as the Python of the tests may not be.
        python = "/bin/sh"
        old = used(Environments(folder, print), LIBRARIES, python)
        old.chmod(0o500)
        if os.geteuid() == 0:
            old.chmod(0o700)
            os.chown(folder, NOBODY, NOBODY)
        else:
            (old / ".installed-for").chmod(0)

        def work() -> None:
            warned: list[str] = []
            environments = Environments(folder, warned.append)
            assert environments.find(LIBRARIES) is None
            new = used(environments, LIBRARIES, python)
            assert environments.current == new != old
            used(environments, OTHERS, python)
            assert warned == [f"{old} belongs to another user and can be removed by root alone"]
            assert environments.find(LIBRARIES) == new

        act_as_another_user(work)
        old.chmod(0o700)
