"""What `doctor` reads of the nucleus: a file of root's that other components write into."""

import json
import tempfile
from pathlib import Path

from client_device_associator.command.doctor.bridge_checks import check_bridge, check_broker
from client_device_associator.command.doctor.device_auth_checks import check_device_auth
from client_device_associator.command.doctor.nucleus_root import BRIDGE, DEVICE_AUTH, NEIGHBOURS
from client_device_associator.command.doctor.offline_checks import check_offline
from client_device_associator.command.doctor.transaction_log import read_transaction_log
from client_device_associator.configuration.parser import default_settings
from fuzz.material import Material
from fuzz.target import Target

_KEYS = (
    *("services", BRIDGE, DEVICE_AUTH, "version", "configuration", "runtime"),
    *("mqttTopicMapping", "topic", "source", "target", "targetTopicPrefix", "brokerUri"),
    *("LocalMqtt", "Pubsub", "clientdevices/+/announce", "mqtt:topic:*", "mqtt:publish"),
    *("deviceGroups", "definitions", "policies", "policyName", "operations", "resources"),
    *("security", "clientDeviceTrustDurationMinutes"),
)


def transaction_log(data: bytes) -> None:
    """Any bytes: what is known of some components, and nothing that they remember."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.tlog"
        path.write_bytes(data)
        for service in read_transaction_log(path, NEIGHBOURS).values():
            assert {key.casefold() for key in service} <= {"version", "configuration"}


def neighbours(data: bytes) -> None:
    """Any configuration of bridge and client device auth: findings that say what to do."""
    material = Material(data)
    deployed = {
        name: {"configuration": _map(material.json(_KEYS, levels=6))}
        for name in (BRIDGE, DEVICE_AUTH)
    }
    settings = default_settings()
    for found in (
        *check_broker(deployed),
        *check_bridge(deployed, settings, has_heard=False),
        *check_device_auth(deployed, settings, has_heard=False),
        *check_offline(deployed),
    ):
        assert found.text


def _map(value: object) -> object:
    """Of any such document, one whose parts are looked at."""
    return dict.fromkeys(("mqttTopicMapping", "deviceGroups", "security"), value)


def _line(*path: str, what: str = "changed") -> bytes:
    return json.dumps({"TS": 1, "TP": path, "W": what, "V": "1"}).encode() + b"\n"


TARGETS = (
    Target(
        "transaction-log",
        transaction_log,
        (
            _line("services", BRIDGE, "version") + _line("services", BRIDGE, what="removed"),
            _line("services", DEVICE_AUTH, "configuration", "a", "b"),
            _line("services", DEVICE_AUTH, "runtime", "secret"),
        ),
        examples=40,
        share=0.1,
    ),
    Target("neighbours", neighbours, examples=40, share=0.1),
)
