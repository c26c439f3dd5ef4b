"""The table of all ways in the document.

`PYTHONPATH=tests python -m support.ways.table` writes it.
"""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from support.ways.known import KNOWN
from support.ways.rejected import REJECTED
from support.ways.way import Way, why

WAYS: Sequence[Way] = (*REJECTED, *KNOWN)

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "why.md"
WRITE_AGAIN = "PYTHONPATH=tests .venv/bin/python -m support.ways.table"
"""Writes the table into the document."""

_PLACE = re.compile(r"(<!-- table: why -->\n)(.*?)(<!-- end of table -->)", re.DOTALL)


def table() -> str:
    """All ways, and what the command says of each."""
    lines = [
        "| the device is not associated because | `reason` | what it says | what a person can do |",
        "|---|---|---|---|",
    ]
    for way in WAYS:
        with tempfile.TemporaryDirectory() as directory:
            (said,) = why(way, Path(directory), "--json").documents
        cells = (way.what, f"`{said['reason']}`", said["cause"], said["remedy"])
        lines.append(f"| {' | '.join(str(one).replace('|', chr(92) + '|') for one in cells)} |")
    return "\n".join(lines) + "\n"


def with_table(document: str) -> str:
    """The document with the table as it is now."""
    return _PLACE.sub(lambda found: f"{found[1]}{table()}{found[3]}", document)


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
