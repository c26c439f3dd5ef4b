"""The command `doctor` beside the real component: nothing on a healthy core, and planted faults."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from client_device_associator.command.exit_codes import FINE, WRONG
from greengrass_sandbox import ASSOCIATE, CLASSIC, CoreDevice, Fault, FaultKind, TokenExchangeMode
from integration.associator import Associator, Results, eventually
from integration.conftest import Start
from integration.test_command import SHARED, command

Findings = dict[str, dict[str, Any]]
Plant = Callable[[CoreDevice, Associator], object]


def examine(associator: Associator) -> Findings:
    """What the doctor finds, by what it is about; of several about the same, the last."""
    ran = command(associator.work, "doctor", "--json")
    found = {one["what"]: one for one in map(json.loads, ran.stdout.splitlines())}
    is_wrong = any(one["health"] == "wrong" for one in found.values())
    assert ran.returncode == (WRONG if is_wrong else FINE), ran.stderr
    return found


def wrongs(associator: Associator) -> set[str]:
    """What is wrong."""
    return {what for what, one in examine(associator).items() if one["health"] == "wrong"}


def test_on_a_healthy_core_device_nothing_is_wrong(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Most of it is known to be well, credentials and the way to the cloud among it."""
    core.call(core.cloud.add_things, ["device"])
    associator = start()
    core.publish(SHARED, {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    eventually(lambda: "calls (associating)" in examine(associator))
    eventually(lambda: examine(associator)["calls (associating)"]["health"] == "ok")
    found = examine(associator)
    assert {what for what, one in found.items() if one["health"] == "ok"} == {
        "component",
        "disk",
        "clock",
        "journal",
        "topics",
        "configuration",
        "calls (associating)",
        "nucleus",
        "token exchange",
        "endpoint",
    }
    assert not {what for what, one in found.items() if one["health"] == "wrong"}


def deny(core: CoreDevice, _: Associator) -> None:
    """The role lacks the permission."""
    core.call(core.cloud.set_denied, denied=True, operations=[ASSOCIATE])


def throttle(core: CoreDevice, _: Associator) -> None:
    """The service refuses every call for now."""
    core.call(core.cloud.add_fault, Fault(FaultKind.THROTTLING_EXCEPTION))


def refuse_credentials(core: CoreDevice, _: Associator) -> None:
    """Token exchange cannot reach the cloud."""
    core.call(core.token_exchange.set_mode, TokenExchangeMode.UNREACHABLE)


def misspell(_core: CoreDevice, associator: Associator) -> None:
    """A deployment brings a value that cannot be used."""
    associator.deploy({"batching": {"maxSize": 1000}})


def move_topic(_core: CoreDevice, associator: Associator) -> None:
    """A deployment brings a topic without its accessControl."""
    associator.deploy({"announcements": {"more": {"topic": "factory/announce"}}})


def kill(_core: CoreDevice, associator: Associator) -> None:
    """The process is gone."""
    associator.kill()


@pytest.mark.parametrize("profile", [CLASSIC], ids=["classic"])
@pytest.mark.parametrize(
    ("plant", "what", "remedy"),
    [
        (deny, "calls (associating)", "greengrass:BatchAssociateClientDeviceWithCoreDevice"),
        (throttle, "calls (associating)", "quota"),
        (refuse_credentials, "token exchange", "TokenExchangeService"),
        (misspell, "configuration", "corrected value"),
        (move_topic, "accessControl", "factory/announce"),
        (kill, "component", "start it"),
    ],
)
def test_a_fault_is_found_with_its_remedy(
    core: CoreDevice, start: Start, plant: Plant, what: str, remedy: str
) -> None:
    """And nothing that has nothing to do with it is called wrong."""
    associator = start()
    plant(core, associator)
    core.publish(SHARED, {"thingName": "device"})
    eventually(lambda: what in wrongs(associator))
    found = examine(associator)[what]
    assert remedy in found["remedy"]
    assert wrongs(associator) <= {what, "calls (associating)"}
