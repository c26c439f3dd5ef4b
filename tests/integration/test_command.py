"""The operator's command beside the real component."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from client_device_associator.command.exit_codes import FINE, NOT_RUNNING, WRONG
from greengrass_sandbox import CoreDevice
from integration.associator import (
    PATIENCE_SECONDS,
    Results,
    associated,
    calls,
    device_names,
    eventually,
)
from integration.conftest import Start

SHARED = "clientdevices/announce"
AT_ONCE = 500


def command(work: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs a command in the work directory."""
    return subprocess.run(
        [sys.executable, "-m", "client_device_associator", *arguments],
        cwd=work,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def documents(work: Path, *arguments: str) -> Sequence[dict[str, Any]]:
    """What a command says as JSON, if all is well."""
    ran = command(work, *arguments, "--json")
    assert ran.returncode == FINE, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_status_follows_the_component(core: CoreDevice, start: Start, results: Results) -> None:
    """While it works, with a mistake in a deployment, after its end, and after the next start."""
    core.call(core.cloud.add_things, ["device"])
    associator = start({"trustSeconds": 60})
    core.publish(SHARED, {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    eventually(lambda: command(associator.work, "status").returncode == FINE)
    (status,) = documents(associator.work, "status")
    assert status["state"]["process"]["pid"] == associator.pid
    assert SHARED in status["state"]["nucleus"]["listening"]
    assert status["journal"]["devices"] == {"associated": 1}
    assert float(status["changedSettings"]["trustSeconds"]) == 60

    associator.kill()
    ran = command(associator.work, "status")
    assert ran.returncode == NOT_RUNNING
    assert f"process {associator.pid} has ended" in ran.stdout
    assert "device" in command(associator.work, "devices").stdout

    associator.start().wait_until_running()
    eventually(lambda: command(associator.work, "status").returncode == FINE)
    assert associator.stop() != 0
    assert command(associator.work, "status").returncode == NOT_RUNNING
    assert "device" in command(associator.work, "devices").stdout


@pytest.mark.parametrize("profile", ["lite"], indirect=True)
def test_a_refused_configuration_needs_a_person(core: CoreDevice, start: Start) -> None:
    """The command says it with the words of the log."""
    assert core.thing_name is not None
    associator = start()
    associator.deploy({"trustSeconds": "long"})
    associator.wait_until_log_has("the configuration is rejected")
    eventually(lambda: "/trustSeconds" in command(associator.work, "status").stdout)
    assert command(associator.work, "status").returncode == WRONG


def test_why_tells_what_has_happened(core: CoreDevice, start: Start, results: Results) -> None:
    """Of a device that is in, and of one that no thing is there for."""
    core.call(core.cloud.add_things, ["lamp"])
    associator = start({"limits": {"maxAttempts": 1}})
    core.publish(SHARED, {"thingNames": ["lamp", "ghost"]})
    results.wait_for_names("associated", ["lamp"])
    results.wait_for_names("failed", ["ghost"])
    (lamp,) = documents(associator.work, "why", "lamp")
    assert [one["event"] for one in lamp["trail"]] == ["associated", "announced"]
    ran = command(associator.work, "why", "ghost")
    assert ran.returncode == WRONG
    assert "create a thing of this name" in ran.stdout
    assert "AWS request id" in ran.stdout


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_commands_do_not_hold_up_the_component(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """While it works as fast as it can: each device is called for once, and nothing is lost."""
    names = device_names(4 * AT_ONCE)
    core.call(core.cloud.add_things, names)
    associator = start()
    known: set[str] = set()
    for begin in range(0, len(names), AT_ONCE):
        core.publish(SHARED, {"thingNames": names[begin : begin + AT_ONCE]})
        for arguments in (["devices"], ["export"], ["devices", "--sort", "since"]):
            found = {
                one["thingName"]
                for one in documents(associator.work, *arguments)
                if one.get("kind", "device") == "device"
            }
            assert known <= found
            known = found
    results.wait_for_names("associated", names)
    assert associated(core) == set(names)
    assert sum(len(call.thing_names) for call in calls(core)) == len(names)
    assert "WARN" not in associator.log
    assert "ERROR" not in associator.log
