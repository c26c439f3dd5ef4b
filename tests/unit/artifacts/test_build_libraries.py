"""Packages that bring their libraries, or take the system's."""

import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from component_installer.system import wanted_from_system
from support.small_package import lock_of, write_wheel
from unit.artifacts.test_build import builder, project, zip_of

__all__ = ["builder", "project"]

PURE = "library-1.0-py3-none-any"
BINARY = "binary-2.0-{}-abi3-{}"
X86 = "manylinux2014_x86_64.manylinux_2_17_x86_64"
ALPINE = "musllinux_1_1_aarch64"


@pytest.fixture
def wheels(project: Path, tmp_path: Path) -> Path:
    """Wheels for two systems, which are those of the project's lock."""
    folder = tmp_path / "wheels"
    library = write_wheel(folder, PURE, {"library.py": "", "library-1.0.data/scripts/run": ""})
    made = {
        tag: [
            write_wheel(folder, BINARY.format(python, tag), {f"{python}.py": ""})
            for python in ("cp310", "cp311")
        ]
        for tag in (X86, ALPINE)
    }
    lock = lock_of(library)
    first, *others = (wheel for of_tag in made.values() for wheel in of_tag)
    lock += lock_of(first).replace("    # via nothing\n", "").rstrip("\n")
    for wheel in others:
        lock += " \\\n" + lock_of(wheel).splitlines()[1]
    (project / "artifacts" / "requirements.txt").write_text(lock + "\n")
    return folder


def bundled(project: Path) -> list[str]:
    """The wheels in the zip."""
    with zipfile.ZipFile(zip_of(project)) as archive:
        return [name for name in archive.namelist() if name.startswith("artifacts/wheels/")]


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ((["manylinux_x86_64"], ["3.10"]), [("cp310", X86)]),
        ((["manylinux_x86_64"], ["3.10", "3.12", "3.13"]), [("cp310", X86), ("cp311", X86)]),
        (
            (["manylinux_x86_64", "musllinux_aarch64"], ["3.12"]),
            [("cp311", X86), ("cp311", ALPINE)],
        ),
    ],
)
def test_brings_what_these_devices_need(
    builder: ModuleType,
    project: Path,
    wheels: Path,
    devices: tuple[list[str], list[str]],
    expected: list[tuple[str, str]],
) -> None:
    """Each wheel once, and none for others."""
    builder.build(project, libraries=builder.Libraries(*devices, wheels))
    names = [BINARY.format(python, tag) for python, tag in expected]
    assert bundled(project) == sorted(f"artifacts/wheels/{name}.whl" for name in [PURE, *names])
    with zipfile.ZipFile(zip_of(project)) as archive:
        packed = archive.read(f"artifacts/wheels/{PURE}.whl")
    assert packed == (wheels / f"{PURE}.whl").read_bytes()


def test_a_system_for_which_there_is_none_is_refused(
    builder: ModuleType, project: Path, wheels: Path
) -> None:
    """Rather than a package that fails on each of its devices."""
    with pytest.raises(builder.BuildError, match=r"no wheels of binary 2\.0 for musllinux_x86"):
        builder.build(project, libraries=builder.Libraries(["musllinux_x86_64"], ["3.13"], wheels))
    assert not (project / "greengrass-build").exists()


def test_a_wheel_that_is_not_in_the_lock_is_refused(
    builder: ModuleType, project: Path, wheels: Path
) -> None:
    """Whoever builds may have got it from anywhere."""
    write_wheel(wheels, PURE, {"library.py": "changed"})
    with pytest.raises(builder.BuildError, match="not the file that the lock file names"):
        builder.build(project, libraries=builder.Libraries(["manylinux_x86_64"], ["3.13"], wheels))


def test_a_wheel_that_needs_more_than_unpacking_is_refused(
    builder: ModuleType, project: Path, wheels: Path
) -> None:
    """The device does no more."""
    wheel = write_wheel(wheels, PURE, {"library-1.0.data/purelib/library.py": ""})
    lock = project / "artifacts" / "requirements.txt"
    lock.write_text(lock_of(wheel))
    with pytest.raises(builder.BuildError, match="cannot be installed by unpacking"):
        builder.build(project, libraries=builder.Libraries(["manylinux_x86_64"], ["3.13"], wheels))


def test_a_package_for_the_system_s_libraries_says_which(
    builder: ModuleType, project: Path
) -> None:
    """Those of pyproject.toml, in the words that the installer reads."""
    builder.build(project, libraries=builder.Libraries(from_system=True))
    with zipfile.ZipFile(zip_of(project)) as archive:
        text = archive.read("artifacts/system-packages.txt").decode()
    assert [name for name, _, _ in wanted_from_system(text)] == ["botocore"]
    assert bundled(project) == []


def test_another_folder_may_be_written(builder: ModuleType, project: Path, tmp_path: Path) -> None:
    """A release has several packages of one version."""
    written = builder.build(project, output=tmp_path / "elsewhere")
    assert all(path.is_relative_to(tmp_path / "elsewhere") for path in written)
    assert not (project / "greengrass-build").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--offline"], "--offline needs --platform"),
        (["--python", "3.11"], "are for --offline"),
        (["--offline", "--system", "--platform", "manylinux_x86_64"], "not allowed with"),
        (["--offline", "--platform", "windows"], "invalid choice"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    builder: ModuleType, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is done."""
    with pytest.raises(SystemExit):
        builder.main(arguments)
    assert said in capsys.readouterr().err


def test_pip_is_asked_for_each_system(
    builder: ModuleType, project: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the lock's hashes; a failure of pip is a failure of the build."""
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> object:
        asked.append(command)
        folder = Path(command[command.index("--dest") + 1])
        for wheel in wheels.iterdir():
            (folder / wheel.name).write_bytes(wheel.read_bytes())
        return type("Completed", (), {"returncode": 0})

    monkeypatch.setattr(builder.subprocess, "run", run)
    builder.build(project, libraries=builder.Libraries(["musllinux_aarch64"], ["3.11", "3.12"]))
    assert len(bundled(project)) == 2
    assert [command[command.index("--python-version") + 1] for command in asked] == ["3.11", "3.12"]
    for command in asked:
        assert "--require-hashes" in command
        assert "musllinux_1_1_aarch64" in command
    monkeypatch.setattr(
        builder.subprocess, "run", lambda *_, **__: type("Completed", (), {"returncode": 1})
    )
    with pytest.raises(builder.BuildError, match="could not download"):
        builder.build(project, libraries=builder.Libraries(["musllinux_aarch64"], ["3.11"]))
