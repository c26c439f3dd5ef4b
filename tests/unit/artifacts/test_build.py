"""The build: what it writes, what it refuses, and what it ships."""

import importlib.util
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("client_device_associator", "component_installer")
COMPONENT = "community.greengrass.ClientDeviceAssociator"
ALLOWED_ON_THE_DEVICE = {"botocore", "jmespath", "python-dateutil", "six", "urllib3"}


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """The build script, imported from its path."""
    specification = importlib.util.spec_from_file_location(
        "component_build", ROOT / "artifacts" / "build.py"
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the build reads, with what a working tree has lying about."""
    root = tmp_path / "project"
    package = root / "src" / "client_device_associator"
    for name in PACKAGES:
        shutil.copytree(ROOT / "src" / name, root / "src" / name)
    shutil.copytree(ROOT / "artifacts", root / "artifacts")
    for name in ("recipe.yaml", "gdk-config.json", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "left.cpython-311.pyc").write_bytes(b"x")
    (package / "notes.txt").write_text("not for the device")
    return root


def build(builder: ModuleType, project: Path, **options: Any) -> list[Path]:  # noqa: ANN401
    """A build that needs no libraries; returns what it has written."""
    libraries = builder.Libraries.FROM_INDEX
    written: list[Path] = builder.build(project, libraries=libraries, **options)
    return written


def zip_of(root: Path) -> Path:
    """The one artifact that a build has written."""
    (path,) = (root / "greengrass-build" / "artifacts").rglob("*.zip")
    return path


def test_writes_what_gdk_and_local_deployments_expect(builder: ModuleType, project: Path) -> None:
    """A recipe by both names, and the zip in a folder of the component's name and version."""
    recipe, named, artifact = build(builder, project)
    version = artifact.parent.name
    output = project / "greengrass-build"
    assert recipe == output / "recipes" / "recipe.yaml"
    assert artifact == output / "artifacts" / COMPONENT / version / "client-device-associator.zip"
    assert f'ComponentVersion: "{version}"' in recipe.read_text(encoding="utf-8")
    assert named == output / "recipes" / f"{COMPONENT}-{version}.yaml"
    assert named.read_bytes() == recipe.read_bytes()
    assert {path for path in output.rglob("*") if path.is_file()} == {recipe, named, artifact}


def test_zip_holds_the_package_and_the_device_s_files(builder: ModuleType, project: Path) -> None:
    """Every module and nothing of the developers' is in it."""
    build(builder, project)
    with zipfile.ZipFile(zip_of(project)) as archive:
        names = archive.namelist()
    modules = {
        f"{name}/{path.relative_to(project / 'src' / name).as_posix()}"
        for name in PACKAGES
        for path in (project / "src" / name).rglob("*.py")
    }
    assert set(names) == modules | {
        "client_device_associator/py.typed",
        "component_installer/py.typed",
        "artifacts/install.sh",
        "artifacts/requirements.txt",
    }
    assert names == sorted(names)


def test_same_sources_give_the_same_bytes(builder: ModuleType, project: Path) -> None:
    """Neither times nor modes of a working tree get into the zip."""
    build(builder, project)
    first = zip_of(project).read_bytes()
    for path in (project / "src").rglob("*.py"):
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        path.touch()
    build(builder, project)
    assert zip_of(project).read_bytes() == first


def test_everybody_may_read_the_unpacked_files(builder: ModuleType, project: Path) -> None:
    """The component's user is not the one who unpacks."""
    build(builder, project)
    with zipfile.ZipFile(zip_of(project)) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    assert modes["client_device_associator/__init__.py"] == stat.S_IFREG | 0o644
    assert modes["artifacts/install.sh"] == stat.S_IFREG | 0o755


def test_bucket_option_fills_in_the_artifact_s_address(builder: ModuleType, project: Path) -> None:
    """Publishing without GDK needs a recipe with no placeholder left."""
    recipe, _, artifact = build(builder, project, bucket="my-bucket")
    text = recipe.read_text(encoding="utf-8")
    assert f"s3://my-bucket/{COMPONENT}/{artifact.parent.name}/{artifact.name}" in text
    assert "BUCKET_NAME" not in text


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            ("gdk-config.json", '"version": "', '"version": "9'),
            "gdk-config.json says version 9",
        ),
        (
            ("recipe.yaml", 'ComponentVersion: "', 'ComponentVersion: "9'),
            "must have the line",
        ),
        (
            ("recipe.yaml", "---", "---\n" + "#" * 16_000),
            "a recipe may have 16000",
        ),
    ],
    ids=["version of GDK", "version of the recipe", "size of the recipe"],
)
def test_refuses_sources_that_do_not_fit(
    builder: ModuleType, project: Path, change: tuple[str, str, str], complaint: str
) -> None:
    """Each way to ship a component that a nucleus or GDK would not find."""
    name, old, new = change
    path = project / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(builder.BuildError, match=re.escape(complaint)):
        build(builder, project)
    assert not (project / "greengrass-build").exists()


def test_runs_as_gdk_runs_it(project: Path) -> None:
    """Without the project's environment, from the project's folder; it says what it wrote."""
    result = subprocess.run(
        [sys.executable, "-I", "-S", "artifacts/build.py", "--index"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "greengrass-build/recipes/recipe.yaml" in result.stdout
    assert "client-device-associator.zip" in result.stdout


def test_says_what_is_wrong_and_fails(project: Path) -> None:
    """The exit code is all that a makefile sees."""
    (project / "recipe.yaml").unlink()
    result = subprocess.run(
        [sys.executable, "artifacts/build.py", "--index"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "recipe.yaml" in result.stderr


def test_lock_file_is_complete(project: Path) -> None:
    """Every requirement is pinned and hashed, and none is there but what the component imports."""
    text = (project / "artifacts" / "requirements.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z])", re.sub(r"(?m)^\s*#.*\n", "", text))
    names = set()
    for block in blocks:
        match = re.match(r"([a-z0-9-]+)==[0-9][^\s;]*(?: ;[^\\]*)? \\\n", block)
        assert match, f"not pinned: {block[:60]}"
        names.add(match.group(1))
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), f"no hash: {match.group(1)}"
    assert names == ALLOWED_ON_THE_DEVICE
