"""The project's documents, and the examples in them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

DOCUMENTS = tuple(
    sorted(
        {
            *(
                ROOT / name
                for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
            ),
            *(ROOT / "docs").rglob("*.md"),
            *(
                path
                for path in (ROOT / "packages").rglob("*.md")
                if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
            ),
            ROOT / "tests" / "README.md",
        }
    )
)

_FENCED = re.compile(r"^( *)```(\S*)[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a document.

    Attributes:
        document: Its path below the project's folder.
        line: Where it begins, counted from 1.
        language: What the fence says; "" for nothing.
        text: What is in it.
    """

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"

    def json(self) -> dict[str, Any]:
        """The object in it; raises ValueError if it is none."""
        document = json.loads(self.text)
        if not isinstance(document, dict):
            raise ValueError(f"{self}: not a JSON object")  # noqa: TRY004 - as json.loads does
        return document


def read(path: Path) -> str:
    """The text of a document."""
    return path.read_text(encoding="utf-8")


def blocks(*languages: str) -> list[Block]:
    """The fenced blocks of all documents in these languages; of every language if none is given."""
    return [
        block
        for path in DOCUMENTS
        for block in _blocks_of(path)
        if not languages or block.language in languages
    ]


def without_blocks(text: str) -> str:
    """A document's text with every fenced block left out."""
    return _FENCED.sub("", text)


def table(text: str, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, each as its cells; without its two head rows."""
    below = text.split(f"\n{heading}\n", 1)[1]
    rows: list[list[str]] = []
    for line in below.splitlines():
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            break
    return rows[2:]


def quoted(cell: str) -> list[str]:
    """What stands in backticks in a text."""
    return re.findall(r"`([^`]+)`", cell)


def _blocks_of(path: Path) -> Iterator[Block]:
    text = read(path)
    for found in _FENCED.finditer(text):
        indent, language, inside = found[1], found[2], found[3]
        if indent:
            inside = re.sub(rf"^{indent}", "", inside, flags=re.MULTILINE)
        line = text.count("\n", 0, found.start()) + 1
        yield Block(str(path.relative_to(ROOT)), line, language, inside)
