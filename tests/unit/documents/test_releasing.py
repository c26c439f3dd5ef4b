"""Releasing, the threat model, the catalog and the end-to-end feature are what they say."""

import json
import re

import pytest

from client_device_associator.configuration.parser import default_settings, parse_configuration
from client_device_associator.reporting.notices import (
    ConfigurationRejected,
    DefectFound,
    ListeningChanged,
    Notice,
)
from client_device_associator.reporting.operator_log import OperatorLog
from release.checksums import CHECKSUMS, NAMESPACE, SIGNATURE
from release.making import BILL, FOLDER, LICENSES, NOTES
from release.packages import VARIANTS
from support.documents import ROOT, blocks, read, table

RELEASING = read(ROOT / "docs" / "releasing.md")
THREATS = read(ROOT / "docs" / "threat-model.md")
FEATURE = read(ROOT / "tests" / "e2e" / "component.feature")
CATALOG = ROOT / "docs" / "catalog"

STOCK_STEPS = (
    r"my device is registered as a Thing",
    r"my device is running Greengrass",
    r"I create a Greengrass deployment with components",
    r"I update my Greengrass deployment configuration, setting the component \S+ configuration to:",
    r"I deploy the Greengrass deployment configuration",
    r"the Greengrass deployment is COMPLETED on the device after \d+ seconds",
    r'the \S+ log on the device contains the line "[^"]+" within \d+ seconds',
    r'the \S+ log on the device not contains the line "[^"]+"',
)
"""Those in use, of the Greengrass testing framework 1.2.0 (DeploymentSteps, FileSteps,
GreengrassSteps, RegistrationSteps)."""

_STEP = re.compile(r"^ +(?:Given|When|Then|And) (.+)$", re.MULTILINE)
_REMAINS = re.compile(r"\*remains\* (\d)")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the component says of what the feature brings about."""
    caplog.set_level("INFO", "client_device_associator")
    topics = tuple(one.topic_filter for one in default_settings().announcement_topics)
    notices: list[Notice] = [
        ListeningChanged(topics, ()),
        ConfigurationRejected(parse_configuration({"batching": {"maxSize": 101}}).problems),
        DefectFound(ValueError("oops")),
    ]
    operator_log = OperatorLog("core-1", "eu-central-1")
    for notice in notices:
        operator_log(notice)
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("step", _STEP.findall(FEATURE))
def test_a_step_of_the_feature_is_a_stock_step(step: str) -> None:
    """There is no code of ours for steps."""
    assert any(re.fullmatch(stock, step) for stock in STOCK_STEPS)


def test_log_lines_of_the_feature_are_the_component_s(log: list[str]) -> None:
    """Of the very configuration that it deploys."""
    wanted = set(re.findall(r'the line "([^"]+)"', FEATURE))
    assert len(wanted) == len(log)
    for text in wanted:
        assert any(text in line for line in log), text
    (merge,) = re.findall(r'"""\s+(\{.*\})\s+"""', FEATURE)
    assert json.loads(merge) == {"MERGE": {"batching": {"maxSize": 101}}}


def test_gdk_runs_the_scenarios_of_the_feature() -> None:
    """By their tag."""
    tags = json.loads(read(ROOT / "gdk-config.json"))["test-e2e"]["gtf_options"]["tags"]
    assert FEATURE.count(f"@{tags}\n") == FEATURE.count("Scenario:")


def test_files_of_a_release_have_their_names() -> None:
    """Those in the table, and those by which one is checked."""
    text = RELEASING
    for name in (BILL, LICENSES, NOTES, CHECKSUMS, SIGNATURE, f"{FOLDER}/1.2.3/"):
        assert f"{name}`" in text
    (check,) = [one.text for one in blocks("sh") if "-Y verify" in one.text]
    assert f"-n {NAMESPACE} -s {SIGNATURE} < {CHECKSUMS}\n" in check
    assert all(f"`{one.name}`" in text or f"`{one.name}/recipes/`" in text for one in VARIANTS)


def test_every_flow_has_a_row_and_every_threat_an_answer() -> None:
    """The numbers of the picture; what remains is in the list, and nothing is left open."""
    (picture,) = [
        one.text
        for one in blocks("text")
        if one.document == "docs/threat-model.md" and "(12)" in one.text
    ]
    numbers = set(re.findall(r"\((\d+)\)", picture))
    rows = table(THREATS, "## STRIDE for each flow")
    assert {row[0].split()[0] for row in rows} == numbers
    assert all(len(row) == len(("flow", *"STRIDE")) for row in rows)
    assert all(cell for row in rows for cell in row)
    listed = set(re.findall(r"^(\d)\. \*\*", THREATS, re.MULTILINE))
    assert set(_REMAINS.findall(" ".join(" ".join(row) for row in rows))) <= listed


def test_the_catalog_s_entry_is_one() -> None:
    """A name and the address of a zip, as in the catalog's own file; the line has the same name."""
    (entry,) = json.loads(read(CATALOG / "community-components.json")).items()
    name, address = entry
    assert address.startswith(f"https://github.com/OWNER/{name}/archive/")
    assert address.endswith(".zip")
    text = read(CATALOG / "README.md")
    assert f"](https://github.com/OWNER/{name}): " in text
    assert f"--repository {name}`" in text
