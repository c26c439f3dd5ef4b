"""The command line about the account: things, associations by hand, and AWS IoT Core."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.cli_support import Up, ask, command

OTHER = "core-2"
NOBODY = "http://127.0.0.1:1"
"""Where no server is."""


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """A running sandbox with a second core device."""
    sandbox = Up(tmp_path / "root", ["--another", str(tmp_path / OTHER), "--forward", NOBODY])
    sandbox.read_line()
    try:
        yield sandbox
    finally:
        sandbox.close()


def listed(root: Path) -> list[str]:
    """What `things list` says."""
    return ask(root, "things", "list").splitlines()


def test_things_come_and_go(up: Up) -> None:
    """And their associations go with them, unless they are to be kept."""
    assert ask(up.root, "things", "add", "a", "b") == "there are 2 things\n"
    ask(up.root, "associate", "a", "b")
    assert listed(up.root) == ["a\tsandbox-core", "b\tsandbox-core"]
    assert ask(up.root, "things", "remove", "a") == "there are 1 things\n"
    ask(up.root, "things", "remove", "--keep-associations", "b")
    assert listed(up.root) == []
    ask(up.root, "things", "add", "a", "b")
    assert listed(up.root) == ["a", "b\tsandbox-core"]


def test_associations_are_changed_by_hand(up: Up) -> None:
    """Of this core device or another; the cloud counts no call for it."""
    ask(up.root, "things", "add", "a", "b")
    ask(up.root, "associate", "a", "b")
    ask(up.root, "associate", "a", "--core", OTHER)
    ask(up.root, "disassociate", "b")
    status = json.loads(ask(up.root, "status", "--json"))
    assert status["associations"] == {"sandbox-core": ["a"], OTHER: ["a"]}
    assert status["callCount"] == 0


def test_what_cannot_be_done_by_hand_is_said(up: Up) -> None:
    """For a thing, and for a core device, that does not exist."""
    assert "nobody: ResourceNotFound" in ask(up.root, "associate", "nobody", code=1)
    ask(up.root, "things", "add", "a")
    assert "no core device named x" in ask(up.root, "disassociate", "a", "--core", "x", code=1)


def test_core_devices_of_one_sandbox_share_the_account(up: Up) -> None:
    """Each has its own root for commands; things and associations are the account's."""
    other = up.root.parent / OTHER
    ask(other, "things", "add", "a")
    ask(other, "associate", "a")
    assert listed(up.root) == [f"a\t{OTHER}"]
    assert json.loads(ask(other, "status", "--json"))["coreDevice"] == OTHER


def test_iot_core_is_watched_and_published_to(up: Up) -> None:
    """From either root, and not on local publish/subscribe."""
    other = up.root.parent / OTHER
    with subprocess.Popen(
        command(up.root, "watch", "--iot-core", "fleet/#", "--count", "2"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watch:
        assert watch.stdout is not None
        assert watch.stderr is not None
        watch.stderr.readline()
        ask(up.root, "publish", "fleet/local", "{}")
        ask(other, "publish", "--iot-core", "fleet/text", "plain")
        ask(up.root, "publish", "--iot-core", "fleet/json", '{"n": 1}')
        assert watch.stdout.read().splitlines() == ["fleet/text\tplain", 'fleet/json\t{"n": 1}']


def test_one_core_device_goes_offline(up: Up) -> None:
    """Its connection to AWS IoT Core alone, until it is ended."""
    other = up.root.parent / OTHER
    ask(up.root, "fault", '{"iotCore": "offline"}')
    assert "iotCore\toffline" in ask(up.root, "fault").splitlines()
    assert "iotCore\tonline" in ask(other, "fault").splitlines()
    ask(up.root, "fault", "--clear")
    assert "iotCore\tonline" in ask(up.root, "status").splitlines()


def test_list_faults_are_set(up: Up) -> None:
    """By the names that documents have for them."""
    ask(up.root, "fault", '{"kind": "staleList", "seconds": 60}', '{"kind": "listEndsEarly"}')
    assert ask(up.root, "fault").splitlines()[2:] == [
        "fault 1\tstaleList",
        "fault 2\tlistEndsEarly",
    ]


def test_two_core_devices_of_one_name_are_refused(tmp_path: Path) -> None:
    """They would be one and the same to the cloud."""
    roots = ["--another", str(tmp_path / "a" / OTHER), "--another", str(tmp_path / "b" / OTHER)]
    assert f"two core devices named {OTHER}" in ask(tmp_path / "root", "up", *roots, code=1)
