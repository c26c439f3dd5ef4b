"""The libraries of the running component."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_device_associator.command.doctor import library_checks
from client_device_associator.command.doctor.finding import Finding, Health
from client_device_associator.command.doctor.library_checks import LIBRARIES, check_libraries

VERSIONS = dict.fromkeys(LIBRARIES, "1.2.3")


@pytest.fixture
def pid(tmp_path: Path) -> Iterator[int]:
    """A process of a virtual environment, started by a relative path as in the recipe."""
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python3").symlink_to(sys.executable)
    with subprocess.Popen(
        ["venv/bin/python3", "-c", "input(1)"],  # noqa: S607 - that is what is tested
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1)  # only then its command line is there for certain
        yield process.pid
        process.communicate(b"\n")


def install(directory: Path, **versions: str) -> None:
    """These are installed there."""
    folder = directory / "venv" / "lib" / "python3.11" / "site-packages"
    folder.mkdir(parents=True)
    for name, version in versions.items():
        (folder / f"{name}-{version}.dist-info").mkdir()


def lock(directory: Path, **versions: str) -> dict[str, str]:
    """These are locked; the environment of a component with that lock file."""
    (directory / "package" / "artifacts").mkdir(parents=True)
    locked = (f"{name}=={version} \\\n    --hash=sha256:0\n" for name, version in versions.items())
    lines = "".join(locked)
    (directory / "package" / "artifacts" / "requirements.txt").write_text(lines)
    return {"PYTHONPATH": f"::{directory / 'package'}"}


def check(pid: int, environment: dict[str, str]) -> Finding:
    """The finding."""
    (found,) = check_libraries(pid, environment)
    return found


def test_libraries_as_they_were_locked(tmp_path: Path, pid: int) -> None:
    """With the version of Python."""
    install(tmp_path, **VERSIONS)
    found = check(pid, lock(tmp_path, **VERSIONS))
    assert found.health is Health.OK
    assert found.text.startswith("Python 3.11, botocore 1.2.3, urllib3 1.2.3")


@pytest.mark.parametrize(("version", "text"), [("1.2.4", "1.2.4"), (None, "is missing")])
def test_others_are_found(tmp_path: Path, pid: int, version: str | None, text: str) -> None:
    """Somebody has installed there, or removed."""
    others = {} if version is None else {"botocore": version}
    install(tmp_path, **{**{name: "1.2.3" for name in LIBRARIES if name != "botocore"}, **others})
    found = check(pid, lock(tmp_path, **VERSIONS))
    assert found.health is Health.WRONG
    assert f"botocore {text} (locked: 1.2.3)" in found.text
    assert str(tmp_path / "venv") in found.remedy


def test_without_a_lock_file_nothing_can_be_compared(
    tmp_path: Path, pid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there is said."""
    install(tmp_path, **VERSIONS)
    assert check(pid, {}).health is Health.UNKNOWN
    environment = lock(tmp_path, **VERSIONS)

    # It was there a moment ago.
    (tmp_path / "package" / "artifacts" / "requirements.txt").unlink()
    monkeypatch.setattr(Path, "is_file", lambda path: path.name == "requirements.txt")
    found = check(pid, environment)
    assert found.health is Health.UNKNOWN
    assert "botocore 1.2.3" in found.text


def test_libraries_of_the_system_have_no_lock(tmp_path: Path, pid: int) -> None:
    """Their versions are in a range, and elsewhere."""
    environment = lock(tmp_path, **VERSIONS)
    (tmp_path / "package" / "artifacts" / "system-packages.txt").write_text("botocore>=1.2,<2\n")
    found = check(pid, environment)
    assert found.health is Health.UNKNOWN
    assert "operating system" in found.text


def test_a_process_that_cannot_be_looked_at(
    tmp_path: Path, pid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has gone, or its Python has no libraries of its own."""
    assert "cannot be seen" in check(pid, {}).text
    monkeypatch.setattr(library_checks, "_PROCESSES", tmp_path / "proc")
    assert "cannot be seen" in check(pid, {}).text
