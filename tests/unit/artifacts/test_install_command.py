"""The operator's command as the install script leaves it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from client_device_associator import __version__
from support.commands import fill
from support.journal_files import pending
from unit.artifacts.test_install_script import ROOT, Device, new_device

PACKAGE = "client_device_associator"


@pytest.fixture
def device(tmp_path: Path) -> Device:
    """A device on which the component is installed, with a Python that works and its package."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    device = new_device(folder)
    (folder / PACKAGE).symlink_to(ROOT / "src" / PACKAGE)
    result = device.install()
    assert result.returncode == 0, result.stderr
    use_real_python(device)
    return device


def use_real_python(device: Device) -> None:
    """In place of the one that pretends."""
    python = device.work / "venv" / "bin" / "python3"
    python.unlink()
    python.symlink_to(sys.executable)


def run(device: Device, *arguments: str, here: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command as a shell would."""
    command = device.work / "venv" / "bin" / "associator"
    return subprocess.run(
        [command, *arguments], cwd=here, capture_output=True, text=True, check=False
    )


def test_the_command_runs_from_anywhere(device: Device, tmp_path: Path) -> None:
    """It takes nothing out of the current directory, which may be anybody's, but a journal."""
    for name in ("argparse.py", f"{PACKAGE}.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('taken from the current directory')")
    ran = run(device, "--version", here=tmp_path)
    assert (ran.returncode, ran.stdout.strip()) == (0, __version__), ran.stderr
    assert run(device, here=tmp_path).returncode == 2
    fill(tmp_path, pending("lamp-1"))
    ran = run(device, "devices", "la*-[0-9]", here=tmp_path)
    assert ran.stdout.splitlines()[1].startswith("lamp-1 ")


def test_the_command_is_for_the_components_user(device: Device) -> None:
    """As all that is beside it, under a loose umask too."""
    command = device.work / "venv" / "bin" / "associator"
    assert command.stat().st_mode & 0o777 == 0o700
    assert not command.with_name("associator.new").exists()


def test_another_version_with_the_same_environment_has_its_own_command(
    device: Device, tmp_path: Path
) -> None:
    """Its package is elsewhere, and the environment need not change."""
    folder = tmp_path / "later"
    folder.mkdir()
    later = new_device(folder)
    later.work.rmdir()
    later.work.symlink_to(device.work)
    shutil.copytree(ROOT / "src" / PACKAGE, folder / PACKAGE)
    (folder / PACKAGE / "__init__.py").write_text('"""Later."""\n__version__ = "9.9.9"\n')
    assert later.install().returncode == 0
    assert later.pip_calls == []
    assert run(device, "--version", here=tmp_path).stdout.strip() == "9.9.9"


def test_an_install_goes_on_without_the_command(device: Device) -> None:
    """The component does not need it; it is said that it is missing."""
    command = device.work / "venv" / "bin" / "associator"
    command.unlink()
    command.with_name("associator.new").mkdir()
    result = device.install()
    assert result.returncode == 0
    assert "could not write the command" in result.stderr
