"""The rules of the house: what is true of every file, and not of one module."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.documents import DOCUMENTS, ROOT, read

PACKAGE = ROOT / "src" / "client_device_associator"
UNIT = ROOT / "tests" / "unit"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
MAX_LINES = 300

WITHOUT_UNIT_TEST = {
    "__main__.py": "one call; every integration test runs it, and so does command/test_main.py",
    "command/arguments.py": "test_completion.py is about what it keeps",
    "command/command.py": "data alone",
    "command/commands.py": "a table; test_parser.py goes through it",
    "command/case.py": "test_why.py reads cases from journals",
    "command/diagnosis.py": "test_why.py goes through every way",
    "command/remedies.py": "texts; test_why.py looks for each",
    "command/unknown_device.py": "test_why.py goes through every way",
    "command/verdict.py": "data alone",
    "command/errors.py": "a name alone",
    "command/exit_codes.py": "numbers alone",
    "errors.py": "names alone",
    "channel/port.py": "data alone",
    "cloud/port.py": "a Protocol and its events",
    "configuration/settings.py": "data alone",
    "core/admission/gate.py": "a Protocol and what it answers with",
    "core/announcement.py": "data alone",
    "core/answer.py": "data alone",
    "core/decision.py": "data alone",
    "core/journal_view.py": "a Protocol",
    "core/notices.py": "data alone",
    "core/operation.py": "data alone",
    "core/wish.py": "data alone",
    "core/pace.py": "a Protocol and its data",
    "core/policy.py": "data alone",
    "core/result.py": "data alone",
    "core/trail.py": "data alone",
    "nucleus/ipc.py": "a socket: tests/integration, on both nuclei",
    "nucleus/port.py": "Protocols",
    "nucleus/rpc_errors.py": "names alone; test_ipc_errors.py is about what is said of them",
    "reporting/cloud_wording.py": "test_wording.py is about all lines of the log",
    "reporting/line.py": "data alone",
    "pipeline/events.py": "data alone",
    "session/events.py": "data alone",
    "work_files.py": "names alone; test_operating.py is about them",
}
"""Modules that have no test file of their name, and why."""

ABOUT_A_WHOLE_ROOM = {
    "journal/test_earlier_versions.py": "journals of earlier versions go through all of the room",
}
"""Test files in a room that are not about one module of it, and why."""

INSIDE_THE_SANDBOX = {
    "tests/fuzz/targets/sandbox.py": "fuzzing of its own readers",
    "tests/installcheck/sandbox.py": "artifacts that are root's, as no nucleus delivers them",
}
"""Tests that use what it does not name as public, and why."""

FORBIDDEN_WORDS = (
    *("heed", "heeds", "heeded", "tend", "tends", "tended", "anew", "mend", "mends", "mended"),
    *("whoever", "begun", "spoilt", "amiss", "hence", "wont", "dice"),
    *("will not do", "in force", "out of force", "take up", "takes up", "try out", "results owed"),
)
"""Words that send a reader to the dictionary, or have a better one here."""


def python_files(*folders: str) -> list[Path]:
    """Every file of ours in these folders."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    """A file below the project's folder."""
    return path.relative_to(ROOT).as_posix()


def modules() -> list[str]:
    """The component's modules, below its package."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return [one.relative_to(PACKAGE).as_posix() for one in paths if one.name != "__init__.py"]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in a file, at any depth."""
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


@pytest.mark.parametrize("module", modules())
def test_each_module_has_its_test(module: str) -> None:
    """In the same place, by the same name; or a reason for having none, but never both."""
    folder, _, name = module.rpartition("/")
    has_test = (UNIT / folder / f"test_{name}").exists()
    assert has_test != (module in WITHOUT_UNIT_TEST)


def test_reasons_are_for_modules_that_exist() -> None:
    """A reason whose module was renamed would excuse the next one of that name."""
    assert set(WITHOUT_UNIT_TEST) <= set(modules())


def test_each_unit_test_is_about_a_module() -> None:
    """A test file in a room is named for a module of that room, with or without more words."""
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    reasons = ABOUT_A_WHOLE_ROOM
    for path in sorted(UNIT.glob("*/test_*.py")):
        if path.parent.name in rooms and path.relative_to(UNIT).as_posix() not in reasons:
            stem = path.stem.removeprefix("test_")
            names = [one.stem for one in (PACKAGE / path.parent.name).glob("*.py")]
            assert any(stem == name or stem.startswith(f"{name}_") for name in names), path.name


def test_no_file_is_long() -> None:
    """What needs more lines is about more than one thing."""
    long = {
        name_of(path): lines
        for path in python_files("src", "packages", "tests", "benchmarks", "artifacts")
        if (lines := len(read(path).splitlines())) > MAX_LINES
    }
    assert not long


def test_each_test_says_what_it_is_about() -> None:
    """A docstring of each test function, whose first line is a sentence."""
    silent = [
        f"{name_of(path)}:{function.lineno}"
        for path in python_files("tests", "packages")
        if path.name.startswith("test_")
        for function in functions(path)
        if function.name.startswith("test_")
        and not (ast.get_docstring(function) or "").split("\n")[0].strip()
    ]
    assert silent == []


def test_tests_use_what_the_sandbox_names_as_public() -> None:
    """But for two that look inside on purpose: the rooms below may change with each version."""
    deep = [
        f"{name_of(path)}: {line}"
        for path in python_files("tests", "benchmarks", "docs")
        if name_of(path) not in INSIDE_THE_SANDBOX
        for line in read(path).splitlines()
        if re.match(r"\s*(from|import) greengrass_sandbox\.", line)
    ]
    assert deep == []


@pytest.mark.parametrize("path", DECISIONS, ids=name_of)
def test_a_decision_has_its_parts(path: Path) -> None:
    """Number and title, what led to it, what was decided, and what follows; in this order."""
    text = read(path)
    assert re.match(rf"# {path.name[:4]}: \S", text)
    parts = re.findall(r"^\*\*(\w+)\.\*\* \S", text, re.MULTILINE)
    assert [part for part in parts if part != "Status"] == ["Context", "Decision", "Consequences"]
    assert parts[0] in ("Status", "Context")


def test_decisions_are_numbered_once() -> None:
    """A number stands for one decision."""
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(set(numbers)) == len(numbers)


def test_readme_is_one_look() -> None:
    """At most 150 lines: what is longer is in docs."""
    assert len(read(ROOT / "README.md").splitlines()) <= 150


@pytest.mark.parametrize("word", FORBIDDEN_WORDS)
def test_documents_and_component_are_in_plain_words(word: str) -> None:
    """A reader whose third language is English needs no dictionary."""
    pattern = re.compile(rf"\b{word}\b", re.IGNORECASE)
    texts = [*DOCUMENTS, *python_files("src/client_device_associator")]
    assert [name_of(path) for path in texts if pattern.search(read(path))] == []
