"""The wheels of the lock: chosen, checked, unpacked."""

import base64
import hashlib
import importlib.metadata
import zipfile
from pathlib import Path

import pytest

from bundling.errors import BundlingError
from bundling.wheels import choose, sums, unpack
from component_installer.lock import Lock, read_lock
from support.small_package import lock_of, write_wheel

NAME = "some_library-1.0-py3-none-any"


def digest(content: bytes) -> str:
    """As a list of installed files has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def locked(*wheels: Path) -> Lock:
    """The lock of these wheels."""
    return read_lock(lock_of(*wheels).encode())


@pytest.mark.parametrize("name", [NAME, "Some.Library-1.0-1-py2.py3-none-any"])
def test_the_wheel_of_a_distribution_is_chosen(tmp_path: Path, name: str) -> None:
    """Among those of other versions, and whatever else lies there."""
    wheel = write_wheel(tmp_path, name, {})
    lock = read_lock(lock_of(wheel).replace("Some.Library", "some-library").encode())
    write_wheel(tmp_path, NAME.replace("1.0", "2.0"), {})
    (tmp_path / "notes.txt").touch()
    assert choose(tmp_path, lock) == (wheel,)


@pytest.mark.parametrize(
    "tags",
    [
        "cp312-cp312-manylinux2014_x86_64",
        "cp311-abi3-musllinux_1_1_aarch64",
        "py3-none-linux_armv7l",
        "cp312-none-any",
        "py2-none-any",
        "any",
    ],
)
def test_a_wheel_for_one_system_or_python_is_none(tmp_path: Path, tags: str) -> None:
    """One package serves every device."""
    wheel = write_wheel(tmp_path, f"some_library-1.0-{tags}", {})
    with pytest.raises(BundlingError, match=r"no wheel of some-library 1\.0"):
        choose(tmp_path, locked(wheel))


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    """Whoever builds may have mistyped it."""
    lock = locked(write_wheel(tmp_path, NAME, {}))
    with pytest.raises(BundlingError, match="absent has no wheel"):
        choose(tmp_path / "absent", lock)


def test_another_file_of_the_same_name_is_refused(tmp_path: Path) -> None:
    """A wheel is code that will run with the core device's credentials."""
    lock = locked(write_wheel(tmp_path, NAME, {}))
    write_wheel(tmp_path, NAME, {"library.py": "changed"})
    with pytest.raises(BundlingError, match="not the file that the lock file names"):
        choose(tmp_path, lock)


def test_a_wheel_that_needs_more_than_unpacking_is_refused(tmp_path: Path) -> None:
    """A device does no more than copy."""
    wheel = write_wheel(tmp_path, NAME, {"some_library-1.0.data/purelib/library.py": ""})
    with pytest.raises(BundlingError, match="cannot be installed by unpacking"):
        choose(tmp_path, locked(wheel))


def test_checksums_are_those_of_the_wheels(tmp_path: Path) -> None:
    """Whoever has them can compare: with sha256sum, for example."""
    wheel = write_wheel(tmp_path, NAME, {})
    assert sums([wheel]) == f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  {NAME}.whl\n"


def test_what_is_needed_is_unpacked(tmp_path: Path) -> None:
    """Files, folders and metadata; neither commands for a shell nor other services' data."""
    files = {
        "some_library/__init__.py": "VALUE = 7\n",
        "botocore/data/endpoints.json": "{}",
        "botocore/data/greengrassv2/2020-11-30/service-2.json.gz": "x",
        "botocore/data/s3/2006-03-01/service-2.json.gz": "x" * 1000,
        "some_library-1.0.data/scripts/run.py": "x",
    }
    wheel = write_wheel(tmp_path, NAME, files)
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
    for file in distribution.files or ():
        content = (site / file).read_bytes()
        if file.name != "RECORD":
            assert file.hash is not None
            assert (file.hash.value, file.size) == (digest(content), len(content))


@pytest.mark.parametrize("name", ["../outside.py", "/outside.py"])
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    """Even a file of the lock is not trusted with a path."""
    wheel = tmp_path / f"{NAME}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(BundlingError, match="outside"):
        unpack([wheel], tmp_path / "site-packages")
    assert not (tmp_path / "outside.py").exists()
