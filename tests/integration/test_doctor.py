"""The command `doctor` beside the real component: nothing on a healthy core, and planted faults.

The process costs more than all questions, so one process has many faults planted, one after the
other; each is a subtest.
"""

import json
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from client_device_associator.command.exit_codes import FINE
from greengrass_sandbox import (
    ASSOCIATE,
    CLASSIC,
    DISASSOCIATE,
    CoreDevice,
    Fault,
    FaultKind,
    TokenExchangeMode,
)
from integration.associator import JOURNAL, Associator, Results, associated, eventually
from integration.conftest import Start
from integration.neighbours import FAULTS, OWN, SECRET, deploy_neighbours, device_auth
from integration.test_command import SHARED, command
from support.commands import run

Findings = dict[str, dict[str, Any]]
Subtests = pytest.Subtests

LEAVING = {"departures": {"afterSilentDays": 365, "dryRun": False}}
"""What asks for the permission to disassociate, and for no topic more."""


def examine(associator: Associator) -> Findings:
    """What the doctor finds, by what it is about; asked in this process, which is cheaper."""
    ran = run(associator.work, "doctor", "--json", now=time.time())
    assert SECRET not in ran.out + ran.errors
    found = {str(one["what"]): dict(one) for one in ran.documents}
    assert ran.exit_code == any(one["health"] == "wrong" for one in found.values()), ran.errors
    return found


def wrongs(associator: Associator) -> set[str]:
    """What is wrong."""
    return {what for what, one in examine(associator).items() if one["health"] == "wrong"}


