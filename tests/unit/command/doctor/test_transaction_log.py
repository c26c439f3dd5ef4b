"""What the classic nucleus has written about what is deployed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from client_device_associator.command.doctor import transaction_log
from client_device_associator.command.doctor.transaction_log import read_transaction_log

NAME = "aws.greengrass.clientdevices.Auth"


def line(path: str, value: object = None, what: str = "changed", at: int = 5) -> bytes:
    """A line about the component; the path begins behind its name."""
    keys = ["services", NAME, *(path.split("/") if path else [])]
    document = {"TS": at, "TP": keys, "W": what, "V": value}
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "config.tlog"


def read(path: Path, *lines: bytes) -> Mapping[str, Any] | None:
    """What is known of the component after these lines."""
    path.write_bytes(b"".join(lines))
    return read_transaction_log(path, [NAME]).get(NAME)


def test_what_is_deployed_is_put_together(path: Path) -> None:
    """Maps of leaves, lists as they are, and maps in which nothing is."""
    found = read(
        path,
        line("version", "2.5.0"),
        line("configuration/deviceGroups/policies/p/s/operations", ["mqtt:publish"]),
        line("configuration/deviceGroups/definitions", what="interiorAdded"),
        line("configuration/security/clientDeviceTrustDurationMinutes", 10.0),
    )
    assert found == {
        "version": "2.5.0",
        "configuration": {
            "deviceGroups": {
                "policies": {"p": {"s": {"operations": ["mqtt:publish"]}}},
                "definitions": {},
            },
            "security": {"clientDeviceTrustDurationMinutes": 10.0},
        },
    }


def test_the_newest_value_counts(path: Path) -> None:
    """Keys are found without regard to case, and keep their first spelling."""
    found = read(
        path,
        line("configuration/Key", 1, at=5),
        line("configuration/key", 2, at=6),
        line("configuration/KEY", 3, at=4),
    )
    assert found == {"configuration": {"Key": 2}}


def test_what_was_removed_is_gone(path: Path) -> None:
    """Unless it is newer; a map with all that is in it, and a component as a whole."""
    begin = (line("version", "1"), line("configuration/a/b", 1), line("configuration/c", 2, at=9))
    assert read(path, *begin, line("configuration/a", what="removed")) == {
        "version": "1",
        "configuration": {"c": 2},
    }
    assert read(path, *begin, line("configuration", what="removed", at=8)) == {
        "version": "1",
        "configuration": {"a": {"b": 1}, "c": 2},
    }
    assert read(path, *begin, line("configuration/x/y", what="removed")) is not None
    assert read(path, *begin, line("configuration/c/y", what="removed")) is not None
    assert read(path, *begin, line("", what="removed", at=9)) is None
    again = read(path, *begin, line("", what="removed", at=9), line("version", "2", at=9))
    assert again == {"version": "2"}


def test_a_leaf_may_become_a_map_and_a_map_a_leaf(path: Path) -> None:
    """As the configuration changes."""
    found = read(path, line("configuration/a", 1), line("configuration/a/b", 2, at=6))
    assert found == {"configuration": {"a": {"b": 2}}}
    found = read(path, line("configuration/a/b", 2), line("configuration/a", 1, at=6))
    assert found == {"configuration": {"a": 1}}


def test_what_a_component_remembers_is_not_kept(path: Path) -> None:
    """There the passphrase of its certificate authority is."""
    found = read(
        path,
        line("version", "1"),
        line("runtime/ca_passphrase", "secret"),
        line("RUNTIME/ca_passphrase", "secret"),
        line("lifecycle/run/setenv/TOKEN", "secret"),
        line("runtime", what="interiorAdded"),
        line("timestamp", what="timestampUpdated"),
    )
    assert found == {"version": "1"}


@pytest.mark.parametrize(
    "odd",
    [
        b'{"TS":5,"TP":["services","aws.greengrass.clientdevices.Auth","conf',
        b"aws.greengrass.clientdevices.Auth\n",
        b'["aws.greengrass.clientdevices.Auth"]\n',
        b'"aws.greengrass.clientdevices.Auth"\n',
        line("version", 1).replace(b"services", b"system"),
        line("version", 1).replace(b'"TS":5', b'"TS":"x"'),
        line("version", 1).replace(b'"TS":5', b'"TS":1e999'),
        line("version", 1).replace(b'"TP":[', b'"TP":[[],'),
        line("version", 1).replace(b'["services"', b'[5,"services"'),
        line("version", 1).replace(b'"V":1', b'"V":' + b"[" * 100_000),
        line("", 1),
        line("version", "x" * 2000),
    ],
)
def test_what_is_no_such_line_is_left_out(
    path: Path, monkeypatch: pytest.MonkeyPatch, odd: bytes
) -> None:
    """The last may be half written; one may be too long."""
    monkeypatch.setattr(transaction_log, "MOST_LINE_BYTES", 1000)
    assert read(path, line("configuration/a", 1), odd) == {"configuration": {"a": 1}}


def test_no_more_is_read_than_a_nucleus_lets_it_grow_to(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever has written there."""
    monkeypatch.setattr(transaction_log, "MOST_BYTES", 200)
    found = read(path, line("configuration/a", 1), line("x", "y" * 200), line("configuration/b", 2))
    assert found == {"configuration": {"a": 1}}


def test_other_components_are_none_of_ours(path: Path) -> None:
    """Those that were not asked for."""
    path.write_bytes(line("version", "1"))
    assert read_transaction_log(path, ["other"]) == {}


def test_one_that_is_not_there_cannot_be_read(path: Path) -> None:
    """Nucleus lite has none."""
    with pytest.raises(FileNotFoundError):
        read_transaction_log(path, [NAME])
