"""Deploying: every line, policy and deployment is one that AWS, the nuclei and the code take."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from client_device_associator import __version__
from client_device_associator.reporting.iam_statement import ACTIONS, iam_statement
from support.aws_cli import AwsCliError, check, check_input, operations
from support.documents import ROOT, blocks, quoted, read, table
from support.iam import check_policy
from unit.documents.test_configurations import COMPONENT, merged, recipe_defaults, settings_of

PAGE = ROOT / "docs" / "deploying.md"
TEXT = read(PAGE)
VARIABLE = "${credentials-iot:ThingName}"
COPY = "my-deployment"
SCRIPTS = [block for block in blocks("sh") if block.document == "docs/deploying.md"]
LINES = [line for one in SCRIPTS for line in one.text.splitlines() if line.startswith("aws ")]
AWS_COMPONENTS = {
    "aws.greengrass.Nucleus",
    "aws.greengrass.clientdevices.Auth",
    "aws.greengrass.clientdevices.mqtt.Bridge",
    "aws.greengrass.clientdevices.mqtt.Moquette",
}
_PLACEHOLDER = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b|\b(?:REGION|ACCOUNT)\b")
_IDENTIFIERS = {"DEPLOYMENT_ID": "a-deployment", "IOT_JOB_ID": "a-job", "TIMED_OUT": "TIMED_OUT"}
"""What another command prints, and a word of the API that looks like a placeholder."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy of the files that the page makes, with names put in."""
    folder = tmp_path_factory.mktemp("newcomer")
    (folder / "docs").symlink_to(ROOT / "docs")
    (script,) = [one.text for one in SCRIPTS if one.text.startswith("cp -r")]
    subprocess.run(["/bin/sh", "-eu"], input=script, text=True, cwd=folder, check=True)
    return folder / COPY


def names() -> dict[str, str]:
    """What is put in the place of each placeholder: by the page's script, or here."""
    script = dict(re.findall(r"s/(\w+)/([\w-]+)/g", TEXT))
    roles = {"ROLE_NAME": "a-role", "ROLE_ALIAS": "an-alias"}
    return {**script, **roles, **_IDENTIFIERS}


def filled(text: str) -> str:
    """A line with every placeholder replaced."""
    return _PLACEHOLDER.sub(lambda found: names()[found[0]], text)


