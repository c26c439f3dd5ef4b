"""Commands of an operator, run in this process."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client_device_associator import __version__
from client_device_associator.command.main import main
from client_device_associator.core.device import Device
from client_device_associator.journal.journal import Journal
from client_device_associator.messages.encoding import iso
from client_device_associator.reporting.state_file import StateFile
from client_device_associator.work_files import JOURNAL, STATE
from support.journal_files import store_devices

NOW = 1_800_000_000.0
"""The time of every command."""


@dataclass(frozen=True)
class Ran:
    """What a command has done."""

    exit_code: int
    out: str
    errors: str

    @property
    def lines(self) -> Sequence[str]:
        """What it has printed."""
        return self.out.splitlines()

    @property
    def documents(self) -> Sequence[Mapping[str, Any]]:
        """The same, as JSON."""
        return [json.loads(line) for line in self.lines]


def second(epoch_seconds: float) -> str:
    """A moment as people read it."""
    return iso(epoch_seconds).replace(".000Z", "Z")


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def run(
    directory: Path | None,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    out: io.StringIO | None = None,
    now: float = NOW,
) -> Ran:
    """Runs a command on a work directory; without colours unless `out` is a terminal."""
    out, errors = out or io.StringIO(), io.StringIO()
    where = () if directory is None else ("--directory", str(directory))
    exit_code = main([*arguments, *where], out, errors, environment or {}, now)
    return Ran(exit_code, out.getvalue(), errors.getvalue())


def fill(directory: Path, *devices: Device) -> None:
    """A journal with these devices."""
    journal = Journal(directory / JOURNAL)
    store_devices(journal, devices)
    journal.close()


HEALTHY: Mapping[str, object] = {
    "coreDeviceThingName": "core-1",
    "version": __version__,
    "startedAt": "2026-01-31T12:00:00.000Z",
    "nucleus": {"listening": ["clientdevices/announce"], "refused": []},
    "cloud": {"state": "reachable", "since": "2026-01-31T12:00:01.000Z"},
    "roster": {"state": "notComparedYet"},
    "journal": {"state": "ok"},
    "configuration": {"state": "inForce", "problems": []},
    "counters": {"calls": 2, "associated": 7, "failed": 0},
    "timestamp": "2026-01-31T12:00:02.000Z",
}
"""The state of a component with which all is well."""


def keep_state(directory: Path, **changes: object) -> None:
    """The state of a component whose process is this one."""
    StateFile(directory / STATE).keep({**HEALTHY, **changes})


def keep_state_of(directory: Path, process: Mapping[str, object], **changes: object) -> None:
    """The state of a component with another process."""
    document = {"process": process, **HEALTHY, **changes}
    (directory / STATE).write_text(json.dumps(document))
