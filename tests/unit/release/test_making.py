"""A release: what it refuses, what it writes, and that others can make the same."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from release import changelog, version
from release.checksums import CHECKSUMS, NAMESPACE, SIGNATURE
from release.errors import ReleaseError
from release.making import BILL, FOLDER, LICENSES, NOTES, make
from release.packages import INDEX, SYSTEM
from support.documents import ROOT

TODAY = date(2027, 1, 15)
NEXT = "7.0.0"
NEEDED = (
    *("artifacts", "docs/deploying"),
    *("src/client_device_associator", "src/component_installer"),
)
"""What a release is made of, besides the files that have the version."""


WITHOUT_DOWNLOADS = (INDEX, SYSTEM)
"""The other brings wheels, which `make release` gets from a package index."""


def git(folder: Path, *arguments: str) -> str:
    """Runs git as somebody who has told it a name."""
    name = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    command = ["git", *name, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what a release is made of."""
    folder = tmp_path_factory.mktemp("original")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in NEEDED:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    others = {changelog.NAME, ".gitignore", "pyproject.toml", *version.VERSION_LINES}
    for name in others:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "All")
    return folder


@pytest.fixture
def project(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of it, by somebody whom git knows."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "somebody@example.com")
    folder = tmp_path / "project"
    git(original, "clone", "--quiet", str(original), str(folder))
    return folder


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key that signs releases."""
    return new_key(tmp_path / "release_key", "ed25519")


def new_key(path: Path, kind: str) -> Path:
    """A key of OpenSSH without a passphrase."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)]
    subprocess.run(command, check=True)
    return path


def make_there(folder: Path, wanted: str = NEXT, key: Path | None = None) -> Path:
    """Makes a release without a word."""
    return make(
        folder, wanted, today=TODAY, key=key, say=lambda _: None, variants=WITHOUT_DOWNLOADS
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file by its name."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_whoever_makes_it_again_gets_the_same_bytes(
    project: Path, tmp_path: Path, key: Path
) -> None:
    """In another folder, of the commit that the first has made; the signature too."""
    first = make_there(project, key=key)
    other = tmp_path / "somewhere" / "else"
    git(project, "clone", "--quiet", str(project), str(other))
    second = make_there(other, key=key)
    assert contents(first) == contents(second)
    assert git(project, "log", "-1", "--format=%s").strip() == f"Release {NEXT}"
    assert git(project, "status", "--porcelain") == ""
    check_papers(first)
    check_signature(first, key)


def check_papers(folder: Path) -> None:
    """Everything is there, and speaks of this version."""
    names = set(contents(folder))
    assert {CHECKSUMS, SIGNATURE, LICENSES, NOTES, f"index/{BILL}"} <= names
    bill = json.loads((folder / "index" / BILL).read_text("utf-8"))
    assert bill["metadata"]["component"]["version"] == NEXT
    assert bill["metadata"]["timestamp"].startswith(TODAY.isoformat())
    assert (folder / NOTES).read_text("utf-8").startswith(f"# {NEXT}, {TODAY}\n")
    recipe = (folder / "index" / "recipes" / "recipe.yaml").read_text("utf-8")
    assert f'ComponentVersion: "{NEXT}"' in recipe
    checked = ["sha256sum", "--check", "--strict", "--quiet", CHECKSUMS]
    subprocess.run(checked, cwd=folder, check=True)
    listed = {line.split("  ")[1] for line in (folder / CHECKSUMS).read_text("utf-8").splitlines()}
    assert listed == names - {CHECKSUMS, SIGNATURE}


def check_signature(folder: Path, key: Path) -> None:
    """As docs/releasing.md says; a changed file is found."""
    signers = folder.parent / "allowed_signers"
    signers.write_text(f"release@example.com {key.with_suffix('.pub').read_text('utf-8')}")
    command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "release@example.com"]
    command += ["-n", NAMESPACE, "-s", str(folder / SIGNATURE)]
    for content, code in (((folder / CHECKSUMS).read_bytes(), 0), (b"other", 255)):
        verified = subprocess.run(command, input=content, capture_output=True, check=False)
        assert verified.returncode == code


def test_a_new_version_is_in_every_file(project: Path) -> None:
    """And the old one in none; what was not released has a heading."""
    old = version.current_version(project)
    make_there(project)
    for name, words in version.VERSION_LINES.items():
        text = (project / name).read_text("utf-8")
        assert words.format(NEXT) in text
        assert words.format(old) not in text
    text = (project / changelog.NAME).read_text("utf-8")
    assert changelog.day_of(text, NEXT) == TODAY
    assert "## [Unreleased]\n\n## [7.0.0] - 2027-01-15\n" in text


def test_without_a_key_there_is_no_signature(project: Path) -> None:
    """And that is said."""
    said: list[str] = []
    folder = make(
        project, NEXT, today=TODAY, key=None, say=said.append, variants=WITHOUT_DOWNLOADS[:1]
    )
    assert not (folder / SIGNATURE).exists()
    assert any("NOT SIGNED" in line for line in said)


def test_a_dirty_tree_is_refused(project: Path) -> None:
    """A file that nobody has committed could be in no release."""
    (project / "src" / "new.py").write_text("")
    with pytest.raises(ReleaseError, match=r"src/new\.py.*commit"):
        make_there(project)
    assert not (project / FOLDER).exists()


def test_what_cannot_be_the_next_version_is_refused(project: Path) -> None:
    """No version, or an older one; nothing is changed."""
    for wanted in ("", "1", "v1.0.0", "1.0.0-rc1", "01.0.0", "0.0.9"):
        with pytest.raises(ReleaseError, match=r"version"):
            make_there(project, wanted)
    assert git(project, "status", "--porcelain") == ""


def test_nothing_new_is_no_release(project: Path) -> None:
    """A version whose changelog is empty."""
    make_there(project)
    with pytest.raises(ReleaseError, match="nothing under"):
        make_there(project, "7.0.1")
    assert git(project, "status", "--porcelain") == ""


def test_a_key_of_another_type_is_refused(project: Path, tmp_path: Path) -> None:
    """Its signatures would differ each time."""
    with pytest.raises(ReleaseError, match="ed25519"):
        make_there(project, key=new_key(tmp_path / "ecdsa", "ecdsa"))
