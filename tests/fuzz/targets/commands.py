"""What an operator's commands read: files of a component whose flash fails, or that mean harm."""

import json
import sqlite3
import tempfile
from contextlib import closing, suppress
from functools import cache
from pathlib import Path

from client_device_associator.channel.protocol import (
    Look,
    ProtocolError,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
)
from client_device_associator.command.doctor.network_checks import _credentials, _split
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operator import MAX_NAMES, Reconcile
from client_device_associator.core.permission import CheckPermissions
from client_device_associator.core.result import Result, Status
from client_device_associator.core.thing_name import is_thing_name
from client_device_associator.core.trail import TrailEntry, TrailEvent
from client_device_associator.journal.journal import Journal
from client_device_associator.work_files import JOURNAL, LAST_GOOD, STATE
from fuzz.material import NASTY_NUMBERS, NASTY_TEXTS, Material, says_why
from fuzz.target import Target
from support.commands import HEALTHY, run

_COMMANDS = (
    ("status",),
    ("status", "--json"),
    ("devices",),
    ("devices", "--json", "--sort", "since"),
    ("export",),
    ("why", "pump-1"),
    ("why", "pump-2", "--json"),
    ("report", "--html", "-"),
)
_EXIT_CODES = range(6)
_LONG = 12
"""Characters of a text that is in no sentence of ours."""
_COLUMNS = {
    "device": ("thing_name", "state", "since", "due_at", "attempts", "code", "message", "lane"),
    "waiting": ("topic", "announcement_id", "bus"),
    "owed": ("bus", "result"),
    "fact": ("name", "value"),
    "trail": ("at", "thing_name", "event", "detail"),
}
_KEYS = ("process", "pid", "startTicks", "state", "message", "since", "problems", *HEALTHY)


def journal_rows(data: bytes) -> None:
    """A good file with anything in its rows: a command says what it can, or that it is damaged."""
    material = Material(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / JOURNAL
        path.write_bytes(_good_journal())
        with closing(sqlite3.connect(path)) as database, database:
            for _ in range(1 + material.number(3)):
                table = material.choice(tuple(_COLUMNS))
                column = material.choice(_COLUMNS[table])
                with suppress(sqlite3.Error, UnicodeError, OverflowError):
                    database.execute(f"UPDATE {table} SET {column} = ?", (_value(material),))  # noqa: S608 - ours
        _run_all(Path(folder))


def journal_bytes(data: bytes) -> None:
    """A good file in which bytes were changed: the same, and it stays as it is."""
    material = Material(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / JOURNAL
        content = bytearray(_good_journal())
        while not material.is_over:
            at = material.number(len(content) - 1)
            spoiled = material.some(40)
            content[at : at + len(spoiled)] = spoiled
        path.write_bytes(content)
        _run_all(Path(folder))
        assert path.read_bytes() == content
        assert list(Path(folder).iterdir()) == [path]


def documents(data: bytes) -> None:
    """Any state and any settings."""
    material = Material(data)
    with tempfile.TemporaryDirectory() as folder:
        for file in (STATE, LAST_GOOD):
            document = {material.text(_KEYS): material.json(_KEYS) for _ in range(5)}
            content = {**HEALTHY, **document} if material.flag() else document
            # Larger numbers than 4,300 digits are no text in Python.
            with suppress(ValueError):
                (Path(folder) / file).write_text(json.dumps(content))
        _run_all(Path(folder))


def _value(material: Material) -> object:
    kinds = (
        material.choice(NASTY_NUMBERS),
        material.choice(NASTY_TEXTS),
        material.some(),
        None,
    )
    return material.choice(kinds)


def _run_all(folder: Path) -> None:
    for arguments in _COMMANDS:
        ran = run(folder, *arguments)
        assert ran.exit_code in _EXIT_CODES
        for line in (*ran.out.split("\n"), *ran.errors.split("\n")):
            assert line.isprintable()
        if "--json" in arguments:
            assert all(ran.documents)


@cache
def _good_journal() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / JOURNAL
        states = tuple(state for state in DeviceState if state is not DeviceState.UNKNOWN)
        with closing(Journal(path)) as journal, journal.transaction():
            for index in range(20):
                name = f"pump-{index}"
                device = Device(name, states[index % len(states)], 1.0, due_at=1.0, code="x")
                journal.store(
                    Decision(
                        devices=(device,),
                        waiting=(Announcement(name, "a", "1"),),
                        durable=(Result("a", Status.FAILED, name, code="x"),),
                        facts={"day": 1.0},
                    )
                )
                entry = TrailEntry(1.0, name, TrailEvent.REJECTED, {"topic": "a", "code": "x"})
                journal.trail.add([entry], 100)
        return path.read_bytes()


def addresses(data: bytes) -> None:
    """Addresses and proxies as somebody may have set them, and what token exchange answers."""
    material = Material(data)
    text = material.text(("http://user:{}@x:1", "http://localhost:{}/a", "{}", "//[{}]:1"))
    _split(text.replace("{}", material.text(("1", "pass[word", "x"))))
    words = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")
    document = {word: material.text() for word in words if material.flag()}
    for body in (json.dumps(document).encode(), material.rest()):
        found = _credentials("token exchange", body, 1.0)
        assert found.text
        assert not any(value in found.text for value in document.values() if len(value) > _LONG)


def request(data: bytes) -> None:
    """A line on the socket is a request of different thing names, or is refused as none."""
    try:
        found = decode_request(data)
    except ProtocolError as error:
        says_why(error)
        return
    assert decode_request(encode_request(found)) == found
    names = () if isinstance(found, Reconcile | Look | CheckPermissions) else found.thing_names
    assert len(set(names)) == len(names) <= MAX_NAMES
    assert all(map(is_thing_name, names))


def reply(data: bytes) -> None:
    """A line that the command reads is a reply, or is refused as none."""
    try:
        found = decode_reply(data)
    except ProtocolError as error:
        says_why(error)
        return
    encode_reply(found)


TARGETS = (
    Target(
        "command-request",
        request,
        (
            b'{"version": 1, "command": "retry", "thingNames": ["a", "b"]}',
            b'{"version": 1, "command": "reconcile"}',
            b'{"version": 1, "command": "permissions"}',
        ),
    ),
    Target(
        "command-reply",
        reply,
        (
            b'{"version": 1, "outcomes": [{"thingName": "a", "outcome": "due"}], "listAt": 1.5}',
            b'{"version": 1, "error": "storage", "message": "no room"}',
            (
                b'{"version": 1, "isComplete": true, "permissions": [{"operation": "list",'
                b' "permission": "denied", "cause": null, "code": "a", "message": "b"}]}'
            ),
        ),
    ),
    Target("doctor", addresses, (b"\x00\x00\x01\x00\x00\x01null",)),
    Target("command-rows", journal_rows, examples=40, share=0.02),
    Target("command-journal", journal_bytes, examples=40, share=0.02),
    Target("command-documents", documents, examples=60, share=0.05),
)
"""All targets."""
