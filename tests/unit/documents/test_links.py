"""What the documents refer to is there."""

import re
from pathlib import Path

import pytest

from support.documents import DOCUMENTS, ROOT, quoted, read, without_blocks

PACKAGE = ROOT / "src" / "client_device_associator"

_LINK = re.compile(r"\[[^\]]+\]\(([^)]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_NOT_IN_AN_ANCHOR = re.compile(r"[^\w\- ]")
_FILE = re.compile(r"[\w.\-/]+\.(?:py|md|toml|yaml|json|sh|txt)|(?:[\w.\-]+/)+")
_TARGET = re.compile(r"\bmake ([a-z]+)\b")
_FROM_TOOLS = ("greengrass-build", "greengrass-release", ".venv", "venv/", "gg-e2e-tests")
_FROM_A_RELEASE = ("bundled/", "LICENSES.md", "NOTES.md")
_FROM_THE_COMPONENT = ("last-good-configuration.json", "associations", "state.json")
_FROM_THE_PROBE = ("contract.json",)
_MADE = (*_FROM_TOOLS, *_FROM_A_RELEASE, *_FROM_THE_COMPONENT, *_FROM_THE_PROBE)
"""What is not in the repository, because something makes it."""


def anchors(path: Path) -> set[str]:
    """The anchors of a document, as GitHub makes them of its headings."""
    headings = _HEADING.findall(without_blocks(read(path)))
    return {_NOT_IN_AN_ANCHOR.sub("", one.lower()).replace(" ", "-") for one in headings}


def ids(path: Path) -> str:
    """What pytest calls a document."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_links_lead_somewhere(path: Path) -> None:
    """Each file and each heading that a link names."""
    for link in _LINK.findall(without_blocks(read(path))):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file) if file else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_files_and_folders_in_the_text_are_there(path: Path) -> None:
    """Below the project's folder, the component's package, a package's folder, or beside it."""
    tests = ROOT / "tests"
    parents = (ROOT, PACKAGE, path.parent, tests / "support", tests / "simulation")
    for text in quoted(without_blocks(read(path))):
        name = text.removesuffix("/…").strip()
        if _FILE.fullmatch(name) and not name.startswith(_MADE):
            assert any((parent / name).exists() for parent in parents), name


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_targets_of_make_are_there(path: Path) -> None:
    """Each `make something` in a document is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
    text = read(path)
    named = set(_TARGET.findall("\n".join(quoted(without_blocks(text)))))
    named |= {
        target
        for line in text.splitlines()
        if line.startswith("make ")
        for target in _TARGET.findall(line.split("#")[0])
    }
    assert named <= targets


def test_each_document_can_be_found_from_the_readme() -> None:
    """By following links; the decisions by their folder."""
    found = {ROOT / "README.md"}
    unread = [ROOT / "README.md"]
    while unread:
        path = unread.pop()
        for link in _LINK.findall(without_blocks(read(path))):
            target = (path.parent / link.partition("#")[0]).resolve()
            inside = set(target.glob("*.md")) if target.is_dir() else {target} & set(DOCUMENTS)
            unread += inside - found
            found |= inside
    assert found == set(DOCUMENTS)


def test_each_target_of_make_is_in_the_list_of_contributors() -> None:
    """A target that nobody knows of is not used."""
    (phony,) = re.findall(r"^\.PHONY: (.+)$", read(ROOT / "Makefile"), re.MULTILINE)
    text = read(ROOT / "CONTRIBUTING.md")
    assert [one for one in phony.split() if f"| `make {one}" not in text] == []


def test_each_helper_of_tests_is_in_their_readme() -> None:
    """A helper that nobody finds is written a second time."""
    text = read(ROOT / "tests" / "README.md")
    helpers = sorted((ROOT / "tests" / "support").glob("*.py"))
    names = [one.name for one in helpers if one.name != "__init__.py"]
    assert [name for name in names if f"`{name}`" not in text] == []
