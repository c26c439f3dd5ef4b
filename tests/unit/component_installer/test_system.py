"""Libraries that the system brings."""

import sys
from pathlib import Path

import pytest

from bundling.wheels import unpack
from component_installer.errors import InstallError
from component_installer.system import check_system, wanted_from_system
from support.small_package import write_wheel

WANTED = [("botocore", "1.42", "2"), ("other", "1.31", "2")]


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of all of the system's libraries."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


def add(system: Path, name: str, version: str) -> None:
    """Add a library to the system."""
    wheel = write_wheel(system / "wheels", f"{name}-{version}-py3-none-any", {})
    unpack([wheel], system)


def test_all_that_is_wrong_is_said_at_once(system: Path) -> None:
    """An image is built in hours: one library a time would take days."""
    add(system, "botocore", "1.28.3")
    with pytest.raises(InstallError) as raised:
        check_system(WANTED, "Python of the tests")
    said = str(raised.value)
    assert "other is missing (1.31 or newer is needed)" in said
    assert "botocore is 1.28.3 (1.42 or newer, below 2, is needed)" in said
    assert "Python of the tests" in said


def test_a_library_may_be_too_new(system: Path) -> None:
    """The next major version is not known to work."""
    add(system, "other", "1.31.0")
    add(system, "botocore", "2.0")
    with pytest.raises(InstallError, match=r"botocore is 2\.0 .*below 2"):
        check_system(WANTED, "Python of the tests")


def test_libraries_that_fit_are_taken(system: Path) -> None:
    """A minor version is a number, not a fraction."""
    add(system, "other", "1.31.0")
    add(system, "botocore", "1.100.0")
    check_system(WANTED, "Python of the tests")


def test_what_is_wanted_is_read_from_the_package() -> None:
    """A line each, as the build writes them."""
    assert wanted_from_system("botocore>=1.42,<2\nother>=1.31,<2\n") == WANTED
    with pytest.raises(InstallError, match="damaged"):
        wanted_from_system("botocore\n")
