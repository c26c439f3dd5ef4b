"""Libraries that the system brings."""

import sys
from pathlib import Path

import pytest

from component_installer.errors import InstallError
from component_installer.system import check_system, wanted_from_system
from component_installer.wheels import unpack
from support.small_package import write_wheel

WANTED = [("awsiotsdk", "1.31", "2"), ("boto3", "1.44", "2")]


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of all of the system's libraries."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


def add(system: Path, name: str, version: str, requires: str = "") -> None:
    """Add a library to the system."""
    wheel = write_wheel(system / "wheels", f"{name}-{version}-py3-none-any", {})
    unpack([wheel], system)
    with (system / f"{name}-{version}.dist-info" / "METADATA").open("a") as metadata:
        metadata.write(f"Requires-Dist: {requires}\n" if requires else "")


def check(warned: list[str]) -> None:
    """Check the system."""
    check_system(WANTED, warned.append, "Python of the tests")


def test_all_that_is_wrong_is_said_at_once(system: Path) -> None:
    """An image is built in hours: one library a time would take days."""
    add(system, "boto3", "1.28.3")
    with pytest.raises(InstallError) as raised:
        check([])
    said = str(raised.value)
    assert "awsiotsdk is missing (1.31 or newer is needed)" in said
    assert "boto3 is 1.28.3 (1.44 or newer, below 2, is needed)" in said
    assert "awscrt is missing" in said
    assert "Python of the tests" in said


def test_a_library_may_be_too_new(system: Path) -> None:
    """The next major version is not known to work."""
    add(system, "awsiotsdk", "2.0", "awscrt==0.36.1")
    add(system, "awscrt", "0.36.1")
    add(system, "boto3", "1.100.0")
    with pytest.raises(InstallError, match=r"awsiotsdk is 2\.0 .*below 2"):
        check([])


def test_libraries_that_fit_are_taken(system: Path) -> None:
    """Without a word if they were made for each other."""
    add(system, "awsiotsdk", "1.31.0", "awscrt == 0.36.1")
    add(system, "boto3", "1.44.5")
    add(system, "awscrt", "0.36.1")
    warned: list[str] = []
    check(warned)
    assert warned == []


def test_a_pair_that_may_not_fit_is_warned_of(system: Path) -> None:
    """One is made for one version of the other; a distribution may have another."""
    add(system, "awsiotsdk", "1.31.0", "awscrt == 0.36.1")
    add(system, "boto3", "1.44.5")
    add(system, "awscrt", "0.35.0")
    warned: list[str] = []
    check(warned)
    assert warned == ["awsiotsdk 1.31.0 is made for awscrt 0.36.1, here is 0.35.0"]


def test_what_is_wanted_is_read_from_the_package() -> None:
    """A line each, as the build writes them."""
    assert wanted_from_system("awsiotsdk>=1.31,<2\nboto3>=1.44,<2\n") == WANTED
    with pytest.raises(InstallError, match="damaged"):
        wanted_from_system("boto3\n")