def deployments(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each deployment by its folder's name."""
    for path in sorted(folder.glob("*/deployment.yaml")):
        yield path.parent.name, yaml.safe_load(read(path))


def policy(name: str, folder: Path = ROOT / "docs" / "deploying") -> dict[str, Any]:
    """One of the policies."""
    document: dict[str, Any] = json.loads(read(folder / "iam" / f"{name}.json"))
    return document


def test_every_placeholder_is_explained() -> None:
    """In the table, or it is what another line prints."""
    explained = {name for row in table(TEXT, "## What is needed") for name in quoted(row[0])}
    files = [path for path in (ROOT / "docs" / "deploying").rglob("*.*") if path.is_file()]
    used = {
        name
        for text in [*map(read, files), *(block.text for block in SCRIPTS)]
        for name in _PLACEHOLDER.findall(text)
    }
    assert used - _IDENTIFIERS.keys() == explained


def test_the_copy_has_only_versions_to_be_filled_in(copy: Path) -> None:
    """The script of the page reaches every file."""
    left = {
        name
        for path in copy.rglob("*.*")
        for name in _PLACEHOLDER.findall(read(path))
        if name not in _IDENTIFIERS
    }
    assert left == {f"{one}_VERSION" for one in ("NUCLEUS", "AUTH", "BRIDGE", "MOQUETTE")}


@pytest.mark.parametrize("line", LINES)
def test_the_aws_cli_would_take_each_line(line: str, copy: Path) -> None:
    """Operation, options, and the files that it names, after the service's model."""

    def read_file(name: str) -> bytes:
        built = name.startswith("greengrass-build/")
        return b"a recipe" if built else (copy.parent / name).read_bytes()

    check(filled(line), read_file)


def test_the_check_finds_mistakes() -> None:
    """An operation, an option, a value or a file's key that the service does not know."""

    def read_file(_: str) -> bytes:
        return b"targetArn: arn:aws:iot:x:1:thing/a\ncomponents: {a: {version: '1'}}"

    for line in (
        "aws greengrassv2 create-deployments --target-arn x",
        "aws greengrassv2 cancel-deployment --id x",
        "aws greengrassv2 get-deployment",
        "aws greengrassv2 create-deployment --target-arn my-core",
        "aws greengrassv2 create-deployment --cli-input-yaml file://a.yaml",
    ):
        with pytest.raises(AwsCliError):
            check(line, read_file)


def test_commands_in_the_text_exist() -> None:
    """Those that stand in a sentence, without options."""
    for text in quoted(TEXT):
        if text.startswith("aws "):
            _, service, operation = text.split()
            assert operation in operations(service)


def test_deployments_are_what_the_page_says(copy: Path) -> None:
    """Their targets, versions, components and policies; each is used by a line of the page."""
    create = operations("greengrassv2")["create-deployment"]
    for name, deployment in deployments(copy):
        check_input(create, deployment)
        assert f"{COPY}/{name}/deployment.yaml" in TEXT
        assert deployment["components"].keys() <= {COMPONENT, *AWS_COMPONENTS}
        if name != "removal":
            assert deployment["components"][COMPONENT]["componentVersion"] == __version__
            assert deployment["deploymentPolicies"]["failureHandlingPolicy"] == "ROLLBACK"
    assert [name for name, _ in deployments(copy)] == [
        *("client-devices", "configuration", "core", "fleet", "removal"),
    ]


def test_only_a_group_has_a_rollout(copy: Path) -> None:
    """The figures in the text are those of the file."""
    (fleet,) = [one for _, one in deployments(copy) if "iotJobConfiguration" in one]
    assert ":thinggroup/" in fleet["targetArn"]
    job = fleet["iotJobConfiguration"]
    rate = job["jobExecutionsRolloutConfig"]["exponentialRate"]
    most = job["jobExecutionsRolloutConfig"]["maximumPerMinute"]
    failed, timed_out = job["abortConfig"]["criteriaList"]
    assert rate["incrementFactor"] == 2
    assert (
        f"It begins with {rate['baseRatePerMinute']} core devices a minute, doubles after each "
        f"{rate['rateIncreaseCriteria']['numberOfSucceededThings']} that have succeeded, and ends "
        f"with at most {most} a minute: at that rate 10,000 take {10_000 // most} min"
    ) in TEXT
    assert (
        f"When {failed['thresholdPercentage']} % of at least {failed['minNumberOfExecutedThings']} "
        f"core devices have failed, or {timed_out['thresholdPercentage']} % of at least "
        f"{timed_out['minNumberOfExecutedThings']} have not come to an end in an hour"
    ) in TEXT
    assert job["timeoutConfig"]["inProgressTimeoutInMinutes"] == 60


def test_configurations_in_deployments_are_valid(copy: Path) -> None:
    """What is merged is valid after what is reset, and changes something."""
    updates = [
        one["components"][COMPONENT]["configurationUpdate"]
        for _, one in deployments(copy)
        if "configurationUpdate" in one["components"].get(COMPONENT, {})
    ]
    (update,) = updates
    defaults = recipe_defaults()
    assert settings_of(merged(defaults, json.loads(update["merge"]))) != settings_of(defaults)
    assert all(pointer.removeprefix("/") in defaults for pointer in update["reset"])


@pytest.mark.parametrize(
    ("component", "file"), [("Auth", "client-device-auth"), ("mqtt.Bridge", "bridge")]
)
def test_client_devices_get_what_announcing_explains(copy: Path, component: str, file: str) -> None:
    """The same configuration in both places."""
    deployment = dict(deployments(copy))["client-devices"]
    update = deployment["components"][f"aws.greengrass.clientdevices.{component}"]
    shown = json.loads(read(ROOT / "docs" / "announcing" / "mqtt" / f"{file}.json"))
    assert json.loads(update["configurationUpdate"]["merge"]) == shown


@pytest.mark.parametrize("name", ["minimal", "everything", "contract-probe"])
def test_iam_would_take_each_policy(name: str, copy: Path) -> None:
    """Syntax, actions and ARNs, with names put in."""
    check_policy(policy(name, copy))


def test_the_policies_are_those_that_the_log_asks_for() -> None:
    """One statement for each action, and the artifact's; the minimal one is a part of the other."""
    everything = policy("everything")["Statement"]
    minimal = policy("minimal")["Statement"]
    assert everything[: len(minimal)] == minimal
    shown = {
        one["Action"]: {key: one[key] for key in ("Effect", "Action", "Resource")}
        for one in everything
        if one["Action"].startswith("greengrass:")
    }
    for operation, action in ACTIONS.items():
        log = iam_statement(VARIABLE, "REGION", "arn:aws:sts::123456789012:x", operation)
        assert shown.pop(action) == json.loads(log.replace("123456789012", "ACCOUNT"))
    assert not shown
    (artifact,) = [one for one in minimal if one["Action"] == "s3:GetObject"]
    assert artifact["Resource"].endswith(f":::YOUR_BUCKET/{COMPONENT}/*")


def test_each_further_permission_is_described() -> None:
    """In the table, and no other of this service."""
    rows = table(TEXT, "## Allow the calls")
    named = {text for row in rows for text in quoted(row[0])}
    further = {one["Action"] for one in policy("everything")["Statement"]}
    further -= {one["Action"] for one in policy("minimal")["Statement"]}
    assert {text for text in named if text.startswith("greengrass:")} == further
