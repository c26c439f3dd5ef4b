"""Bundled wheels: chosen, checked, unpacked."""

import importlib.metadata
import zipfile
from pathlib import Path

import pytest

from component_installer.errors import InstallError
from component_installer.lock import Lock, read_lock
from component_installer.tags import Target
from component_installer.wheels import bundle, unpack, unpacked_bytes, what_there_is
from support.small_package import lock_of, write_wheel

TARGET = Target((3, 12), "x86_64", "glibc", (2, 31))
FOR_311 = "some_library-1.0-cp311-abi3-manylinux2014_x86_64"
FOR_310 = "some_library-1.0-cp310-cp310-manylinux2014_x86_64"


def locked(*wheels: Path) -> Lock:
    """The lock of these wheels."""
    return read_lock(lock_of(*wheels).encode())


def test_the_wheel_that_fits_is_chosen(tmp_path: Path) -> None:
    """Among those for others, and whatever else lies there."""
    wheel = write_wheel(tmp_path, FOR_311, {})
    write_wheel(tmp_path, FOR_310, {})
    write_wheel(tmp_path, FOR_311.replace("1.0", "2.0"), {})
    (tmp_path / "notes.txt").touch()
    found = bundle(tmp_path, locked(wheel), TARGET)
    assert (found.wheels, found.missing) == ((wheel,), ())


def test_what_has_no_wheel_is_named(tmp_path: Path) -> None:
    """With what there is instead."""
    other = write_wheel(tmp_path, FOR_310, {})
    lock = locked(other)
    found = bundle(tmp_path, lock, TARGET)
    assert (found.wheels, found.missing) == ((), lock.distributions)
    assert what_there_is(tmp_path, lock.distributions[0]) == [
        "cp310-cp310-manylinux2014_x86_64",
    ]
    assert bundle(tmp_path / "absent", lock, TARGET).missing == lock.distributions


def test_another_file_of_the_same_name_is_refused(tmp_path: Path) -> None:
    """A wheel is code that will run with the core device's credentials."""
    lock = locked(write_wheel(tmp_path, FOR_311, {}))
    write_wheel(tmp_path, FOR_311, {"library.py": "changed"})
    with pytest.raises(InstallError, match="not the file that the lock file names"):
        bundle(tmp_path, lock, TARGET)


def test_what_is_needed_is_unpacked(tmp_path: Path) -> None:
    """Files, folders and metadata; neither commands for a shell nor other services' data."""
    files = {
        "some_library/__init__.py": "VALUE = 7\n",
        "botocore/data/endpoints.json": "{}",
        "botocore/data/greengrassv2/2020-11-30/service-2.json.gz": "x",
        "botocore/data/s3/2006-03-01/service-2.json.gz": "x" * 1000,
        "some_library-1.0.data/scripts/run.py": "x",
    }
    wheel = write_wheel(tmp_path, FOR_311, files)
    site = tmp_path / "site-packages"
    unpack([wheel], site)
    there = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert {name for name in there if ".dist-info" not in name} == set(list(files)[:3])
    (distribution,) = importlib.metadata.distributions(path=[str(site)])
    assert (distribution.version, distribution.read_text("INSTALLER")) == (
        "1.0",
        "component_installer\n",
    )
    assert {str(file) for file in distribution.files or ()} == there
    written = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    assert abs(written - unpacked_bytes([wheel])) < 200


@pytest.mark.parametrize("name", ["../outside.py", "/outside.py"])
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    """Even a file of the lock is not trusted with a path."""
    wheel = tmp_path / f"{FOR_311}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(InstallError, match="outside"):
        unpack([wheel], tmp_path / "site-packages")
    assert not (tmp_path / "outside.py").exists()
