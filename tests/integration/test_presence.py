"""The configurations for traffic that exists anyway, as they are documented, end to end."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from greengrass_sandbox import CoreDevice, MqttBridge, MqttBroker
from integration.associator import Associator, Results, associated, calls
from integration.conftest import Start

PRESENCE = Path(__file__).parents[2] / "docs" / "presence"
DEVICE = "pump-7"

Traffic = Callable[[MqttBroker, str], None]


def configuration(folder: str, name: str) -> dict[str, Any]:
    """One of the documented files."""
    text = (PRESENCE / folder / f"{name}.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def ask_for_shadow(broker: MqttBroker, device: str) -> None:
    """What a device with a shadow does when it starts."""
    broker.publish(device, f"$aws/things/{device}/shadow/get", b"")


def update_shadow(broker: MqttBroker, device: str) -> None:
    """What it does later."""
    state = b'{"state": {"reported": {"on": true}}}'
    broker.publish(device, f"$aws/things/{device}/shadow/update", state)


def send_telemetry(broker: MqttBroker, device: str) -> None:
    """What most devices do."""
    broker.publish(device, f"telemetry/{device}/temperature", b"\x17 degrees")


def say_nothing(_: MqttBroker, __: str) -> None:
    """To connect is enough."""


WAYS: list[tuple[str, Traffic]] = [
    ("shadow", ask_for_shadow),
    ("shadow", update_shadow),
    ("telemetry", send_telemetry),
    ("emqx-sys", say_nothing),
    ("emqx-rule", say_nothing),
]


class Site:
    """A core device with a broker, a bridge, and the component as documented."""

    def __init__(self, core: CoreDevice, start: Start, folder: str) -> None:
        self._core = core
        rules: dict[str, Any] = {}
        if (PRESENCE / folder / "emqx.json").exists():
            emqx = configuration(folder, "emqx")["emqxConfig"]
            rules = emqx["rule_engine"]["rules"]
        self.results = Results(core)
        self.associator: Associator = start(configuration(folder, "associator"))
        self.broker = MqttBroker(rules)
        self.bridge = MqttBridge(
            self.broker,
            configuration(folder, "bridge")["mqttTopicMapping"],
            core.publish,
            random.Random(folder),
        )

    def join(self, *devices: str) -> None:
        """Client devices of the registry connect."""
        self._core.call(self._core.cloud.add_things, list(devices))
        for device in devices:
            self.broker.connect(device)


@pytest.mark.parametrize(("folder", "traffic"), WAYS)
def test_a_device_that_announces_nothing_is_associated(
    core: CoreDevice, start: Start, folder: str, traffic: Traffic
) -> None:
    """With the mapping, the merge document and the rule as they are documented."""
    site = Site(core, start, folder)
    site.join(DEVICE)
    traffic(site.broker, DEVICE)
    site.results.wait_for_names("associated", [DEVICE])
    assert associated(core) == {DEVICE}
    (message,) = site.results.messages
    assert message.topic == f"clientdevices/{DEVICE}/status"


@pytest.mark.parametrize(("folder", "traffic"), WAYS)
def test_the_bridge_itself_is_no_device(
    core: CoreDevice, start: Start, folder: str, traffic: Traffic
) -> None:
    """Its client id is a valid thing name, and would be announced at each of its starts."""
    site = Site(core, start, folder)
    bridge = site.bridge.client_id
    site.join(bridge, DEVICE)
    for client in (bridge, DEVICE):
        traffic(site.broker, client)
    site.results.wait_for_names("associated", [DEVICE])
    assert associated(core) == {DEVICE}
    assert all(bridge not in call.thing_names for call in calls(core))
    assert site.results.of("rejected") == []
    assert site.associator.log.count("ignored the presence of") == 1
    assert "the rule 'bridge' of announcements." in site.associator.log


def test_repeats_cost_nothing(core: CoreDevice, start: Start) -> None:
    """No call, no answer, and not a byte of the journal, whatever the payload holds."""
    site = Site(core, start, "telemetry")
    devices = [f"pump-{number}" for number in range(20)]
    site.join(*devices)
    for device in devices:
        send_telemetry(site.broker, device)
    site.results.wait_for_names("associated", devices)
    site.associator.wait_until_quiet()
    before = (site.associator.journal_bytes(), len(calls(core)), len(site.results.messages))
    for number in range(50):
        for device in devices:
            site.broker.publish(device, f"telemetry/{device}/{number}", b"{" * number)
    site.associator.wait_until_quiet()
    after = (site.associator.journal_bytes(), len(calls(core)), len(site.results.messages))
    assert after == before
    # It has heard all that, for what comes after it is heard.
    site.join("late")
    send_telemetry(site.broker, "late")
    site.results.wait_for_names("associated", ["late"])
    assert len(calls(core)) == before[1] + 1


def test_whatever_happens_on_a_presence_topic_is_not_answered(
    core: CoreDevice, start: Start
) -> None:
    """No name, no thing name: counted, and written once for each reason."""
    site = Site(core, start, "telemetry")
    site.join(DEVICE)
    for topic in ("telemetry/not a name/x", "telemetry/not a name/y", "telemetry//z"):
        site.broker.publish(DEVICE, topic, b"")
    send_telemetry(site.broker, DEVICE)
    site.results.wait_for_names("associated", [DEVICE])
    assert site.results.of("rejected") == []
    assert site.associator.log.count("invalidThingName") == 1
