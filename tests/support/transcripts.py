"""Transcripts of the operator's commands, as the documents show them.

`python -m support.transcripts` writes them into the documents again.
"""

import json
import os
import tempfile
from contextlib import closing
from pathlib import Path

from client_device_associator.channel.protocol import Told
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.trail import TrailEntry, TrailEvent
from client_device_associator.journal.journal import Journal
from client_device_associator.messages.encoding import iso
from client_device_associator.work_files import JOURNAL, LAST_GOOD, STATE
from support.channel import listening
from support.commands import NOW, fill, keep_state, run
from support.documents import ROOT, read

DOCUMENT = ROOT / "docs" / "operating.md"
BEGIN, END = "<!-- transcript: {} -->\n", "<!-- end of transcript -->"
COMMANDS = ("status", "devices --older-than 1min --sort since", "why robot-3")
_PROCESS = "1234"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def transcripts() -> dict[str, str]:
    """What each command prints at a small site where some things need a person."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        _make_site(site)
        return {
            command: f"```text\n$ associator {command}\n{_printed(site, command)}```\n"
            for command in COMMANDS
        }


def with_transcripts(text: str) -> str:
    """A document with its transcripts as they are now."""
    for command, shown in transcripts().items():
        begin = BEGIN.format(command)
        before, behind = text.split(begin, 1)
        text = f"{before}{begin}{shown}{END}{behind.split(END, 1)[1]}"
    return text


def _printed(site: Path, command: str) -> str:
    with listening(site) as channel:
        channel.looks = Told(json.loads((site / STATE).read_text(encoding="utf-8")))
        printed = run(site, *command.split()).out
    return printed.replace(f"process {os.getpid()}", f"process {_PROCESS}")


def _make_site(site: Path) -> None:
    refused = "User: … is not authorized to perform: greengrass:BatchAssociateClientDevice…"
    (site / LAST_GOOD).write_text('{"batching": {"maxWaitSeconds": 5}, "trustSeconds": 600}')
    keep_state(
        site,
        coreDeviceThingName="hall-2-core",
        startedAt=iso(NOW - 3 * _HOUR),
        timestamp=iso(NOW - 20 * _MINUTE),
        nucleus={
            "listening": ["clientdevices/announce", "clientdevices/+/announce"],
            "refused": [],
            "since": iso(NOW - 3 * _HOUR + 2),
        },
        cloud={
            "state": "accessDenied",
            "since": iso(NOW - 20 * _MINUTE),
            "code": "AccessDeniedException",
            "message": refused,
        },
        counters={"calls": 9, "associated": 212, "rejected": 1},
        lastCall={
            "at": iso(NOW - 150),
            "operation": "associate",
            "devices": 2,
            "answer": "accessDenied",
            "message": f"AccessDeniedException: {refused}",
            "requestId": "5b0f2d3e-7c1a-4e55-9d0a-3f1e2d4c5b6a",
        },
    )
    fill(
        site,
        Device("press-7", DeviceState.ASSOCIATED, NOW - 2 * _HOUR, origin=Origin.OURS),
        Device("press-8", DeviceState.ASSOCIATED, NOW - 30, origin=Origin.OURS),
        Device("robot-1", DeviceState.PENDING, NOW - 20 * _MINUTE, due_at=NOW + 150),
        Device("robot-2", DeviceState.PENDING, NOW - 5 * _MINUTE, due_at=NOW + 150),
        Device(
            "robot-3",
            DeviceState.FAILED,
            NOW - 3 * _DAY,
            attempts=10,
            code="ResourceNotFoundException",
            message="no thing of this name exists",
        ),
    )
    _leave_trail(site)


def _leave_trail(site: Path) -> None:
    """What has happened to the device that has failed."""
    announced = {"topic": "clientdevices/announce", "entry": "shared", "id": "shift 7"}
    failed = {"code": "ResourceNotFoundException", "message": "no thing of this name exists"}
    entries = [
        TrailEntry(NOW - 3 * _DAY - _HOUR, "robot-3", TrailEvent.ANNOUNCED, announced),
        *(
            TrailEntry(
                NOW - 3 * _DAY - ago,
                "robot-3",
                event,
                {**failed, "attempts": attempts, "requestId": request},
            )
            for ago, event, attempts, request in (
                (_HOUR - 1, TrailEvent.RETRYING, 1, "8c4a9f5e-9f3b-4a3c-8d3e-0123456789ab"),
                (0, TrailEvent.FAILED, 10, "1f0e7c1a-52d8-4f7e-b1a9-ba9876543210"),
            )
        ),
    ]
    with closing(Journal(site / JOURNAL)) as journal, journal.transaction():
        journal.trail.add(entries, len(entries))


if __name__ == "__main__":
    DOCUMENT.write_text(with_transcripts(read(DOCUMENT)), encoding="utf-8")
