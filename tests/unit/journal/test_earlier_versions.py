"""Journals that components of earlier versions have written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.owed import DurableResult
from client_device_associator.journal.set_aside import SetAside

SHARED, OWN = "clientdevices/announce", "clientdevices/valve/announce"


@pytest.fixture
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    """A journal that was made from a dump, of which nothing may be set aside."""
    path = tmp_path / "journal"
    with closing(sqlite3.connect(path)) as database:
        dump = Path(__file__).with_name(request.param)
        database.executescript(dump.read_text(encoding="utf-8"))
    aside: list[SetAside] = []
    journal = Journal(path, aside.append)
    yield journal
    assert aside == []
    journal.close()


@pytest.mark.parametrize("journal", ["version_1.sql"], indirect=True)
def test_everything_in_a_journal_of_version_1_is_used(journal: Journal) -> None:
    """Devices, announcements that wait, and results that were not sent; nothing is set aside."""
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
            Announcement("valve", SHARED, "second"),
            Announcement("valve", OWN),
        ]
    }
    lamp = Result(SHARED, Status.ASSOCIATED, "lamp", announcement_id="first")
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


@pytest.mark.parametrize("journal", ["version_2.sql"], indirect=True)
def test_everything_in_a_journal_of_version_2_is_used(journal: Journal) -> None:
    """The same, with lanes; what is associated was associated by us, and all came by local bus."""
    fan = Device(
        "fan",
        DeviceState.PENDING,
        1795454772.0,
        due_at=1795454772.0,
        told_retrying=True,
        code="EndpointConnectionError",
        message="Could not connect",
        lane="shared",
    )
    ghost = Device(
        "ghost",
        DeviceState.FAILED,
        1795454771.0,
        due_at=1795454770.0,
        attempts=2,
        told_retrying=True,
        code="ResourceNotFoundException",
        message="There is no thing named ghost",
        lane="shared",
    )
    lamp = Device("lamp", DeviceState.ASSOCIATED, 1795454768.0, origin=Origin.OURS)
    pump = Device("pump", DeviceState.PENDING, 1795454773.0, due_at=1795454773.0, lane="shared")
    valve = replace(fan, thing_name="valve", lane="own")
    names = ["fan", "ghost", "lamp", "pump", "valve"]
    assert list(journal.devices(names).values()) == [fan, ghost, lamp, pump, valve]
    assert journal.waiting(names) == {
        "fan": [Announcement("fan", SHARED), Announcement("fan", SHARED, "fourth")],
        "pump": [Announcement("pump", SHARED, "third")],
        "valve": [Announcement("valve", SHARED, "second"), Announcement("valve", OWN)],
    }
    retrying = Result(
        SHARED,
        Status.RETRYING,
        "fan",
        code="EndpointConnectionError",
        message="Could not connect",
        attempts=0,
        next_attempt_at=1795454774.0,
    )
    associated = Result(SHARED, Status.ASSOCIATED, "lamp", announcement_id="first")
    assert journal.unsent(2e9, 10) == [
        DurableResult(4, replace(retrying, thing_name="valve", announcement_id="second"), 0),
        DurableResult(5, replace(retrying, thing_name="valve", topic=OWN), 0),
        DurableResult(1, associated, 1),
        DurableResult(6, retrying, 1),
    ]


@pytest.mark.parametrize("journal", ["version_1.sql", "version_2.sql"], indirect=True)
def test_an_earlier_journal_goes_on_with_what_later_ones_have(journal: Journal) -> None:
    """Departures, facts and results for another bus are stored beside what was there."""
    valve = replace(journal.devices(["valve"])["valve"], state=DeviceState.LEAVING)
    leaves = Announcement("valve", OWN, leaves=True, bus=Bus.IOT_CORE)
    result = Result(OWN, Status.DISASSOCIATED, "lamp", bus=Bus.IOT_CORE)
    newest = max(one.result_id for one in journal.unsent(2e9, 10))
    with journal.transaction():
        journal.store(
            Decision(
                devices=(valve,),
                settled=("valve",),
                waiting=(leaves,),
                durable=(result,),
                facts={"listedAt": 5.0},
            )
        )
    assert journal.devices(["valve"])["valve"] == valve
    assert journal.waiting(["valve"]) == {"valve": [leaves]}
    assert journal.due(DeviceState.LEAVING, 2e9, 10) == ["valve"]
    assert journal.fact("listedAt") == 5.0
    assert journal.unsent(2e9, 10, bus=Bus.IOT_CORE) == [DurableResult(newest + 1, result, 0)]