def test_on_a_healthy_core_device_nothing_is_wrong(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Most of it is known to be well; asking what the role allows has changed nothing."""
    core.call(core.cloud.add_things, ["device"])
    deploy_neighbours(core)
    associator = start({**LEAVING, "reconcile": {"intervalHours": 24}})
    core.publish(SHARED, {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    eventually(lambda: examine(associator)["calls (associating)"]["health"] == "ok")
    ran = command(associator.work, "doctor", "--json")
    assert ran.returncode == FINE, ran.stderr
    found = {one["what"]: one["health"] for one in map(json.loads, ran.stdout.splitlines())}
    everywhere = {"component", "disk", "clock", "journal", "topics", "configuration"}
    everywhere |= {"calls (associating)", "nucleus", "token exchange", "endpoint"}
    everywhere |= {"role (associate)", "role (disassociate)", "role (list)"}
    of_classic = {"deployment", "components", "broker", "bridge", "device groups"}
    more = of_classic if core.profile is CLASSIC else {"local MQTT"}
    assert {what for what, health in found.items() if health == "ok"} - {"cloud's list"} == (
        everywhere | more
    )
    assert "wrong" not in found.values()
    assert associated(core) == {"device"}


@contextmanager
def on_a_site(core: CoreDevice, start: Start) -> Iterator[Associator]:
    """The component on a core device on which all is well."""
    deploy_neighbours(core)
    associator = start({"limits": {"maxAttempts": 1}})
    assert wrongs(associator) == set()
    yield associator


@pytest.mark.parametrize("profile", [CLASSIC], ids=["classic"])
def test_a_fault_is_found_with_its_remedy(
    core: CoreDevice, start: Start, subtests: Subtests
) -> None:
    """That one and no other; when it is gone, nothing is wrong any more."""
    with on_a_site(core, start) as associator:
        for fault in FAULTS:
            with subtests.test(fault.name):
                fault.plant(core, associator)
                found = examine(associator)
                fault.remove(core, associator)
                one = found[fault.what]
                assert {each for each in found if found[each]["health"] == "wrong"} == {fault.what}
                assert fault.words in one["text"] + one["remedy"]
        assert wrongs(associator) == set()
        find_what_deployments_do(core, associator, subtests)
        find_what_is_left(associator, subtests)


def find_what_deployments_do(core: CoreDevice, associator: Associator, subtests: Subtests) -> None:
    """Deployments that forget something, and a device that does not exist."""
    device_auth(core, "*")
    associator.deploy(
        {
            "announcements": {"more": {"topic": "factory/announce"}},
            "results": {"topic": "factory/results"},
            "metrics": {"cloudWatch": True},
            "admission": {"requireProvenName": True},
        }
    )
    eventually(lambda: "accessControl" in wrongs(associator))
    core.publish("clientdevices/nobody/announce", b"")
    wanted = {
        "accessControl": "factory/announce",
        "metrics": "aws.greengrass.Cloudwatch",
        "proven names": OWN,
        "devices": "associator devices --state failed",
        "results": "accessControl",
    }
    eventually(lambda: wanted.keys() <= wrongs(associator))
    expect(examine(associator), wanted, wanted, subtests)
    associator.deploy({"batching": {"maxSize": 1000}})
    eventually(lambda: "configuration" in wrongs(associator))
    misspelled = {"configuration": "corrected value"}
    expect(examine(associator), misspelled, misspelled.keys() | wanted, subtests)


def find_what_is_left(associator: Associator, subtests: Subtests) -> None:
    """Of a component that was killed and whose journal a later version has written."""
    associator.kill()
    with closing(sqlite3.connect(associator.work / JOURNAL)) as journal, journal:
        journal.execute("PRAGMA user_version = 999")
    gone = {"component": "start it", "journal": "of the component that has written it"}
    expect(examine(associator), gone, [*gone, "proven names", "metrics"], subtests)


def expect(
    found: Findings, wanted: Mapping[str, str], allowed: Collection[str], subtests: Subtests
) -> None:
    """Each of these is wrong, with its remedy, and nothing else is but what may be."""
    for what, remedy in wanted.items():
        with subtests.test(what):
            assert found[what]["health"] == "wrong"
            assert remedy in found[what]["remedy"]
    assert {what for what, one in found.items() if one["health"] == "wrong"} <= set(allowed)


@pytest.mark.parametrize("profile", [CLASSIC], ids=["classic"])
def test_what_is_wrong_from_the_start_is_found(
    start: Start, subtests: Subtests, tmp_path: Path
) -> None:
    """A library that was replaced, a recipe without token exchange, an endpoint that is closed."""
    package = tmp_path / "client-device-associator"
    (package / "artifacts").mkdir(parents=True)
    (package / "artifacts" / "requirements.txt").write_text(
        "botocore==1.2.3 \\\n    --hash=sha256:0\n"
    )
    associator = start(
        None,
        {
            "PYTHONPATH": str(package),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "",
            "AWS_ENDPOINT_URL_GREENGRASSV2": "https://127.0.0.1:1",
        },
    )
    wanted = {
        "libraries": "install step",
        "token exchange": "DependencyType HARD",
        "endpoint": "check the network",
        "role (associate)": "correct what the message says",
    }
    expect(examine(associator), wanted, wanted, subtests)


@pytest.mark.parametrize("profile", [CLASSIC], ids=["classic"])
def test_what_the_cloud_refuses_is_found(
    core: CoreDevice, start: Start, subtests: Subtests
) -> None:
    """Before a device needs it, and in calls; the state of the calls is told as it is."""
    core.call(core.cloud.set_denied, denied=True, operations=[ASSOCIATE, DISASSOCIATE])
    associator = start(LEAVING)
    role = {
        "role (associate)": "greengrass:BatchAssociateClientDeviceWithCoreDevice",
        "role (disassociate)": "greengrass:BatchDisassociateClientDeviceFromCoreDevice",
    }
    found = examine(associator)
    expect(found, role, role, subtests)
    assert found["calls (associating)"]["health"] == "cannotTell", "no call of the queue was made"
    core.publish(SHARED, {"thingName": "device"})
    with subtests.test("denied"):
        eventually(lambda: role["role (associate)"] in calls_remedy(associator))
    core.call(core.cloud.set_denied, denied=False)
    core.call(core.cloud.add_fault, Fault(FaultKind.THROTTLING_EXCEPTION))
    retry(associator)
    with subtests.test("throttled"):
        eventually(lambda: "quota" in calls_remedy(associator))
    core.call(core.cloud.clear_faults)
    core.call(core.cloud.cores.discard, core.thing_name or "")
    retry(associator)
    with subtests.test("somebody has deleted the core device in the cloud"):
        eventually(lambda: "core device exists" in calls_remedy(associator))
    # A classic nucleus remembers that for minutes, so it is the last.
    core.call(core.token_exchange.set_mode, TokenExchangeMode.UNREACHABLE)
    with subtests.test("token exchange cannot reach the cloud"):
        assert "HTTP 500" in examine(associator)["token exchange"]["text"]


def calls_remedy(associator: Associator) -> str:
    """What to do about calls, while they fail."""
    return str(examine(associator)["calls (associating)"].get("remedy", ""))


def retry(associator: Associator) -> None:
    """All that waits is called for now."""
    assert run(associator.work, "retry", "*", now=time.time()).exit_code == FINE
