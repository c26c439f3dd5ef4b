"""Bundled libraries: checked against their own lists, copied."""

import base64
import hashlib
from pathlib import Path

import pytest

from bundling.wheels import unpack
from component_installer.errors import InstallError
from component_installer.libraries import copy, files_of
from component_installer.lock import Lock, read_lock
from support.small_package import lock_of, write_wheel

NAME = "Some_Library-1.0-py3-none-any"
FILES = {"some_library/__init__.py": "VALUE = 7\n", "some_library/data/it": "x"}


@pytest.fixture
def lock(tmp_path: Path) -> Lock:
    """Of a library that is in the folder `libraries`."""
    wheel = write_wheel(tmp_path / "wheels", NAME, FILES)
    unpack([wheel], tmp_path / "libraries")
    return read_lock(lock_of(wheel).encode())


def contents(folder: Path) -> dict[str, bytes]:
    """Every file by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_locked_libraries_are_copied(tmp_path: Path, lock: Lock) -> None:
    """With their metadata, and with nothing else that lies there."""
    folder, site = tmp_path / "libraries", tmp_path / "site-packages"
    expected = contents(folder)
    (folder / "stranger.py").touch()
    files = files_of(folder, lock)
    copy(files, folder, site)
    assert contents(site) == expected
    without_list = [file for name, file in expected.items() if not name.endswith("RECORD")]
    assert sum(file.size_bytes for file in files) == sum(map(len, without_list))


@pytest.mark.parametrize(
    "gone", ["Some_Library-1.0.dist-info", "Some_Library-1.0.dist-info/RECORD"]
)
def test_a_library_that_is_not_there_is_missed(tmp_path: Path, lock: Lock, gone: str) -> None:
    """Or is there in another version."""
    folder = tmp_path / "libraries"
    (folder / gone).rename(tmp_path / "libraries" / "Some_Library-2.0.dist-info")
    with pytest.raises(InstallError, match=r"has no some-library 1\.0: the artifact is damaged"):
        files_of(folder, lock)


def test_a_file_that_is_missing_is_named(tmp_path: Path, lock: Lock) -> None:
    """A package may have been unpacked in part."""
    folder = tmp_path / "libraries"
    (folder / "some_library" / "data" / "it").unlink()
    with pytest.raises(InstallError, match="has no some_library/data/it: the artifact is damaged"):
        copy(files_of(folder, lock), folder, tmp_path / "site-packages")


def test_another_file_of_the_same_name_is_refused(tmp_path: Path, lock: Lock) -> None:
    """What is copied is code that runs with the core device's credentials."""
    folder = tmp_path / "libraries"
    (folder / "some_library" / "__init__.py").write_text("VALUE = 8\n")
    with pytest.raises(InstallError, match=r"__init__\.py is not the file that its library lists"):
        copy(files_of(folder, lock), folder, tmp_path / "site-packages")


@pytest.mark.parametrize("name", ["../outside.py", "/outside.py"])
def test_nothing_is_written_outside(tmp_path: Path, lock: Lock, name: str) -> None:
    """A list is not trusted with a path."""
    record = tmp_path / "libraries" / "Some_Library-1.0.dist-info" / "RECORD"
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"").digest()).decode().rstrip("=")
    record.write_text(f"{name},sha256={digest},0\n")
    with pytest.raises(InstallError, match="outside"):
        files_of(tmp_path / "libraries", lock)
