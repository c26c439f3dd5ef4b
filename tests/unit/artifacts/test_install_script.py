"""The install script: a POSIX shell finds a Python, which does the rest."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.documents import ROOT
from support.small_package import SmallPackage, small_package

SCRIPT = ROOT / "artifacts" / "install.sh"
NOT_THERE = "is not installed"


def shell(*command: str) -> list[str]:
    """A shell, if it is there."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} {NOT_THERE}")
    return list(command)


@pytest.fixture(params=[("sh",), ("dash",), ("busybox", "ash")], ids=" ".join)
def a_shell(request: pytest.FixtureRequest) -> list[str]:
    """Each of the shells that devices have."""
    return shell(*request.param)


def device(folder: Path, **pythons: str) -> SmallPackage:
    """A package, and a PATH on which are these Pythons: programs, or scripts."""
    package = small_package(folder)
    tools = folder / "bin"
    tools.mkdir()
    for tool in ("dirname",):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    for name, content in pythons.items():
        path = tools / name.replace("_", ".")
        path.write_text(content)
        path.chmod(0o755)
    return package


THIS_PYTHON = f'#!/bin/sh\nexec {sys.executable} "$@"\n'
OLD_PYTHON = '#!/bin/sh\nif [ "$1" = --version ]; then echo Python 3.9.1; else exit 1; fi\n'


def install(
    package: SmallPackage, command: list[str], umask: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run the script in the work directory, as a nucleus does."""
    return subprocess.run(
        [shutil.which(command[0]) or command[0], *command[1:], *_script(package)],
        cwd=package.work,
        env={"PATH": str(package.folder / "bin")},
        capture_output=True,
        text=True,
        check=False,
        umask=umask,
    )


def _script(package: SmallPackage) -> list[str]:
    return [str(package.package / "artifacts" / "install.sh")]


def test_installs_under_each_shell(a_shell: list[str], tmp_path: Path) -> None:
    """For its own user alone, whatever the umask; and again with nothing to do."""
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    package = device(folder, python3=THIS_PYTHON)
    result = install(package, a_shell)
    assert (result.returncode, result.stderr) == (0, "")
    assert "the virtual environment is ready" in result.stdout
    made = [path for path in package.work.rglob("*") if not path.is_symlink()]
    assert {path.stat().st_mode & 0o022 for path in made} == {0}
    assert package.venv.stat().st_mode & 0o777 == 0o700
    assert "up to date" in install(package, a_shell).stdout


def test_old_python_is_refused_with_advice(a_shell: list[str], tmp_path: Path) -> None:
    """The operator reads which Python is needed, which there is, and what to do."""
    result = install(device(tmp_path, python3=OLD_PYTHON), a_shell)
    assert result.returncode == 1
    assert "Python 3.10 or newer is needed, and this device has Python 3.9.1" in result.stderr
    assert "apt-get install" in result.stderr
    (tmp_path / "bin" / "python3").unlink()
    result = install(SmallPackage(tmp_path), a_shell)
    assert "this device has no python3 at all" in result.stderr


def test_newer_python_beside_an_old_one_is_found(tmp_path: Path) -> None:
    """Some distributions keep an old python3 for themselves."""
    package = device(tmp_path, python3=OLD_PYTHON, python3_11=THIS_PYTHON)
    result = install(package, ["sh"])
    assert result.returncode == 0, result.stderr


def test_an_artifact_without_the_installer_is_damaged(tmp_path: Path) -> None:
    """It says so, rather than that Python cannot import something."""
    package = device(tmp_path, python3=THIS_PYTHON)
    shutil.rmtree(package.package / "component_installer")
    result = install(package, ["sh"])
    assert result.returncode == 1
    assert "the artifact is damaged" in result.stderr


def test_shellcheck_finds_nothing() -> None:
    """All scripts that the project ships or runs."""
    found = Path(sys.executable).with_name("shellcheck")
    scripts = [SCRIPT, ROOT / ".ci" / "run"]
    subprocess.run([found, "--shell=sh", *scripts], check=True)
