"""Neighbours of the component on a classic core device, and faults of them and of the machine."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from client_device_associator import __version__
from client_device_associator.command.work_directory import COMPONENT
from greengrass_sandbox import CLASSIC, CoreDevice
from integration.associator import Associator

BRIDGE = "aws.greengrass.clientdevices.mqtt.Bridge"
BROKER = "aws.greengrass.clientdevices.mqtt.Moquette"
DEVICE_AUTH = "aws.greengrass.clientdevices.Auth"

MAPPINGS = {
    "in": {"topic": "clientdevices/+/announce", "source": "LocalMqtt", "target": "Pubsub"},
    "out": {"topic": "clientdevices/+/announce/status", "source": "Pubsub", "target": "LocalMqtt"},
}
OWN = "mqtt:topic:clientdevices/${iot:Connection.Thing.ThingName}/announce"
SECRET = "passphrase-of-the-certificate-authority"  # noqa: S105 - it is to be found nowhere


def device_auth(core: CoreDevice, resource: str = OWN, policy: str = "all") -> None:
    """Client device auth is deployed, with a policy for publishing."""
    statements = {
        "connect": {"operations": ["mqtt:connect"], "resources": ["*"]},
        "publish": {"operations": ["mqtt:publish"], "resources": [resource]},
    }
    groups = {
        "formatVersion": "2021-03-05",
        "definitions": {"everybody": {"selectionRule": "thingName: *", "policyName": policy}},
        "policies": {"all": statements},
    }
    configuration = {
        "deviceGroups": groups,
        "certificateAuthority": {"privateKeyUri": f"pkcs11:object=ca?pin-value={SECRET}"},
    }
    core.record.deploy(DEVICE_AUTH, "2.5.0", configuration, {"ca_passphrase": SECRET})


def bridge(core: CoreDevice, mappings: Mapping[str, object]) -> None:
    """The bridge is deployed."""
    core.record.deploy(BRIDGE, "2.3.2", {"mqttTopicMapping": mappings})


def deploy_neighbours(core: CoreDevice) -> None:
    """What client devices need to come by MQTT, on a classic core device."""
    if core.profile is not CLASSIC:
        return
    core.record.deploy(COMPONENT, __version__, {})
    core.record.deploy(BROKER, "2.3.7", {})
    bridge(core, MAPPINGS)
    device_auth(core)


@dataclass(frozen=True)
class Planted:
    """A fault, how it is planted and taken away, and what is said of it."""

    name: str
    plant: Callable[[CoreDevice, Associator], object]
    remove: Callable[[CoreDevice, Associator], object]
    what: str
    words: str


def touch(associator: Associator, at: float) -> None:
    """The component's state was written at this time, as far as the disk says."""
    os.utime(associator.work / "state.json", (at, at))


FAULTS = (
    Planted(
        "the clock is behind",
        lambda _, associator: touch(associator, time.time() + 9999),
        lambda _, associator: touch(associator, time.time()),
        "clock",
        "have it set",
    ),
    Planted(
        "another version was deployed",
        lambda core, _: core.record.deploy(COMPONENT, "9.9.9", {}),
        lambda core, _: core.record.deploy(COMPONENT, __version__, {}),
        "deployment",
        "9.9.9",
    ),
    Planted(
        "there is no broker",
        lambda core, _: core.record.remove(BROKER),
        lambda core, _: core.record.deploy(BROKER, "2.3.7", {}),
        "broker",
        BROKER,
    ),
    Planted(
        "there is no bridge",
        lambda core, _: core.record.remove(BRIDGE),
        lambda core, _: bridge(core, MAPPINGS),
        "bridge",
        "not deployed",
    ),
    Planted(
        "the bridge passes on other topics",
        lambda core, _: bridge(core, {"x": {**MAPPINGS["in"], "topic": "press/+/hello"}}),
        lambda core, _: bridge(core, MAPPINGS),
        "bridge",
        '"topic": "clientdevices/+/announce"',
    ),
    Planted(
        "the bridge passes on the wrong way",
        lambda core, _: bridge(core, {"x": {**MAPPINGS["out"], "topic": "clientdevices/#"}}),
        lambda core, _: bridge(core, MAPPINGS),
        "bridge",
        "no mapping leads from LocalMqtt to Pubsub",
    ),
    Planted(
        "there is no client device auth",
        lambda core, _: core.record.remove(DEVICE_AUTH),
        lambda core, _: device_auth(core),
        "device groups",
        "is not deployed",
    ),
    Planted(
        "client device auth is as it comes",
        lambda core, _: core.record.deploy(DEVICE_AUTH, "2.5.0", {"deviceGroups": {}}),
        lambda core, _: device_auth(core),
        "device groups",
        "no client device may connect",
    ),
    Planted(
        "the policy of a group is not there",
        lambda core, _: device_auth(core, policy="every"),
        lambda core, _: device_auth(core),
        "device groups",
        "the policy every, which is not there",
    ),
    Planted(
        "a policy has the wildcards of MQTT",
        lambda core, _: device_auth(core, "mqtt:topic:clientdevices/+/announce"),
        lambda core, _: device_auth(core),
        "device groups",
        "are no wildcards in these policies",
    ),
)
