"""Journals that components of earlier versions have written."""

import sqlite3
from pathlib import Path

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.owed import DurableResult
from client_device_associator.journal.set_aside import SetAside

VERSION_1 = Path(__file__).with_name("version_1.sql")
OWN = "clientdevices/valve/announce"


def test_everything_in_a_journal_of_version_1_is_used(tmp_path: Path) -> None:
    """Devices, announcements that wait, and results that were not sent; nothing is set aside."""
    path = tmp_path / "journal"
    database = sqlite3.connect(path)
    database.executescript(VERSION_1.read_text(encoding="utf-8"))
    database.close()
    aside: list[SetAside] = []
    journal = Journal(path, aside.append)
    devices = journal.devices(["ghost", "lamp", "valve", "nobody"])
    assert {name: device.state for name, device in devices.items()} == {
        "ghost": DeviceState.FAILED,
        "lamp": DeviceState.ASSOCIATED,
        "valve": DeviceState.PENDING,
    }
    assert (devices["valve"].attempts, devices["valve"].due_at) == (3, 1795454768.5)
    assert (devices["ghost"].code, devices["lamp"].since) == (
        "ResourceNotFoundException",
        1795454767.5,
    )
    assert journal.waiting(["valve"]) == {
        "valve": [
            Announcement("valve", "clientdevices/announce", "second"),
            Announcement("valve", OWN),
        ]
    }
    lamp = Result("clientdevices/announce", Status.ASSOCIATED, "lamp", announcement_id="first")
    valve = Result(
        OWN,
        Status.RETRYING,
        "valve",
        code="EndpointConnectionError",
        message="Could not connect",
        attempts=3,
        next_attempt_at=1795454768.75,
    )
    assert journal.unsent(2e9, 10) == [DurableResult(1, lamp, 1), DurableResult(4, valve, 2)]
    assert aside == []
    journal.close()
