"""Files in the work directory, and documents of a deployment."""

import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from client_device_associator.configuration.parser import (
    parse_configuration,
    substitute_settings,
)
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.errors import JournalError
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.rows import load_result, read_announcement_row, read_device
from client_device_associator.messages.topic import intersect
from client_device_associator.reporting.access_control import publish_block, subscribe_block
from client_device_associator.session.last_good import LastGood
from fuzz.material import Material
from fuzz.target import Target

_KEYS = (
    *("announcements", "admission", "results", "batching", "limits", "allow", "deny", "regex"),
    *("topic", "thingName", "mode", "presence", "receipts", "encoding", "maxSize", "maxPending"),
    *("trustSeconds", "logLevel", "workerIdleSeconds", "requireProvenName", "a", "{topic:1}"),
    *("departures", "topics", "afterSilentDays", "maxPerDay", "reconcile", "intervalHours"),
    *("handover", "enabled", "graceSeconds", "iotCore", "all", "c/{coreThingName}/{thingName}"),
    *("metrics", "cloudWatch", "textfile", "/a.prom", "intervalSeconds", "trail", "maxEntries"),
)
_TRIES = 3
"""A damaged journal is set aside when that is found out; a read later it works."""


def configuration(data: bytes) -> None:
    """Any document: settings, or problems that say where and what; and something in their place."""
    material = Material(data)
    document = {
        material.text(_KEYS): material.json(_KEYS, levels=5) for _ in range(material.number(6))
    }
    parsed = parse_configuration(document, material.choice(("", "core-1")))
    assert (parsed.settings is None) == bool(parsed.problems)
    for problem in (*parsed.problems, *parsed.warnings):
        assert problem.pointer.startswith("/")
        assert problem.expected
    settings = parsed.settings or substitute_settings(document)
    filters = [one.topic_filter for one in settings.announcement_topics]
    assert filters
    json.loads(subscribe_block(filters))
    json.loads(publish_block(settings))
    settings.policy.gate.why_not(Announcement("pump-7", filters[0]))
    for topic in ("clientdevices/associator/health", "clientdevices/associator/health/get"):
        assert not any(intersect(one, topic) for one in filters)


def rows(data: bytes) -> None:
    """Whatever is in a row is what it should be, or is refused as damage."""
    material = Material(data)
    values = [material.json(levels=0) for _ in range(9)]
    readers: tuple[tuple[Callable[[object], object], object], ...] = (
        (read_device, (values[0], material.choice((0, 1, 2, -1, values[1])), *values[2:])),
        (read_announcement_row, values[:3]),
        (load_result, values[0]),
        (load_result, json.dumps({"topic": "a", "status": "failed", "message": material.text()})),
    )
    for read, row in readers:
        # What the journal takes for damage, and nothing else.
        with suppress(ValueError, KeyError, TypeError):
            read(row)


def journal_file(data: bytes) -> None:
    """A good journal in which bytes were changed: it is used, or set aside, and then it works."""
    material = Material(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal"
        content = bytearray(_good_journal())
        while not material.is_over:
            at = material.number(len(content) - 1)
            spoiled = material.some(40)
            content[at : at + len(spoiled)] = spoiled
        if material.byte() % 8 == 1:
            del content[material.number(len(content)) :]
        path.write_bytes(content)
        journal = Journal(path)
        for _ in range(_TRIES):
            with suppress(JournalError):
                _use(journal)
        _use(journal)
        journal.close()


def last_good_file(data: bytes) -> None:
    """A file with anything in it is a document or nothing, and can be replaced."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "last-good.json"
        path.write_bytes(data)
        document = LastGood(path).load()
        assert document is None or isinstance(document, dict)
        if document is not None:
            parse_configuration(document)
        LastGood(path).keep({"logLevel": "INFO"})
        assert LastGood(path).load() == {"logLevel": "INFO"}
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir()


@cache
def _good_journal() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal"
        journal = Journal(path)
        states = (DeviceState.PENDING, DeviceState.ASSOCIATED, DeviceState.FAILED)
        for index in range(60):
            device = Device(f"pump-{index}", states[index % 3], 1.0, due_at=1.0)
            with journal.transaction():
                journal.store(
                    Decision(
                        devices=(device,),
                        waiting=(Announcement(f"pump-{index}", "a", "1"),),
                        durable=(Result("a", Status.FAILED, f"pump-{index}", code="x"),),
                    )
                )
        journal.close()
        return path.read_bytes()


def _use(journal: Journal) -> None:
    """Everything that the component does with it."""
    journal.recover(1.0, 300.0)
    names = [f"pump-{index}" for index in range(60)]
    for name, device in journal.devices(names).items():
        assert device.thing_name == name
    journal.waiting(names)
    journal.pending_by_lane()
    journal.held()
    journal.due(DeviceState.PENDING, 2.0, 100)
    journal.next_due_at(DeviceState.PENDING)
    journal.unsent(2.0, 100)
    with journal.transaction():
        journal.store(
            Decision(devices=(Device("new", DeviceState.PENDING, 1.0),), forget_before=5.0)
        )
    assert "new" in journal.devices(["new"])


TARGETS = (
    Target("configuration", configuration, share=0.5),
    Target("rows", rows),
    Target("journal-file", journal_file, examples=25, share=0.02),
    Target("last-good-file", last_good_file, (b'{"logLevel": "INFO"}', b"[" * 9000), share=0.1),
)
