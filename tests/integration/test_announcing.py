"""The examples of docs/announcing.md, each as it is there, against the component."""

import json
import os
import random
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from greengrass_sandbox import CLASSIC, CoreDevice, MqttBridge, MqttBroker, Profile
from integration.associator import NAME, Associator, Results, associated, document, eventually
from integration.associator import merged as merged_configuration
from integration.conftest import Start

EXAMPLES = Path(__file__).parents[2] / "docs" / "announcing"
COMPONENT = ("sensor-1", "sensor-2")
DEVICE, GATEWAY, BACK_END = "press-7", "bulb-0x42", "valve-1"


@pytest.fixture
def profile() -> Profile:
    """The one that has a bridge."""
    return CLASSIC


@pytest.fixture
def associator(core: CoreDevice, start: Start) -> Associator:
    """The component with the configurations of the gateway and of the back end."""
    changes = merged_configuration(read("gateway/associator"), read("back-end/associator"))
    started = start(changes)
    eventually(lambda: bool(core.call(core.nucleus.iot_core.subscriptions, NAME)))
    return started


def read(name: str) -> dict[str, Any]:
    """One of the documented files."""
    content: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return content


def program(name: str) -> types.ModuleType:
    """One of the documented programs."""
    path = EXAMPLES / "back-end" / f"{name}.py"
    module = types.ModuleType(name)
    exec(compile(path.read_text("utf-8"), str(path), "exec"), vars(module))  # noqa: S102 - our own
    return module


def announced_by_a_component(core: CoreDevice, patch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Deployed from its recipe; its own Python has the library, so that none is downloaded."""
    patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    folder = EXAMPLES / "component"
    component = core.deploy(folder / "recipe.yaml", folder)
    lines = [f"{name} associated" for name in COMPONENT]
    return lambda: all(line in component.log_path.read_text("utf-8") for line in lines)


def announced_by_a_client_device(core: CoreDevice) -> Callable[[], bool]:
    """It publishes anything on its own topic, and gets its result there, over MQTT."""
    broker = MqttBroker()
    mapping = read("mqtt/bridge")["mqttTopicMapping"]
    MqttBridge(broker, mapping, core.publish, random.Random(7), core.listen)
    received: list[dict[str, Any]] = []
    broker.connect(DEVICE)
    broker.subscribe(
        f"clientdevices/{DEVICE}/announce/status",
        lambda _, payload: received.extend(json.loads(payload)["results"]),
    )
    broker.publish(DEVICE, f"clientdevices/{DEVICE}/announce", b"{}")
    return lambda: (
        [(one["thingName"], one["status"]) for one in received] == [(DEVICE, "associated")]
    )


def announced_by_a_gateway(core: CoreDevice) -> Callable[[], bool]:
    """Its own message, unchanged."""
    answers = core.watch("zigbee/bridge/event/status")
    core.publish("zigbee/bridge/event", read("gateway/event"))
    return lambda: any(
        one["thingName"] == GATEWAY and one["status"] == "associated"
        for message in answers.messages
        for one in document(message)["results"]
    )


def announced_by_a_back_end(core: CoreDevice) -> Callable[[], bool]:
    """Over HTTP to AWS IoT Core; the rule's messages go to the function."""
    sql = read("back-end/rule")["sql"]
    rule = core.account.watch(sql.split("'")[1])
    administrator = core.account.administrator()
    client = boto3.client(
        "iot-data",
        endpoint_url=core.cloud.url,
        region_name=core.account.region,
        aws_access_key_id=administrator.access_key_id,
        aws_secret_access_key=administrator.secret_access_key,
        aws_session_token=administrator.session_token,
    )
    program("enrol").enrol(client, core.thing_name, [BACK_END])
    client.close()
    function = program("results").handler
    return lambda: (
        {BACK_END: "associated"} in [function(document(message), None) for message in rule.messages]
    )


def test_every_example_associates_its_devices_and_hears_of_it(
    core: CoreDevice, associator: Associator, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them at once, as on a busy core device."""
    everybody = {*COMPONENT, DEVICE, GATEWAY, BACK_END}
    core.call(core.cloud.add_things, everybody)
    for has_heard in (
        announced_by_a_component(core, monkeypatch),
        announced_by_a_client_device(core),
        announced_by_a_gateway(core),
        announced_by_a_back_end(core),
    ):
        eventually(has_heard)
    assert associated(core) == everybody
    assert results.of("rejected") == []
    assert associator.is_alive
