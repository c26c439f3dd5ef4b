"""Packages that bring their libraries, or take the system's."""

import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from bundling.wheels import sums, unpack
from component_installer.system import wanted_from_system
from support.small_package import lock_of, write_wheel
from unit.artifacts.test_build import builder, project, zip_of

__all__ = ["builder", "project"]

PURE = "library-1.0-py3-none-any"
OLDER = "other-2.0-py2.py3-none-any"
LIBRARIES = "artifacts/libraries/"


@pytest.fixture
def wheels(project: Path, tmp_path: Path) -> Path:
    """Wheels that are those of the project's lock, and others."""
    folder = tmp_path / "wheels"
    library = write_wheel(folder, PURE, {"library.py": "", "library-1.0.data/scripts/run": ""})
    other = write_wheel(folder, OLDER, {"other.py": ""})
    (project / "artifacts" / "requirements.txt").write_text(lock_of(library, other))
    write_wheel(folder, PURE.replace("1.0", "0.9"), {})
    return folder


def packed(project: Path) -> dict[str, bytes]:
    """What the zip has of libraries."""
    with zipfile.ZipFile(zip_of(project)) as archive:
        names = [name for name in archive.namelist() if name.startswith(LIBRARIES)]
        return {name.removeprefix(LIBRARIES): archive.read(name) for name in names}


def test_brings_what_is_locked(
    builder: ModuleType, project: Path, wheels: Path, tmp_path: Path
) -> None:
    """As an installer leaves it, and nothing else that lies there; with the wheels' checksums."""
    builder.build(project, wheels=wheels)
    chosen = [wheels / f"{name}.whl" for name in (PURE, OLDER)]
    unpack(chosen, tmp_path / "expected")
    files = [path for path in (tmp_path / "expected").rglob("*") if path.is_file()]
    assert packed(project) == {
        path.relative_to(tmp_path / "expected").as_posix(): path.read_bytes() for path in files
    }
    with zipfile.ZipFile(zip_of(project)) as archive:
        assert archive.read("artifacts/wheels.sha256").decode() == sums(chosen)


def test_a_wheel_for_one_system_is_refused(
    builder: ModuleType, project: Path, wheels: Path
) -> None:
    """Rather than a package that fails on other devices."""
    (wheels / f"{OLDER}.whl").rename(wheels / "other-2.0-cp312-cp312-manylinux2014_x86_64.whl")
    with pytest.raises(builder.BuildError, match=r"no wheel of other 2\.0 for every Python 3 on"):
        builder.build(project, wheels=wheels)
    assert not (project / "greengrass-build").exists()


def test_a_wheel_that_is_not_in_the_lock_is_refused(
    builder: ModuleType, project: Path, wheels: Path
) -> None:
    """Whoever builds may have got it from anywhere."""
    write_wheel(wheels, PURE, {"library.py": "changed"})
    with pytest.raises(builder.BuildError, match="not the file that the lock file names"):
        builder.build(project, wheels=wheels)


def test_a_package_for_the_system_s_libraries_says_which(
    builder: ModuleType, project: Path
) -> None:
    """Those of pyproject.toml, in the words that the installer reads."""
    builder.build(project, libraries=builder.Libraries.FROM_SYSTEM)
    with zipfile.ZipFile(zip_of(project)) as archive:
        text = archive.read("artifacts/system-packages.txt").decode()
    assert [name for name, _, _ in wanted_from_system(text)] == ["botocore"]
    assert packed(project) == {}


def test_another_folder_may_be_written(builder: ModuleType, project: Path, tmp_path: Path) -> None:
    """A release has several packages of one version."""
    index = builder.Libraries.FROM_INDEX
    written = builder.build(project, libraries=index, output=tmp_path / "elsewhere")
    assert all(path.is_relative_to(tmp_path / "elsewhere") for path in written)
    assert not (project / "greengrass-build").exists()


@pytest.mark.parametrize(
    "arguments", [["--index", "--system"], ["--system", "--wheels", "."], ["--index", "--wheels=."]]
)
def test_options_that_do_not_fit_are_refused(
    builder: ModuleType, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is done."""
    with pytest.raises(SystemExit):
        builder.main(arguments)
    assert "not allowed with" in capsys.readouterr().err


def test_pip_is_asked_for_what_serves_every_device(
    builder: ModuleType, project: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the lock's hashes; a failure of pip is a failure of the build."""
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> object:
        asked.append(command)
        folder = Path(command[command.index("--dest") + 1])
        folder.mkdir()
        for wheel in wheels.iterdir():
            (folder / wheel.name).write_bytes(wheel.read_bytes())
        return type("Completed", (), {"returncode": 0})

    monkeypatch.setattr(builder.subprocess, "run", run)
    builder.build(project)
    assert {"library.py", "other.py"} <= set(packed(project))
    (command,) = asked
    assert "--require-hashes" in command
    for option, value in (("--python-version", "3.10"), ("--abi", "none"), ("--platform", "any")):
        assert command[command.index(option) + 1] == value
    monkeypatch.setattr(
        builder.subprocess, "run", lambda *_, **__: type("Completed", (), {"returncode": 1})
    )
    with pytest.raises(builder.BuildError, match="could not download"):
        builder.build(project)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        ([], 0, "this package brings no libraries, each core device will get them"),
        (["--bundle"], 1, "pip could not download the libraries"),
    ],
    ids=["as it goes", "or nothing"],
)
def test_where_pip_gets_nothing_each_core_device_gets_the_libraries(  # noqa: PLR0917 - fixtures
    builder: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    exit_code: int,
    words: str,
) -> None:
    """The machine that builds may have no index; it is said aloud, or is an error if so asked."""
    failed = type("Completed", (), {"returncode": 1})
    monkeypatch.setattr(builder.subprocess, "run", lambda *_, **__: failed)
    assert builder.main(["--output", str(tmp_path), *arguments]) == exit_code
    assert words in capsys.readouterr().err
    zips = list(tmp_path.rglob("*.zip"))
    assert len(zips) == (exit_code == 0)
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            assert not [name for name in archive.namelist() if name.startswith(LIBRARIES)]
