"""Making an environment."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from component_installer import making
from component_installer.errors import InstallError
from component_installer.making import make, site_packages, try_out
from component_installer.sources import Sources
from support.small_package import SmallPackage, small_package

PLENTY = 10**9


@pytest.fixture
def package(tmp_path: Path) -> SmallPackage:
    """A package that brings its libraries."""
    return small_package(tmp_path)


def made(package: SmallPackage, *, from_system: bool = False, free_bytes: int = PLENTY) -> Path:
    """An environment of a package."""
    folder = package.folder / "venv"
    if from_system:
        Sources(package.package).system_file.write_text("")
    make(
        folder,
        Sources(package.package),
        free_bytes=free_bytes,
        say=package.said.append,
    )
    return folder


def imports(environment: Path, name: str) -> bool:
    """Whether a module is there."""
    python = environment / "bin" / "python3"
    return not subprocess.run(
        [python, "-I", "-c", f"import {name}"], capture_output=True, check=False
    ).returncode


def test_bundled_libraries_need_neither_pip_nor_index(
    package: SmallPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them are there, and pip is not."""
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    environment = made(package)
    assert imports(environment, "library, other")
    assert not imports(environment, "pip")
    assert site_packages(environment).is_relative_to(environment)
    assert "bundled libraries" in package.said[0]


def test_no_room_is_said_before_anything_is_written(package: SmallPackage) -> None:
    """With what is needed, and what there is."""
    with pytest.raises(InstallError, match=r"need 4 MB in .*, and there are 1 MB"):
        made(package, free_bytes=1_900_000)
    assert not (package.folder / "venv").exists()


def test_libraries_that_do_not_work_are_refused(package: SmallPackage) -> None:
    """Their last line says why: a part that the system packs apart, for example."""
    module = package.package / "client_device_associator" / "cloud" / "client.py"
    module.write_text("raise ImportError('no module zlib')\n")
    with pytest.raises(
        InstallError, match="do not work on this device: ImportError: no module zlib"
    ):
        made(package)
    module.write_text("import os; os._exit(3)\n")
    with pytest.raises(InstallError, match="exit code 3"):
        try_out(package.folder / "venv", package.package)


def test_an_index_is_asked_if_nothing_is_bundled(
    package: SmallPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only then: a package that has lost a library is damaged."""
    asked: list[Path] = []
    monkeypatch.setattr(making, "install_from_index", lambda *paths: asked.append(paths[1]))
    monkeypatch.setattr(making, "try_out", lambda *_: None)
    shutil.rmtree(package.libraries / "library-1.0.dist-info")
    with pytest.raises(InstallError, match=r"has no library 1\.0: the artifact is damaged"):
        made(package)
    shutil.rmtree(package.libraries)
    made(package)
    assert asked == [package.lock_file]
    assert "from the package index" in package.said[-1]


def test_libraries_of_the_system_are_seen(package: SmallPackage) -> None:
    """And none is installed. This Python's own have what the trial wants."""
    for name in ("ipc.py", "client.py"):
        (path,) = (package.package / "client_device_associator").rglob(name)
        path.write_text("")
    (package.package / "botocore").mkdir()
    (package.package / "botocore" / "session.py").write_text(
        "class Session:\n    def get_service_model(self, name):\n        return name\n"
    )
    environment = made(package, from_system=True)
    configuration = (environment / "pyvenv.cfg").read_text(encoding="utf-8")
    assert "include-system-site-packages = true" in configuration
    assert list(site_packages(environment).iterdir()) == []


def test_parts_of_python_that_are_missing_are_named(
    package: SmallPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at once, before anything is written."""
    monkeypatch.setitem(making.NEEDED_MODULES, "sqlite3", "_no_such_module")
    monkeypatch.setitem(making.NEEDED_MODULES, "venv", "_nor_this")
    with pytest.raises(InstallError, match="has no sqlite3 and no venv"):
        made(package)
    assert not (package.folder / "venv").exists()
