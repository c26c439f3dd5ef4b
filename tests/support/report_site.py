"""A core device on which much has happened: for the picture of the report in the documents."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.trail import TrailEntry, TrailEvent
from client_device_associator.journal.journal import Journal
from client_device_associator.work_files import JOURNAL
from support.commands import NOW
from support.values import numbered

_DAY = 86_400.0
_MISSING = "ResourceNotFoundException"


def make_report_site(directory: Path) -> None:
    """A journal of one day with 120 devices."""
    rng = random.Random(7)
    devices: list[Device] = []
    trail: list[TrailEntry] = []
    for name in numbered(120, "hall-2-press"):
        device, entries = _story(name, NOW - rng.uniform(0.1, 1) * _DAY, rng)
        devices.append(device)
        trail += entries
    trail += _refusals(rng)
    with closing(Journal(directory / JOURNAL)) as journal, journal.transaction():
        journal.store(Decision(devices=tuple(devices)))
        journal.trail.add(sorted(trail, key=lambda one: one.at), 10_000)


def _story(name: str, at: float, rng: random.Random) -> tuple[Device, list[TrailEntry]]:
    """One device and how it came to that; one in twelve has no thing, some wait."""
    announced = TrailEntry(at, name, TrailEvent.ANNOUNCED, {"topic": "clientdevices/announce"})
    ends_at = at + rng.uniform(1, 7000)
    kind = rng.random()
    if kind < 0.08:
        failed = TrailEntry(ends_at, name, TrailEvent.FAILED, {"code": _MISSING})
        gone = Device(name, DeviceState.FAILED, ends_at, code=_MISSING, message="no such thing")
        return gone, [announced, failed]
    if kind < 0.12:
        waiting = Device(name, DeviceState.PENDING, at, code="ThrottlingException", due_at=NOW)
        return waiting, [announced]
    associated = TrailEntry(ends_at, name, TrailEvent.ASSOCIATED)
    return Device(name, DeviceState.ASSOCIATED, ends_at, origin=Origin.OURS), [
        announced,
        associated,
    ]


def _refusals(rng: random.Random) -> Iterator[TrailEntry]:
    for index in range(9):
        detail = {"code": "notAdmitted", "rule": "admission.deny.bridge"}
        at = NOW - rng.uniform(0, 1) * _DAY
        yield TrailEntry(at, f"mqtt-bridge-{index}", TrailEvent.REJECTED, detail)
