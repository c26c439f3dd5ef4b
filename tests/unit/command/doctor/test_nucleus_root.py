"""The nucleus' root folder."""

from pathlib import Path

import pytest

from client_device_associator.command.doctor.nucleus_root import (
    DEVICE_AUTH,
    Kind,
    NucleusRoot,
    kind_of,
    root_of,
)
from client_device_associator.command.work_directory import COMPONENT

SOCKET = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"


def test_the_root_is_above_the_work_directory(tmp_path: Path) -> None:
    """On both nuclei; elsewhere there is none."""
    assert root_of(tmp_path / "work" / COMPONENT) == NucleusRoot(tmp_path)
    assert root_of(tmp_path / "elsewhere" / COMPONENT) is None


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({}, None),
        ({SOCKET: "/greengrass/v2/ipc.socket"}, Kind.CLASSIC),
        ({SOCKET: "/run/greengrass/gg-ipc.socket"}, Kind.LITE),
    ],
)
def test_the_socket_tells_the_nuclei_apart(environment: dict[str, str], kind: Kind | None) -> None:
    """By its name."""
    assert kind_of(environment) is kind


def test_the_record_is_read_if_there_is_one(tmp_path: Path) -> None:
    """Of the neighbours and the component itself."""
    root = NucleusRoot(tmp_path)
    assert root.deployed(COMPONENT) is None
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.tlog").write_text(
        "".join(
            f'{{"TS":1,"TP":["services","{name}","version"],"W":"changed","V":"1.0.0"}}\n'
            for name in (DEVICE_AUTH, COMPONENT, "other")
        )
    )
    assert root.deployed(COMPONENT) == {
        DEVICE_AUTH: {"version": "1.0.0"},
        COMPONENT: {"version": "1.0.0"},
    }


def test_artifacts_tell_versions(tmp_path: Path) -> None:
    """In the order of their numbers."""
    for version in ("2.10.0", "2.9.1"):
        (tmp_path / "packages" / "artifacts" / DEVICE_AUTH / version).mkdir(parents=True)
    root = NucleusRoot(tmp_path)
    assert root.on_disk(DEVICE_AUTH) == ["2.9.1", "2.10.0"]
    assert root.on_disk("other") == []
