"""The command line against a sandbox in a process of its own.

Commands that only ask run in the test's process, which is quicker.
"""

import json
import os
import select
import shlex
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sandbox.cli_support import Up, ask, command

NAME = "com.example.Demo"

RECIPE = f"""\
RecipeFormatVersion: "2020-01-25"
ComponentName: {NAME}
ComponentVersion: "1.0.0"
Manifests:
  - Platform: {{os: linux, runtime: "*"}}
    Artifacts: [{{Uri: s3://b/c/d/demo.zip, Unarchive: ZIP}}]
    Lifecycle:
      run: exec sh "{{artifacts:decompressedPath}}/demo/demo.sh"
"""


@pytest.fixture
def up(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Up]:
    """A running sandbox; the test's parameter, if any, is its further arguments."""
    sandbox = Up(tmp_path / "root", getattr(request, "param", []))
    try:
        yield sandbox
    finally:
        sandbox.close()


@pytest.fixture
def component(tmp_path: Path) -> tuple[Path, Path]:
    """The recipe and artifacts of a component that sleeps with a child."""
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE)
    artifacts = tmp_path / "artifacts"
    artifacts.mkdir()
    with zipfile.ZipFile(artifacts / "demo.zip", "w") as archive:
        archive.writestr("demo.sh", "echo running\nsleep 600 &\nwait\n")
    return recipe, artifacts


@pytest.mark.parametrize("up", [[], ["--profile", "lite"]], ids=["classic", "lite"], indirect=True)
def test_published_messages_are_seen_by_watch(up: Up) -> None:
    """JSON as it is, text and binary as text, each with its topic; others are not shown."""
    with subprocess.Popen(
        command(up.root, "watch", "a/+", "--count", "3"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watch:
        assert watch.stdout is not None
        assert watch.stderr is not None
        assert watch.stderr.readline() == "watching a/+\n"
        ask(up.root, "publish", "elsewhere", "not seen")
        ask(up.root, "publish", "a/json", '{"n": "1"}')
        ask(up.root, "publish", "a/text", "plain [1]")
        ask(up.root, "publish", "a/binary", '{"n":1}', "--binary")
        lines = watch.stdout.read().splitlines()
        assert watch.wait() == 0
    assert lines == ['a/json\t{"n": "1"}', "a/text\tplain [1]", 'a/binary\t{"n":1}']


def test_refused_publish_fails_with_the_reason(up: Up) -> None:
    """The classic nucleus takes no wildcard there."""
    assert "wildcard" in ask(up.root, "publish", "a/+", "{}", code=1)


def test_faults_are_set_listed_and_ended(up: Up) -> None:
    """For the cloud and for the token exchange."""
    said = ask(up.root, "fault", '{"kind": "ThrottlingException", "times": 2}')
    number = said.split()[-1]
    ask(up.root, "fault", '{"tokenExchange": "null"}')
    listed = ask(up.root, "fault").splitlines()
    iot_core = "iotCore\tonline"
    assert listed == ["tokenExchange\tnull", iot_core, f"fault {number}\tThrottlingException"]
    ask(up.root, "fault", "--remove", number)
    assert ask(up.root, "fault").splitlines() == ["tokenExchange\tnull", iot_core]
    ask(up.root, "fault", "--clear")
    assert ask(up.root, "fault").splitlines() == ["tokenExchange\tok", iot_core]


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ('{"kind": "nonsense"}', "kind"),
        ('{"tokenExchange": "nonsense"}', "tokenExchange must be one of"),
        ('{"iotCore": "nonsense"}', "iotCore must be one of"),
    ],
)
def test_wrong_fault_is_explained(up: Up, fault: str, complaint: str) -> None:
    """With what would be right."""
    assert complaint in ask(up.root, "fault", fault, code=1)


def test_deployed_component_is_in_the_status(up: Up, component: tuple[Path, Path]) -> None:
    """In plain lines in a pipe, and as JSON."""
    recipe, artifacts = component
    assert ask(up.root, "deploy", str(recipe), str(artifacts)) == f"{NAME} 1.0.0 is RUNNING\n"
    ask(up.root, "things", "add", "one", "two")
    lines = [line.split("\t") for line in ask(up.root, "status").splitlines()]
    assert ["coreDevice", "sandbox-core"] in lines
    assert ["things", "2"] in lines
    (found,) = (line for line in lines if line[0] == "component")
    assert found[1:3] == [NAME, "RUNNING"]
    status = json.loads(ask(up.root, "status", "--json"))
    assert status["components"][0]["pid"] == int(found[3])
    assert status["calls"] == []


def test_a_program_becomes_an_administrator(up: Up) -> None:
    """What a shell evaluates is all that an unmodified SDK needs."""
    lines = shlex.split(ask(up.root, "credentials"))[1::2]
    environment = dict(line.split("=", 1) for line in lines)
    code = 'import boto3; boto3.client("iot").create_thing(thingName="made")'
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **environment}, check=True)
    assert ask(up.root, "things", "list") == "made\n"


def test_status_has_tables_on_a_terminal(up: Up, component: tuple[Path, Path]) -> None:
    """A pseudo-terminal stands for the person."""
    ask(up.root, "deploy", *map(str, component))
    controller, terminal = os.openpty()
    try:
        subprocess.run(
            command(up.root, "status"),
            stdout=terminal,
            check=True,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
        )
        shown = os.read(controller, 65536).decode()
    finally:
        os.close(controller)
        os.close(terminal)
    assert "subscriptions" in shown
    assert NAME in shown
    assert "━" in shown


def test_failed_deployment_is_explained(up: Up, component: tuple[Path, Path]) -> None:
    """The command fails, the sandbox goes on."""
    recipe, artifacts = component
    recipe.write_text(RECIPE.replace('"1.0.0"', '"one"'))
    assert "/ComponentVersion" in ask(up.root, "deploy", str(recipe), str(artifacts), code=1)
    assert "coreDevice" in ask(up.root, "status")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_the_sandbox_and_all_that_it_runs(
    tmp_path: Path, component: tuple[Path, Path], number: signal.Signals
) -> None:
    """No process, no socket and no watcher stays."""
    sandbox = Up(tmp_path / "root", ["--deploy", *map(str, component)])
    assert sandbox.first_line.startswith("sandbox-core is up (classic)")
    assert sandbox.read_line().startswith(f"{NAME} is RUNNING")
    children = psutil.Process(sandbox.process.pid).children(recursive=True)
    descriptors = [os.pidfd_open(child.pid) for child in children]
    assert descriptors
    with subprocess.Popen(
        command(sandbox.root, "watch", "#"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as watch:
        assert watch.stderr is not None
        watch.stderr.readline()
        code, said = sandbox.end(number)
        assert watch.wait(timeout=60) == 0
    assert (code, said) == (0, "sandbox-core is down\n")
    for descriptor in descriptors:
        # A descriptor of a process is readable when the process has ended.
        assert select.select([descriptor], [], [], 60)[0]
        os.close(descriptor)
    assert not [path for path in sandbox.root.iterdir() if path.is_socket()]


def test_without_a_sandbox_commands_say_how_to_start_one(tmp_path: Path) -> None:
    """Instead of a traceback."""
    said = ask(tmp_path, "status", code=1)
    assert f"greengrass-sandbox up --root {tmp_path}" in said


def test_second_sandbox_in_the_same_root_is_refused(up: Up) -> None:
    """It would take the sockets away from the first."""
    second = subprocess.run(command(up.root, "up"), capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "already" in second.stderr
    assert "coreDevice" in ask(up.root, "status")
