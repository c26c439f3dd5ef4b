"""The table of every warning and error, against the source of all log lines."""

import ast
from collections.abc import Iterator

import pytest

from support.documents import ROOT, quoted, read, table

LOG = read(ROOT / "docs" / "log.md")
REPORTING = ROOT / "src" / "client_device_associator" / "reporting"
GAP = "…"
_LEVELS = frozenset({"warning", "error"})


def written(node: ast.AST) -> str | None:
    """A text in the source, with a gap for what is put into it; None if it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values
    )


def texts_in(module: ast.Module) -> Iterator[str]:
    """Every text that becomes a warning or an error, at once or by way of a function or a name."""
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef):
            continue
        named = {
            target.id: text
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and (text := written(node.value)) is not None
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        if function.name.endswith("_refused") and not function.name.startswith("_"):
            returned = (one.value for one in ast.walk(function) if isinstance(one, ast.Return))
            yield from (text for one in returned if one and (text := written(one)) is not None)
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and is_loud(call):
                # `warning(text)`, `error(text)` or `Line(level, text, …)`
                said = call.args[min(1, len(call.args) - 1)]
                text = named.get(said.id) if isinstance(said, ast.Name) else written(said)
                if text is not None:
                    yield text


def is_loud(call: ast.Call) -> bool:
    """Whether it makes a line that is a warning or worse."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in _LEVELS:
        return True
    first = call.args[0] if call.args else None
    return (
        name == "Line" and isinstance(first, ast.Attribute) and first.attr in ("WARNING", "ERROR")
    )


LINES = sorted(
    {text for path in sorted(REPORTING.glob("*.py")) for text in texts_in(ast.parse(read(path)))}
)
ROWS = [quoted(row[0]) for row in table(f"\n{LOG}", "# Every warning and error")]


def is_like(line: str, symptom: str) -> bool:
    """Whether a line begins as a symptom does, and has the rest of it in order."""
    first, *rest = (part.strip() for part in symptom.split(GAP))
    at = len(first)
    if not line.startswith(first):
        return False
    for part in rest:
        at = line.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


@pytest.mark.parametrize("line", LINES)
def test_every_line_has_its_cause_and_cure(line: str) -> None:
    """A new line needs a row."""
    assert [row for row in ROWS if any(is_like(line, one) for one in row)]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_no_row_is_about_a_line_that_does_not_exist(row: list[str]) -> None:
    """Nor is a symptom so short that it fits everything."""
    for symptom in row:
        found = [line for line in LINES if is_like(line, symptom)]
        assert 1 <= len(found) <= 2, found


def test_lines_are_found() -> None:
    """Or the test would prove nothing."""
    assert len(LINES) > 25
