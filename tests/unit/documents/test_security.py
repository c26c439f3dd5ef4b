"""The threat table, and the examples of the document about security."""

import ast

import pytest

from client_device_associator.configuration.parser import parse_configuration
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.result import Reason
from support.documents import ROOT, blocks, quoted, read, table

SECURITY = ROOT / "docs" / "security.md"
ROWS = table(read(SECURITY), "## Threats and defences")
NAMED = sorted({name for row in ROWS for name in quoted(row[2])})


@pytest.mark.parametrize("name", NAMED)
def test_a_defence_is_shown_by_a_test_that_exists(name: str) -> None:
    """Under the name that the table has."""
    path, _, function = name.partition("::")
    defined = {
        node.name
        for node in ast.walk(ast.parse(read(ROOT / path)))
        if isinstance(node, ast.FunctionDef)
    }
    assert function in defined


def test_each_threat_has_a_test_or_says_why_not() -> None:
    """What is a matter of IAM cannot be shown here."""
    assert len(ROWS) >= 20
    silent = [row[0] for row in ROWS if not quoted(row[2])]
    assert silent == ["a stolen core device"]


def test_the_strict_configuration_is_as_strict_as_it_says() -> None:
    """Only proven names of this site; the rest is refused with the reason."""
    (block,) = [
        one
        for one in blocks("json")
        if one.document == "docs/security.md" and "admission" in one.text
    ]
    parsed = parse_configuration(block.json(), "core-1")
    assert parsed.settings is not None
    assert parsed.warnings == ()
    gate = parsed.settings.policy.gate

    def code(name: str, topic: str, source: str) -> Reason | None:
        refusal = gate.why_not(Announcement(name, topic), source)
        return refusal.reason if refusal else None

    mine = "line-core-1-7"
    assert code(mine, f"clientdevices/{mine}/announce", "own") is None
    assert code(mine, "clientdevices/announce", "shared") is Reason.UNPROVEN_NAME
    assert code("line-core-2-7", "clientdevices/x/announce", "own") is Reason.NOT_ADMITTED
    assert parsed.settings.policy.max_devices == 200


def test_the_role_is_for_one_core_device() -> None:
    """The policy variable, in both spellings of the resource."""
    (block,) = [
        one for one in blocks("json") if one.document == "docs/security.md" and "Effect" in one.text
    ]
    statement = block.json()
    assert statement["Action"] == "greengrass:BatchAssociateClientDeviceWithCoreDevice"
    endings = {one.partition("coreDevices")[2] for one in statement["Resource"]}
    assert endings == {":${credentials-iot:ThingName}", "/${credentials-iot:ThingName}"}
