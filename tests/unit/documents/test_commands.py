"""What the documents say of the operator's commands is what they are."""

import re

from client_device_associator.command import exit_codes
from client_device_associator.command.commands import COMMANDS
from client_device_associator.command.work_directory import COMPONENT
from support.documents import ROOT, quoted, read, table
from unit.documents.test_operating import COMPONENT as DOCUMENTED

OPERATING = read(ROOT / "docs" / "operating.md")
SECTION = OPERATING.split("## Commands", 1)[1].split("\n## ", 1)[0]


def test_every_command_is_in_the_table() -> None:
    """In the order of the help."""
    rows = [quoted(row[0])[0].split()[0] for row in table(OPERATING, "## Commands")]
    assert rows[: len(COMMANDS)] == [command.name for command in COMMANDS]


def test_every_exit_code_is_in_the_table() -> None:
    """And no other."""
    numbers = sorted(value for value in vars(exit_codes).values() if isinstance(value, int))
    assert [int(one) for one in re.findall(r"^\| (\d) \|", SECTION, re.MULTILINE)] == numbers


def test_the_usual_place_has_the_components_name() -> None:
    """The one by which all documents call it."""
    assert COMPONENT == DOCUMENTED
    assert f"/work/{COMPONENT}/venv/bin/associator status" in SECTION
