"""All checks together, on folders as the nuclei have them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from client_device_associator.command.doctor import examination
from client_device_associator.command.doctor.examination import findings
from client_device_associator.command.doctor.finding import Health
from client_device_associator.command.doctor.nucleus_root import BRIDGE, DEVICE_AUTH, MOQUETTE
from client_device_associator.command.work_directory import COMPONENT, WorkDirectory
from client_device_associator.work_files import LAST_GOOD
from support.commands import NOW, fill, keep_state


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The work directory of a component that runs: this process."""
    directory = tmp_path / "work" / COMPONENT
    directory.mkdir(parents=True)
    (tmp_path / "config").mkdir()
    fill(directory)
    keep_state(directory)
    (directory / LAST_GOOD).write_text("{}")
    return directory


def deploy(work: Path, deployed: Mapping[str, Mapping[str, Any]]) -> None:
    """The nucleus' record says that these are deployed."""
    lines = [
        {"TS": 1, "TP": ["services", name, key], "W": "changed", "V": value}
        for name, content in deployed.items()
        for key, value in content.items()
    ]
    log = work.parents[1] / "config" / "config.tlog"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))


def look(work: Path) -> dict[str, Health]:
    """How all is, by what was looked at."""
    return {one.what: one.health for one in findings(WorkDirectory(work), NOW)}


def test_mqtt_is_looked_at_if_it_is_there(work: Path) -> None:
    """With all that it needs."""
    keep_state(work, counters={})
    deploy(work, {BRIDGE: {"version": "2.3.2"}})
    found = look(work)
    assert [found[what] for what in ("broker", "bridge", "device groups")] == [Health.WRONG] * 3
    assert found["components"] is Health.OK
    assert "local MQTT" not in found


def test_who_has_heard_announcements_needs_no_bridge(work: Path) -> None:
    """They may come from components."""
    deploy(work, {MOQUETTE: {"version": "2.3.7"}, DEVICE_AUTH: {"version": "2.5.0"}})
    keep_state(work, counters={"associated": 7})
    assert look(work)["bridge"] is Health.UNKNOWN
    keep_state(work, counters={"calls": 7, "associated": 0})
    assert look(work)["bridge"] is Health.WRONG


def test_without_mqtt_there_is_nothing_to_look_at(work: Path) -> None:
    """That is no fault."""
    deploy(work, {})
    found = look(work)
    assert found["local MQTT"] is found["offline logins"] is Health.OK
    assert "bridge" not in found


def test_on_nucleus_lite_there_is_none_of_it(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a bridge nor offline logins."""
    socket = {"AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT": "/run/gg-ipc.socket"}
    monkeypatch.setattr(examination, "environment_of", lambda _: socket)
    found = look(work)
    assert found["local MQTT"] is Health.OK
    assert "offline logins" not in found


def test_settings_that_are_not_known_are_no_fault(work: Path) -> None:
    """What depends on them is left out."""
    deploy(work, {BRIDGE: {"version": "2.3.2"}})
    (work / LAST_GOOD).write_text("no JSON")
    found = look(work)
    assert "bridge" not in found
    assert "offline logins" in found


def test_elsewhere_there_is_no_nucleus(tmp_path: Path) -> None:
    """As in a copy of a work directory."""
    fill(tmp_path)
    assert look(tmp_path)["components"] is Health.UNKNOWN
