"""The map of rooms is that of the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.documents import ROOT, blocks, quoted, read, table

PACKAGE = ROOT / "src" / "client_device_associator"
TEXT = read(ROOT / "docs" / "architecture.md")
ROWS = table(TEXT, "## The map of rooms")
ALL = "all of them"

_ROOM = re.compile(r"(\w+)(?:/|\.py)")


def rooms() -> set[str]:
    """Every package and every module beside them."""
    return {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"} | {
        path.parent.name for path in PACKAGE.glob("*/__init__.py")
    }


def rooms_of(row: list[str]) -> list[str]:
    """Those that a row of the map is about."""
    return [_ROOM.fullmatch(text)[1] for text in quoted(row[0])]  # type: ignore[index]


def imports(path: Path) -> Iterator[str]:
    """The other rooms from which a file imports."""
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] == PACKAGE.name and len(parts) > 1:
                yield parts[1]


def imported(room: str) -> set[str]:
    """The other rooms from which a room imports."""
    paths = [PACKAGE / f"{room}.py", *(PACKAGE / room).rglob("*.py")]
    return {one for path in paths if path.exists() for one in imports(path)} - {room}


def layers() -> list[str]:
    """The layers of the import contract, from the top."""
    text = read(ROOT / "pyproject.toml")
    block, _sandbox = re.findall(r"^layers = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    return re.findall(r'"([^"]+)"', block)


def test_every_room_is_on_the_map() -> None:
    """Each once, and no other."""
    assert sorted(room for row in ROWS for room in rooms_of(row)) == sorted(rooms())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(rooms_of(row)))
def test_a_room_imports_what_the_map_says(row: list[str]) -> None:
    """No more, and no less."""
    found = set().union(*(imported(room) for room in rooms_of(row)))
    if row[2].startswith(ALL):
        assert found - set(rooms_of(row)) == rooms() - set(rooms_of(row)) - set(quoted(row[2]))
    else:
        assert found == set(quoted(row[2]))


def test_the_layers_are_those_of_the_contract() -> None:
    """In the same order."""
    (shown,) = [one for one in blocks("text") if one.text.startswith("__main__\n")]
    assert shown.text.splitlines() == layers()
