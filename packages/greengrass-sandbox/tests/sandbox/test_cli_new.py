"""The command `new`. Its component runs in `test_pytest_plugin.py`."""

from pathlib import Path

import pytest

from greengrass_sandbox import CLASSIC, LITE, Profile, read_recipe
from greengrass_sandbox.command.main import main
from greengrass_sandbox.command.new import make

FILES = {".gitignore", "README.md", "artifacts/main.py", "recipe.yaml", "test_component.py"}
MAX_TEST_LINES = 10


def text_of(folder: Path) -> dict[str, str]:
    """All files that are in a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_a_component_is_made_with_its_own_name_and_topics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a folder of that name, and what to do next is said."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "org.example.DoorCounter"]) == 0
    made = text_of(tmp_path / "org.example.DoorCounter")
    assert set(made) == FILES
    assert all("com.example.Hello" not in text and "hello/" not in text for text in made.values())
    assert 'bus.publish("doorcounter/request"' in made["test_component.py"]
    assert "cd org.example.DoorCounter && pytest" in capsys.readouterr().out.splitlines()[-1]
    assert len(made["test_component.py"].splitlines()) <= MAX_TEST_LINES


@pytest.mark.parametrize("profile", [CLASSIC, LITE], ids=["classic", "lite"])
def test_its_recipe_is_taken_by_both_nuclei(profile: Profile, tmp_path: Path) -> None:
    """And the other one has no advice to give."""
    make("com.example.Made", tmp_path)
    recipe = read_recipe(profile, tmp_path / "recipe.yaml")
    assert (recipe.name, recipe.advice) == ("com.example.Made", ())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """One file that is there already, and none is written."""
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(FileExistsError, match=r"README\.md"):
        make("com.example.Made", tmp_path)
    assert text_of(tmp_path) == {"README.md": "mine"}


@pytest.mark.parametrize("name", ["", "a b", "../a", "é"])
def test_a_name_that_no_component_can_have_is_refused(name: str, tmp_path: Path) -> None:
    """With one that could be."""
    with pytest.raises(ValueError, match=r"com\.example\.DoorCounter"):
        make(name, tmp_path / "made")
    assert not (tmp_path / "made").exists()
