"""The operator's command as an install leaves it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from client_device_associator import __version__
from component_installer.operators_command import write_command
from support.commands import fill
from support.documents import ROOT
from support.journal_files import pending

PACKAGE = "client_device_associator"


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment with a Python, and the command for this package."""
    folder = tmp_path / "it's a folder" / "venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python3").symlink_to(sys.executable)
    write_command(folder, ROOT / "src")
    return folder


def run(environment: Path, *arguments: str, here: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command as a shell would."""
    command = environment / "bin" / "associator"
    return subprocess.run(
        [command, *arguments], cwd=here, capture_output=True, text=True, check=False
    )


def test_the_command_runs_from_anywhere(environment: Path, tmp_path: Path) -> None:
    """It takes nothing out of the current directory, which may be anybody's, but a journal."""
    for name in ("argparse.py", f"{PACKAGE}.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('taken from the current directory')")
    ran = run(environment, "--version", here=tmp_path)
    assert (ran.returncode, ran.stdout.strip()) == (0, __version__), ran.stderr
    assert run(environment, here=tmp_path).returncode == 2
    fill(tmp_path, pending("lamp-1"))
    ran = run(environment, "devices", "la*-[0-9]", here=tmp_path)
    assert ran.stdout.splitlines()[1].startswith("lamp-1 ")


def test_another_version_with_the_same_environment_has_its_own_command(
    environment: Path, tmp_path: Path
) -> None:
    """Its package is elsewhere, and the environment need not change."""
    later = tmp_path / "later"
    shutil.copytree(ROOT / "src" / PACKAGE, later / PACKAGE)
    (later / PACKAGE / "__init__.py").write_text('"""Later."""\n__version__ = "9.9.9"\n')
    write_command(environment, later)
    assert run(environment, "--version", here=tmp_path).stdout.strip() == "9.9.9"
